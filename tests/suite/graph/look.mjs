// Looks at pictures of labs, which are a JSON array of texts on standard input, and prints what it finds as JSON:
// `node look.mjs mermaid|html`. NODE_PACKAGES names a directory with node_modules that has mermaid, jsdom and parse5.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = process.env.NODE_PACKAGES;
const require = createRequire(join(root, "package.json"));
const { JSDOM, VirtualConsole } = require("jsdom");
const texts = JSON.parse(readFileSync(0, "utf8"));

async function mermaid() {
  const { window } = new JSDOM("<!DOCTYPE html><body></body>");
  globalThis.window = window;
  globalThis.document = window.document;
  const path = join(root, "node_modules/mermaid/dist/mermaid.core.mjs");
  const { default: mermaid } = await import(pathToFileURL(path).href);
  mermaid.initialize({ startOnLoad: false });
  // What Mermaid keeps of entities while it reads, as a browser shows it.
  const lines = (text) => {
    const html = text.replace(/ﬂ°°/g, "&#").replace(/ﬂ°/g, "&").replace(/¶ß/g, ";");
    const element = window.document.createElement("div");
    element.innerHTML = html;
    for (const end of element.querySelectorAll("br")) end.replaceWith("\n");
    if (element.children.length > 0) throw new Error(`elements in ${text}`);
    return element.textContent.split("\n");
  };
  const found = [];
  for (const text of texts) {
    const { diagramType } = await mermaid.parse(text);
    if (!diagramType.startsWith("flowchart")) throw new Error(diagramType);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const nodes = [...db.getVertices()].map(([id, node]) => [id, lines(node.text ?? id)]);
    found.push({ nodes: Object.fromEntries(nodes), edges: db.getEdges().length });
  }
  return found;
}

async function html() {
  const { parse } = await import(pathToFileURL(join(root, "node_modules/parse5/dist/index.js")).href);
  return texts.map((text) => {
    const errors = [];
    const tree = parse(text, { onParseError: (error) => errors.push(`${error.code} at ${error.startLine}`) });
    const outside = [];
    const walk = (node) => {
      for (const { name, value } of node.attrs ?? []) {
        const loads = ["src", "srcset", "href", "xlink:href", "action", "data", "poster", "style"].includes(name);
        if ((loads && !value.startsWith("#")) || name.startsWith("on")) outside.push(`${name}="${value}"`);
      }
      if (node.nodeName === "style" && /url\(|@import/.test(node.childNodes[0].value)) outside.push("a style");
      if (["link", "iframe", "object", "embed", "img", "image", "use"].includes(node.nodeName)) outside.push(node.nodeName);
      for (const child of node.childNodes ?? []) walk(child);
    };
    walk(tree);

    const virtualConsole = new VirtualConsole();
    virtualConsole.on("jsdomError", (error) => errors.push(error.message));
    const { window } = new JSDOM(text, { runScripts: "dangerously", url: "https://lab.example/", virtualConsole });
    const { document } = window;
    window.Element.prototype.scrollIntoView = () => {};
    window.Element.prototype.scrollBy = () => {};
    const search = (word) => {
      const input = document.getElementById("find");
      input.value = word;
      input.dispatchEvent(new window.Event("input"));
      return [...document.querySelectorAll("#list li")].filter((item) => !item.hidden);
    };
    const domains = {};
    for (const node of document.querySelectorAll(".l-domain")) {
      node.dispatchEvent(new window.MouseEvent("click"));
      window.dispatchEvent(new window.Event("hashchange"));
      const shown = [...document.querySelectorAll("#details article")].filter((article) => !article.hidden);
      const heading = shown[0].querySelector("h2").textContent;
      const found = search(heading).some((item) => item.firstElementChild.hash === `#${node.id}`);
      search("");
      domains[node.id] = { heading, found, shown: shown.length, text: shown[0].textContent };
    }
    const nothing = search("\u{1f984} nothing has this").length;
    return { errors, outside, domains, nothing };
  });
}

console.log(JSON.stringify(await { mermaid, html }[process.argv[2]]()));
