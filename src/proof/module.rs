//! Proves the modules of a lab's directory.

use rnix::ast::{self, HasEntry as _};
use rowan::ast::AstNode as _;
use serde_json::Value;

use super::{Error, Proven};
use crate::nix::Expr;
use crate::nix::file::MARKER;
use crate::nix::host::{HOST_DIRECTORY, HostModuleFile, Language};
use crate::nix::module::{LABS_OPTION, MODULE_FILE_NAME, ModuleFile};
use crate::nix::read::Parsed;
use crate::spec::schema::editors;

/// Proves a file of the module that makes labs the host's.
///
/// # Errors
///
/// The first thing that is not as it should be.
pub fn host_file(HostModuleFile { name, language, text }: HostModuleFile) -> Result<Proven, Error> {
    match language {
        Language::Nix => {
            let read = Parsed::new(&text);
            read.map_err(|why| Error::new(&name, "", "Nix that reads back", why.to_string()))?;
        }
        // shellcheck reads it, and a test holds it to that.
        Language::Bash | Language::PowerShell => {}
    }
    if !text.starts_with(MARKER) {
        return Err(Error::new(&name, "", MARKER, text.lines().next().unwrap_or_default().to_owned()));
    }
    Ok(Proven { name, text: text.into_owned() })
}

/// Proves the schema for editors: it is JSON that reads back.
///
/// # Errors
///
/// Where it is not what was meant, or does not say whose it is.
pub fn schema_file(text: String) -> Result<Proven, Error> {
    let error = |expected: &str, found: String| Error::new(editors::FILE, "", expected, found);
    let read: Value = serde_json::from_str(&text).map_err(|why| error("JSON that reads back", why.to_string()))?;
    if read != *editors::schema() {
        return Err(error("the schema", "something else".to_owned()));
    }
    if !text.starts_with(editors::MARKER) {
        return Err(error(editors::MARKER, text.lines().take(2).collect()));
    }
    Ok(Proven { name: editors::FILE.to_owned(), text })
}

/// Proves the module that says what the lab is, against the names of the files beside it.
///
/// # Errors
///
/// The first thing that is not as it should be.
pub fn module(file: ModuleFile, beside: &[&str]) -> Result<Proven, Error> {
    let ModuleFile { text, values, sections } = file;
    let error = |path: &str, expected: &str, found: String| Error::new(MODULE_FILE_NAME, path, expected, found);
    let root = Parsed::new(&text).map_err(|why| error("", "Nix that reads back", why.to_string()))?.root();
    for path in root.syntax().descendants().filter_map(ast::Path::cast).map(|path| path.syntax().text().to_string()) {
        if !beside.iter().any(|name| path.strip_prefix("./") == Some(name)) {
            return Err(error("", "imports of the files beside it only", format!("`{path}`")));
        }
    }

    let Some(body) = body(&root) else {
        return Err(error("", "a module", "something else".to_owned()));
    };
    let bindings = bindings(&body).map_err(|found| error("", "bindings of options", found))?;
    let [(imports, imported), (labs, listed)] = bindings.as_slice() else {
        return Err(error("", "the imports and the labs", format!("{} bindings", bindings.len())));
    };
    let host = format!("./{HOST_DIRECTORY}");
    if imports != "imports" || !matches!(items(imported).as_slice(), [one] if one.syntax().text() == host.as_str()) {
        return Err(error("imports", &host, imported.syntax().text().to_string()));
    }
    let listed = items(listed);
    let (LABS_OPTION, [ast::Expr::AttrSet(lab)]) = (labs.as_str(), listed.as_slice()) else {
        return Err(error(LABS_OPTION, "one lab", format!("`{labs}`")));
    };

    let (mut values, mut imported) = (values.into_iter(), Vec::new());
    for (name, value) in self::bindings(lab).map_err(|found| error(LABS_OPTION, "attributes of the lab", found))? {
        if imports_file(&value, &format!("./{name}.nix")) {
            imported.push(name);
            continue;
        }
        let Some((_, meant)) = values.next().filter(|(meant, _)| *meant == name) else {
            return Err(error(&name, "what the lab asks of its host", value.syntax().text().to_string()));
        };
        Parsed::part(&value).agrees(&meant).map_err(|found| {
            let path = if found.path.is_empty() { name.clone() } else { format!("{name}.{}", found.path) };
            error(&path, &found.expected, found.found)
        })?;
    }
    if let Some((missing, _)) = values.next() {
        return Err(error(missing, "what the lab asks of its host", "nothing".to_owned()));
    }
    if imported != sections {
        return Err(error(LABS_OPTION, &format!("the lists {sections:?}"), format!("{imported:?}")));
    }
    Ok(Proven { name: MODULE_FILE_NAME.to_owned(), text })
}

