//! What the documentation quotes is there, and the specs in it are sound.
//!
//! A block of Nix whose first line is the name of a file, `# generated/networks.nix`, is quoted from that file of the
//! repository: its lines stand there one after the other, whatever their indentation. `…` alone on a line, or at the end
//! of one, stands for what is left out.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use lab2nix::plan::consequence::Consequence;
use lab2nix::problem::Id;
use serde_json::Value;

use crate::support::document::{CONTRIBUTING, Document, Part, documents};
use crate::support::{Differences, Read};

#[test]
fn quoted_lines_are_in_their_files() {
    let (mut differences, mut quotes) = (Differences::default(), 0);
    for document in documents() {
        for block in document.blocks("nix") {
            let Some(file) = block.lines.first().and_then(|line| file_name(line)) else { continue };
            quotes += 1;
            match fs::read_to_string(file) {
                Err(error) => differences.add(&format!("{}: {file}: {error}\n", block.place)),
                Ok(text) => {
                    if let Err(line) = find(&block.lines[1..], &text) {
                        differences.add(&format!("{}: not in {file} after the lines before it: {line}\n", block.place));
                    }
                }
            }
        }
    }
    differences.settle("quote the file as it is now");
    assert!(quotes > 0);
}

#[test]
fn whole_specs_are_sound() {
    let (mut differences, mut specs) = (Differences::default(), 0);
    for document in documents() {
        for block in document.blocks("json") {
            let text = block.text();
            if text.starts_with('{') && text.contains("\"lab\"") {
                specs += 1;
                let read = Read::bytes(&block.place, text.into_bytes());
                if !read.checked.is_sound() {
                    differences.add(&read.report());
                }
            }
        }
    }
    differences.settle("mend the spec");
    assert!(specs > 0);
}

/// A newcomer starts the first lab of the README, and sees a guest that boots.
#[test]
fn the_first_lab_boots_something() {
    let readme = Document::read(Path::new("README.md"));
    let first = readme.blocks("json").next().expect("it begins with a lab").text();
    let mut lab = Read::bytes("README.md", first.into_bytes()).to_value().expect("it is JSON");
    let bootless = |lab: &Value| {
        let read = Read::value(lab);
        read.checked.problems.iter().filter(|problem| problem.id == Id::NothingToBoot).count()
    };
    let domains = lab["domains"].as_object_mut().expect("it has domains");
    for domain in domains.values_mut() {
        domain["active"] = true.into();
    }
    assert_eq!(bootless(&lab), 0);
    for key in ["cdroms", "disks"] {
        lab["domains"]["web"].as_object_mut().expect("it has this one").shift_remove(key);
    }
    assert_eq!(bootless(&lab), 1, "this test would see it");
}

/// The lab is an example that can be tried, and it says what the README shows.
#[test]
fn the_first_lab_is_an_example_and_gen_says_what_is_shown() {
    let readme = Document::read(Path::new("README.md"));
    let first = readme.blocks("json").next().expect("it begins with a lab").text();
    assert_eq!(first + "\n", fs::read_to_string("examples/hello/lab.json").expect("it is an example"));
    let place = tempfile::tempdir().expect("there is room");
    fs::copy("examples/hello/lab.json", place.path().join("lab.json")).expect("it is copied");
    let ran =
        Command::new(env!("CARGO_BIN_EXE_lab2nix")).arg("gen").current_dir(place.path()).output().expect("it runs");
    let shown = readme.blocks("text").find_map(|block| block.said_by("lab2nix gen")).expect("it shows it");
    assert_eq!(String::from_utf8_lossy(&ran.stderr), shown);
}

/// What does not come through macvtap by itself is said where macvtap is recommended.
#[test]
fn the_recipe_of_macvtap_tells_of_multicast_and_wifi() {
    let cookbook = fs::read_to_string("docs/cookbook.md").expect("it is there");
    let section = cookbook.split_once("### Put a domain on the LAN without a bridge (macvtap)");
    let (_, section) = section.expect("there is such a recipe");
    let section = section.split("\n### ").next().unwrap_or_default();
    for word in ["Multicast", "`virtio` only", "Wi-Fi"] {
        assert!(section.contains(word), "no word of {word}");
    }
    assert!(!section.contains("no setup"));
}

