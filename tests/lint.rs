//! What is generated is as the formatter of its target would have it, and has nothing that deadnix calls dead. So has
//! the Nix of these tests.

mod case;
mod labs;

use std::fs;
use std::path::Path;

use lab2nix::spec::Formatter;

use case::Differences;
use labs::{Labs, nix_files};

#[test]
fn generated_files_are_formatted_and_alive() {
    let mut differences = Differences::default();
    let labs = Labs::all();
    for lab in &labs.labs {
        let files = nix_files(&lab.dir);
        assert_eq!(files.len(), 4, "{}: {files:?}", lab.name);
        for file in files {
            lint(&file, &lab.name, lab.target.format, &mut differences);
        }
    }
    differences.settle("the files are made by `src/nix/`");
}

#[test]
fn the_nix_of_the_tests_is_formatted_and_alive() {
    let mut differences = Differences::default();
    for file in nix_files(Path::new("tests/nix")) {
        lint(&file, "tests/nix", Formatter::Nixfmt, &mut differences);
    }
    differences.settle("run nixfmt and deadnix");
}

fn lint(file: &Path, lab: &str, format: Formatter, differences: &mut Differences) {
    let name = format!("{lab}: {}", file.display());
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let formatted = match format {
        Formatter::Nixfmt => nixfmt_rs::format(&text).unwrap_or_else(|error| panic!("{name}: {error:?}")),
        Formatter::Alejandra => match alejandra::format::in_memory(name.clone(), text.clone()) {
            (alejandra::format::Status::Error(error), _) => panic!("{name}: {error}"),
            (_, formatted) => formatted,
        },
    };
    differences.add(&lab2nix::files::diff(&name, &text, &formatted));

    let parsed = rnix_deadnix::Root::parse(&text);
    assert_eq!(parsed.errors(), [], "{name}");
    for dead in deadnix::Settings::default().find_dead_code(&parsed.syntax()) {
        differences.add(&format!("{name}: {dead}"));
    }
}