/// The name of the lab of which a module of this kind says what it is, if it says so.
#[must_use]
pub fn lab_of(text: &str) -> Option<String> {
    let options = bindings(&body(&Parsed::new(text).ok()?.root())?).ok()?;
    let (_, labs) = options.iter().find(|(option, _)| option == LABS_OPTION)?;
    let ast::Expr::AttrSet(lab) = items(labs).into_iter().next()? else { return None };
    let (_, name) = bindings(&lab).ok()?.into_iter().find(|(attribute, _)| attribute == "name")?;
    match Parsed::part(&name).expr() {
        Ok(Expr::Str(name)) => Some(name.as_str().to_owned()),
        Ok(_) | Err(_) => None,
    }
}

/// The attribute set of a module, which may be a function.
fn body(root: &rnix::Root) -> Option<ast::AttrSet> {
    let body = match root.expr()? {
        ast::Expr::Lambda(lambda) => lambda.body()?,
        other => other,
    };
    match body {
        ast::Expr::AttrSet(body) => Some(body),
        _ => None,
    }
}

/// The items of a list; none of anything else.
fn items(value: &ast::Expr) -> Vec<ast::Expr> {
    match value {
        ast::Expr::List(list) => list.items().collect(),
        _ => Vec::new(),
    }
}

/// Whether an expression is `import <file> { … }`.
fn imports_file(value: &ast::Expr, file: &str) -> bool {
    let applied = |expr: Option<ast::Expr>| match expr {
        Some(ast::Expr::Apply(apply)) => Some((apply.lambda(), apply.argument()?)),
        _ => None,
    };
    let Some((import, ast::Expr::AttrSet(_))) = applied(Some(value.clone())) else { return false };
    matches!(applied(import), Some((Some(ast::Expr::Ident(import)), path))
        if import.syntax().text() == "import" && path.syntax().text() == file)
}

