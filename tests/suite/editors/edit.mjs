// What editors make of specs: `node edit.mjs vscode|codemirror`. Standard input is JSON with a `schema` and `requests`, each a `text`
// and what to do with it, `do`: `complain` about all of it, or `hover` or `complete` at an offset, `at`. The answers are a JSON array.
// NODE_PACKAGES names a directory with node_modules that has vscode-json-languageservice, jsonc-parser, codemirror-json-schema,
// esbuild and jsdom.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.env.NODE_PACKAGES;
const require = createRequire(join(root, "package.json"));
const { schema, requests } = JSON.parse(readFileSync(0, "utf8"));

// The service that VS Code has for JSON, and monaco and many others take.
async function vscode() {
  const { getLanguageService, TextDocument } = require("vscode-json-languageservice");
  // Whatever address or path a spec names, it is this schema.
  const service = getLanguageService({
    schemaRequestService: async () => JSON.stringify(schema),
    workspaceContext: { resolveRelativePath: (path, file) => new URL(path, file).href },
    clientCapabilities: {
      textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } } },
    },
  });
  service.configure({ validate: true, allowComments: false, schemas: [{ uri: schema.$id, fileMatch: ["*"], schema }] });
  const plain = (markup) => (markup === undefined || typeof markup === "string" ? markup ?? "" : markup.value);
  const answers = {
    complain: async (text, parsed) =>
      // As VS Code asks for a `.json` file.
      (await service.doValidation(text, parsed, { comments: "error", trailingCommas: "error" })).map(
        ({ message, range, severity }) => ({ message, line: range.start.line, severity }),
      ),
    hover: async (text, parsed, at) => {
      const hover = await service.doHover(text, text.positionAt(at), parsed);
      return hover === null ? "" : [hover.contents].flat().map(plain).join("\n\n");
    },
    complete: async (text, parsed, at) => {
      const { items } = (await service.doComplete(text, text.positionAt(at), parsed)) ?? { items: [] };
      return items.map((item) => ({
        label: item.label,
        inserts: item.textEdit?.newText ?? item.insertText ?? item.label,
        told: plain(item.documentation),
      }));
    },
  };
  const found = [];
  for (const { do: what, text, at } of requests) {
    const document = TextDocument.create("file:///lab.json", "json", 1, text);
    found.push(await answers[what](document, service.parseJSONDocument(document), at));
  }
  return found;
}

// The schema support of CodeMirror, which has a parser and a validator of its own.
async function codemirror() {
  const { JSDOM } = require("jsdom");
  const { window } = new JSDOM("<!DOCTYPE html><body></body>");
  for (const name of ["window", "document", "Node", "Element", "HTMLElement", "MutationObserver"]) {
    globalThis[name] = name === "window" ? window : window[name];
  }
  // It tells of texts that are not finished yet, which is what completion is for.
  console.error = console.warn = console.log = () => {};
  // Its files name each other as bundlers take it, so it is bundled.
  const contents = `
    export { EditorState } from "@codemirror/state";
    export { CompletionContext } from "@codemirror/autocomplete";
    export { ensureSyntaxTree } from "@codemirror/language";
    export { json5, json5ParseLinter } from "codemirror-json5";
    export { stateExtensions } from "codemirror-json-schema";
    export { json5SchemaLinter, json5SchemaHover, json5Completion } from "codemirror-json-schema/json5";`;
  const stdin = { contents, resolveDir: root };
  const bundle = require("esbuild").buildSync({ stdin, bundle: true, format: "cjs", platform: "node", write: false });
  const module = { exports: {} };
  new Function("module", "exports", "require", bundle.outputFiles[0].text)(module, module.exports, require);
  const { EditorState, CompletionContext, ensureSyntaxTree, json5, json5ParseLinter, ...schemas } = module.exports;
  const { stateExtensions, json5SchemaLinter, json5SchemaHover, json5Completion } = schemas;
  const answers = {
    complain: async (view) =>
      [...json5ParseLinter()(view), ...json5SchemaLinter()(view)].map(({ message, from, severity }) => ({
        message,
        line: view.state.doc.lineAt(from).number - 1,
        severity,
      })),
    hover: async (view, at) => {
      const tooltip = await json5SchemaHover()(view, at, 1);
      return tooltip === null ? "" : tooltip.create(view).dom.innerHTML;
    },
    complete: async (view, at) => {
      const { options } = json5Completion()(new CompletionContext(view.state, at, true));
      return (options ?? []).map(({ label, apply, info }) => {
        const told = typeof info === "function" ? info() : info;
        return { label, inserts: typeof apply === "string" ? apply : label, told: told?.outerHTML ?? told ?? "" };
      });
    },
  };
  const found = [];
  for (const { do: what, text, at } of requests) {
    const state = EditorState.create({ doc: text, extensions: [json5(), stateExtensions(schema)] });
    ensureSyntaxTree(state, text.length, 60000);
    found.push(await answers[what]({ state }, at));
  }
  return found;
}

// What the parser of VS Code's JSONC takes, without a schema.
async function jsonc() {
  const { parse } = require("jsonc-parser");
  return requests.map(({ text }) => {
    const errors = [];
    parse(text, errors, { allowTrailingComma: true });
    return errors.length === 0;
  });
}

const found = await { vscode, codemirror, jsonc }[process.argv[2]]();
process.stdout.write(JSON.stringify(found));
