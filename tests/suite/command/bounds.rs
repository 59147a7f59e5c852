//! Specs that are too much, or no specs at all.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use super::place::{GOOD, Place};

#[test]
fn what_no_spec_is_is_not_read_to_its_end() {
    let place = Place::with(GOOD);
    place.run(&["check", "/dev/zero"]).exits(2).says("cannot read `/dev/zero`").says("larger than 64 MiB");
    File::create(place.path("large.json")).expect("the directory is ours").set_len(1 << 30).expect("it has a hole");
    place.run(&["check", "large.json"]).exits(2).says("cannot read `large.json`").says("larger than 64 MiB");
    place.write("lab.json", &GOOD.replace("\"lab\":", "\"include\": [\"large.json\"], \"lab\":"));
    place.run(&["check"]).exits(1).says("`large.json` cannot be included: it is larger than 64 MiB");

    place.shell("mkfifo pipe").exits(0);
    place.run(&["check", "pipe"]).exits(2).says("it is a pipe").says("`/dev/stdin`");
    place.write("lab.json", GOOD);
    place.shell("cat lab.json | \"$LAB2NIX\" check -q /dev/stdin").exits(0).without_talk();
}

#[test]
fn links_that_lead_nowhere_are_told() {
    let place = Place::with(GOOD);
    symlink("nowhere", place.path("generated")).expect("the directory is ours");
    symlink("gone.json", place.path("link.json")).expect("the directory is ours");
    let told = "`generated` is a symbolic link to `nowhere`, which does not exist";
    place.run(&["gen"]).exits(2).says(told);
    place.run(&["gen", "--out", "generated/below"]).exits(2).says(told);
    place.run(&["xml", "--out", "generated"]).exits(2).says(told);
    place
        .run(&["check", "link.json"])
        .exits(2)
        .says("`link.json` is a symbolic link to `gone.json`, which does not exist");
}

/// Nothing of a file that is no JSON object is in a report, whatever it is called and however it is reached.
#[test]
fn included_files_that_are_no_specs_are_not_quoted() {
    const SECRET: &str = "TOPSECRET";
    let place = Place::with(GOOD);
    let texts = [
        ("shadow", "root:$6$TOPSECRET:1::::::\n"),
        ("words.json", "TOPSECRET"),
        ("list.json", "[\"TOPSECRET\"]"),
        ("text.json", "\"TOPSECRET\""),
        ("comment.json", "// { TOPSECRET\n/* { */ TOPSECRET {"),
        ("braces", "{ TOPSECRET }"),
        ("bytes.json", "\u{0}TOPSECRET"),
    ];
    for (name, text) in texts {
        place.write(name, text);
        for path in [name.to_owned(), place.path(name).display().to_string()] {
            place.write("lab.json", &GOOD.replace("\"lab\":", &format!("\"include\": [\"{path}\"], \"lab\":")));
            for format in ["human", "json", "github"] {
                let ran = place.run(&["check", "--message-format", format]).exits(1).without_result();
                ran.says_not(SECRET).says("cannot be included: it is not a JSON object");
            }
        }
    }
    for path in ["/proc/self/environ", "/dev/zero", "/etc/passwd"] {
        place.write("lab.json", &GOOD.replace("\"lab\":", &format!("\"include\": [\"{path}\"], \"lab\":")));
        place.run(&["check"]).exits(1).says(&format!("`{path}` cannot be included: it is not ")).says_not("root:");
    }
    // A link to something else is no spec either.
    symlink("braces", place.path("link.json")).expect("the directory is ours");
    place.write("lab.json", &GOOD.replace("\"lab\":", "\"include\": [\"link.json\"], \"lab\":"));
    place.run(&["check"]).exits(1).says("cannot be included: it is not a JSON object").says_not(SECRET);
    // A slip in a spec is shown.
    place.write("slip.json", "// shared\n{ \"domains\": { \"web\" { } } }");
    place.write("lab.json", &GOOD.replace("\"lab\":", "\"include\": [\"slip.json\"], \"lab\":"));
    place.run(&["check"]).exits(1).says("error[syntax-error]").says(" --> slip.json:2:");
}

/// So many slips would take hours if each were compared with all others.
#[test]
fn many_slips_take_linear_time() {
    let start = Instant::now();
    let keys: Vec<String> = (0..30_000).map(|number| format!("\"key-{number}\": 1")).collect();
    let domains: Vec<String> = (0..1500).map(|number| format!("\"d{number}\": {{ \"memori\": 1 }}")).collect();
    let spec = format!("{{ \"lab\": \"x\", \"domains\": {{ {} }},\n{} }}", domains.join(",\n"), keys.join(",\n"));
    let place = Place::with(&spec);
    place.run(&["check", "--message-format", "json"]).exits(1).without_result();
    assert!(start.elapsed() < Duration::from_mins(10), "{:?}", start.elapsed());
}