/// Each consequence is in the table of the page on what a switch does, in the order of harm.
#[test]
fn the_page_on_plans_has_every_consequence() {
    let page = fs::read_to_string("docs/plan.md").expect("it is there");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(name, _)| name);
    let rows: Vec<&str> = rows.filter(|name| !name.starts_with("--")).collect();
    let names: Vec<&str> = Consequence::ALL.iter().map(|consequence| consequence.name()).collect();
    assert_eq!(rows, names);
}

#[test]
fn what_is_left_out_may_be_any_lines() {
    let text = "a\n  b\nc\nd\n";
    let found = |quote: &str| {
        let quote: Vec<String> = quote.lines().map(str::to_owned).collect();
        find(&quote, text).map_err(str::to_owned)
    };
    for quote in ["a\nb", "b\n…\nd", "…\nc", "a\n…\nb\nc", "a…\nd", "a\n\n\tb"] {
        assert_eq!(found(quote), Ok(()), "{quote}");
    }
    for (quote, missing) in [("a\nc", "a"), ("b\n…\na", "a"), ("e", "e"), ("…\nd\na", "d")] {
        assert_eq!(found(quote), Err(missing.to_owned()), "{quote}");
    }
}

/// A path is a word in backticks with a slash, or the name of a file of a kind that the repository has.
#[test]
fn the_paths_for_contributors_are_there() {
    let (mut differences, mut paths) = (Differences::default(), 0);
    for part in Document::read(Path::new(CONTRIBUTING)).parts {
        let Part::Line(line) = part else { continue };
        for word in line.split('`').skip(1).step_by(2).filter(|word| is_path(word)) {
            paths += 1;
            if !Path::new(word).exists() {
                differences.add(&format!("{CONTRIBUTING}: there is no {word}"));
            }
        }
    }
    differences.settle("say where it is now");
    assert!(paths > 50, "only {paths} paths");
}

fn is_path(word: &str) -> bool {
    let is_kept =
        |extension: &OsStr| ["json", "lock", "md", "nix", "rs", "sh", "toml"].iter().any(|it| extension == *it);
    !word.contains(char::is_whitespace) && (word.contains('/') || Path::new(word).extension().is_some_and(is_kept))
}

/// The file that a first line names: `# generated/networks.nix`, but not `# Networks of the lab`.
fn file_name(line: &str) -> Option<&str> {
    let name = line.strip_prefix("# ")?.trim();
    let is_nix = Path::new(name).extension().is_some_and(|extension| extension == "nix");
    (is_nix && !name.contains(char::is_whitespace)).then_some(name)
}

/// Finds quoted lines in a text, or else the first of those that stand together and are not there.
fn find<'a>(quote: &'a [String], text: &str) -> Result<(), &'a str> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut rest = lines.as_slice();
    // Lines that stand together end where something is left out. The first place after the last is always the best.
    for together in quote.split_inclusive(|line| line.trim_end().ends_with('…')) {
        let together: Vec<(&str, bool)> = together
            .iter()
            .map(|line| match line.trim() {
                whole if !whole.ends_with('…') => (whole, true),
                start => (start.trim_end_matches('…').trim_end(), false),
            })
            .filter(|(line, _)| !line.is_empty())
            .collect();
        let Some((first, _)) = together.first() else { continue };
        let matches = |found: &[&str]| {
            found.iter().zip(&together).all(
                |(found, (line, whole))| {
                    if *whole { found == line } else { found.starts_with(line) }
                },
            )
        };
        let at = rest.windows(together.len()).position(matches).ok_or(*first)?;
        rest = &rest[at + together.len()..];
    }
    Ok(())
}

/// `tests/documents/run` types them on a host; that takes too long for here.
#[test]
fn every_command_is_typed_by_a_script_or_says_why_not() {
    let listed = Command::new("tests/documents/run").arg("--list").output().expect("bash starts");
    let missing = String::from_utf8_lossy(&listed.stdout);
    assert!(
        listed.status.success() && missing.is_empty(),
        "name these in `tests/documents`, or take them out:\n{missing}"
    );
}