/// The bindings of an attribute set, each by its path, in the order of the text.
fn bindings(attrs: &ast::AttrSet) -> Result<Vec<(String, ast::Expr)>, String> {
    let binding = |entry: ast::Entry| match &entry {
        ast::Entry::AttrpathValue(binding) => binding.attrpath().zip(binding.value()).map_or_else(
            || Err(entry.syntax().text().to_string()),
            |(path, value)| Ok((path.syntax().text().to_string(), value)),
        ),
        ast::Entry::Inherit(_) => Err(entry.syntax().text().to_string()),
    };
    attrs.entries().map(binding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::identity::ObjectKind;
    use crate::nix::module;
    use crate::pipeline;
    use crate::source::Source;

    const SPEC: &str = r#"{
        "lab": "hello",
        "networks": { "lan": { "subnet": "10.20.0.0/24" } },
        "pools": { "vms": { "path": "/srv/vms" } }
    }"#;

    /// What the proof says of the module of a lab after a change to its text.
    fn changed(from: &str, to: &str) -> Result<(), String> {
        let (source, problems) = Source::read("lab.json", SPEC.to_owned());
        let checked = pipeline::check(&source, problems);
        let (lab, objects) = checked.lab().expect("the spec is sound");
        let lists = ObjectKind::ALL
            .map(|kind| crate::nix::file::list_file(kind, objects, &lab.target, "lab.json").unwrap().head());
        let mut file = module::module_file(lab, &lists, "lab.json").unwrap();
        assert_eq!(file.text.matches(from).count(), 1, "{from}\n{}", file.text);
        file.text = file.text.replace(from, to);
        let files = pipeline::generate(&checked, "lab.json").unwrap();
        let beside: Vec<&str> = files[..3].iter().map(Proven::name).chain([HOST_DIRECTORY]).collect();
        super::module(file, &beside).map(drop).map_err(|error| format!("{}: {}", error.path, error.found))
    }

    #[test]
    fn a_module_says_what_the_lab_is_and_nothing_else() {
        assert_eq!(changed("{ NixVirt, ... }:", "{ NixVirt, ... }: # x"), Ok(()));
        let refused = [
            ("./host\n", "./networks.nix\n", "imports: [\n    ./networks.nix\n  ]"),
            ("./host\n", "./host ./pools.nix\n", "imports: [\n    ./host ./pools.nix\n  ]"),
            ("./host\n", "./other.nix\n", ": `./other.nix`"),
            ("./host\n", "/etc/host.nix\n", ": `/etc/host.nix`"),
            ("./host\n", "<host.nix>\n", ": `<host.nix>`"),
            ("./networks.nix", "./pools.nix", "networks: import ./pools.nix {\n        inherit NixVirt;\n      }"),
            (
                "pools = import ./pools.nix",
                "domains = import ./pools.nix",
                "domains: import ./pools.nix {\n        inherit NixVirt;\n      }",
            ),
            (
                "pools = import ./pools.nix {\n        inherit NixVirt;\n      };",
                "",
                "services.lab2nix.labs: [\"networks\"]",
            ),
            ("name = \"hello\"", "name = \"hallo\"", "name: \"hallo\""),
            ("name = \"hello\";", "", "connection: \"qemu:///system\""),
            ("name = \"hello\"", "inherit x; name = \"hello\"", "services.lab2nix.labs: inherit x;"),
            ("name = \"hello\"", "tpm = true; name = \"hello\"", "tpm: true"),
            (":0711", ":0777", "directories.\"/srv/vms\".mode: \":0777\""),
            ("  services.lab2nix.labs", "  a = 1;\n  services.lab2nix.labs", ": 3 bindings"),
            ("services.lab2nix.labs", "services.lab2nix.lab", "services.lab2nix.labs: `services.lab2nix.lab`"),
        ];
        for (from, to, found) in refused {
            assert_eq!(changed(from, to), Err(found.to_owned()), "{from} -> {to}");
        }
    }

    #[test]
    fn a_module_tells_whose_it_is_if_it_is_one() {
        let text = |lab: &str| format!("{{ NixVirt, ... }}:\n{{ services.lab2nix.labs = [ {lab} ]; }}\n");
        assert_eq!(lab_of(&text("{ connection = \"x\"; name = \"hello\"; }")).as_deref(), Some("hello"));
        assert_eq!(lab_of("{ services.lab2nix.labs = [ { name = \"hello\"; } ]; }").as_deref(), Some("hello"));
        let silent = ["{ name = 1; }", "{ name = \"a${b}\"; }", "{ }", "name", "", "{ inherit name; }"];
        for text in
            silent.map(text).iter().map(String::as_str).chain(["", "{", "1", "{ }", "x: y", "{ imports = [ ]; }"])
        {
            assert_eq!(lab_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_of_the_host_reads_back_and_says_whose_it_is() {
        let file =
            |language, text: &str| HostModuleFile { name: "host/a".to_owned(), language, text: text.to_owned().into() };
        let text = format!("{MARKER}\n{{ }}\n");
        assert_eq!(host_file(file(Language::Nix, &text)).map(|proven| proven.text), Ok(text.clone()));
        assert!(host_file(file(Language::Nix, &format!("{text}}}"))).is_err());
        assert!(host_file(file(Language::Bash, "true\n")).is_err());
    }
}
