//! What is said where the arguments make no sense, or something that they need is not there: the way out, and no other command's.

use std::fs;

use pretty_assertions::assert_eq;

use super::place::{GOOD, LAB2NIX, Place, Ran};

/// A spec with a warning and no error.
const WARNS: &str =
    r#"{ "lab": "hello", "domains": { "web": { "memory": "1GiB", "interfaces": [{ "bridge": "br0" }] } } }"#;

/// Refused arguments say this and nothing else.
fn says(place: &Place, arguments: &[&str], expected: &str) {
    let ran = place.run(arguments).exits(2).without_result();
    assert_eq!(ran.err, format!("error: {expected}\n"));
}

#[test]
fn a_command_that_is_none_is_told_apart() {
    let place = Place::with(GOOD);
    let check = |arguments: &[&str], expected: &str| says(&place, arguments, expected);
    check(&["gne"], "there is no command `gne`: did you mean `gen`?");
    check(&["help", "gne"], "there is no command `gne`: did you mean `gen`?");
    check(&["UP"], "there is no command `UP`: did you mean `up`?");
    check(&["START"], "there is no command `START`: `lab2nix up` starts domains");
    check(&["start"], "there is no command `start`: `lab2nix up` starts domains");
    check(&["frobnicate"], "there is no command `frobnicate`: `lab2nix --help` lists all");
    let alone = place.run(&[]).exits(2).without_result();
    assert!(alone.err.starts_with("Generates "), "{alone:?}");
    let json = place.run(&["--message-format", "json"]).exits(2).without_result();
    assert!(json.err.starts_with(r#"{"severity":"error","message":"#) && !json.err.contains("no command"), "{json:?}");
}

#[test]
fn a_spec_is_told_where_it_belongs() {
    let place = Place::with(GOOD);
    let check = |arguments: &[&str], expected: &str| says(&place, arguments, expected);
    let for_domain = "`lab.json` is a spec, where names of domains are wanted: write `--spec lab.json`";
    for command in ["up", "status", "restart", "console"] {
        check(&[command, "lab.json"], for_domain);
    }
    check(&["ssh", "lab.json", "--print"], for_domain);
    check(&["save", "a", "--only", "lab.json"], for_domain);
    check(&["restore", "a", "--only", "lab.json"], for_domain);
    check(&["status", "labs.jso"], "there is no domain `labs.jso`: known here: `web`");
    for command in ["gen", "check", "graph", "inspect"] {
        let is_argument = format!("`{command}` has no `--spec`: its specs are arguments, such as `lab.json`");
        check(&[command, "--spec", "lab.json"], &is_argument);
        check(&[command, "--spec=lab.json"], &is_argument);
    }
    check(&["man", "--spec", "x"], "`man` has no `--spec`: `lab2nix man --help` lists all");
    check(
        &["inventory", "--format", "hosts", "web"],
        "there is no spec `web`; names of domains are for `xml`, `inventory --only` and the commands that run a lab",
    );
    let format = "`inventory` needs a format, such as `lab2nix inventory --format ansible`; `lab2nix inventory --help` lists them";
    check(&["inventory"], format);
    check(&["plan", "--from", "HEAD~1"], "there is no spec `HEAD~1`: a revision is `git:HEAD~1`");
    check(&["graph", "html"], "there is no spec `html`: a format is an option, `--format html`");
    check(
        &["graph", "json"],
        "there is no spec `json`; names of domains are for `xml`, `inventory --only` and the commands that run a lab",
    );
    check(&["check", "lab.jsn"], "there is no `lab.jsn`: did you mean `lab.json`?");
    check(&["check", "Lab.json"], "there is no `Lab.json`: did you mean `lab.json`?");
    check(&["check", "other.yaml"], "there is no `other.yaml`: a spec is JSON; `lab2nix init` makes one");
    check(&["check", "other.json"], "there is no `other.json`: `lab2nix init` makes a spec");
    check(&["gen", "—check"], "there is no `—check`: an option begins with two hyphens, `--`");
    check(&["lab.json", "check"], "there is no command `lab.json`: a spec stands after the command");
    fs::create_dir(place.path("generated")).expect("the directory is ours");
    check(
        &["check", "generated"],
        "there is no `generated/lab.json`: `generated/../lab.json` is the one above it; `lab2nix init generated` makes one here",
    );
    let inside = place.command(LAB2NIX, &["check"]).current_dir(place.path("generated")).output();
    let said = String::from_utf8(inside.expect("it is built").stderr).expect("it writes text");
    assert_eq!(
        said,
        "error: there is no `lab.json`: `../lab.json` is the one above it; `lab2nix init` makes one here\n"
    );
}

#[test]
fn what_a_command_does_not_take_leads_on() {
    let place = Place::with(GOOD);
    let check = |arguments: &[&str], expected: &str| says(&place, arguments, expected);
    let between = "`run` needs domains and a command, with `--` between: `lab2nix run web -- uname -a`";
    check(&["run", "web", "uname"], between);
    check(&["run"], between);
    let after = "`run` has no `-a`: what is for the other program stands after `--`, as in `lab2nix run web -- …`";
    check(&["run", "web", "uname", "-a"], after);
    check(&["save"], "`save` needs the name of a save, such as `lab2nix save clean`");
    check(
        &["restore"],
        "`restore` needs the name of a save, such as `lab2nix restore clean`; `lab2nix saves` lists them",
    );
    check(&["up", "--all"], "`up` has no `--all`: without names, all domains of the lab are meant");
    check(&["down", "-f"], "`down` has no `-f`: the option is `--force`");
    check(&["down", "-f", "lab.json"], "`down` has no `-f`: write `--spec lab.json` for the spec");
    check(&["gen", "-f", "lab.json"], "`gen` has no `-f`: write `lab.json` for the spec");
    check(
        &["run", "--all", "--", "ls"],
        "`run` has no `--all`: all domains are `'*'`, as in `lab2nix run '*' -- COMMAND`",
    );
    check(&["down", "-flab.json"], "`down` has no `-f`: write `--spec lab.json` for the spec");
    check(&["down", "-f", "my lab.json"], "`down` has no `-f`: write `--spec 'my lab.json'` for the spec");
    check(&["xml", "-f", "lab.json"], "`xml` has no `-f`: write `lab.json` for the spec");
    check(&["activate", "--dry-run"], "`activate` has no `--dry-run`: `lab2nix activate --help` lists all");
    check(&["graph", "--json"], "`graph` has no `--json`: `lab2nix graph --help` lists all");
    check(&["inventory", "--format", "rdp", "--force"], "`inventory` needs `--out <DIR>`");
    check(&["--forse", "up"], "`up` has no `--forse`: did you mean `--force`?");
    check(&["--verison", "up"], "no command stands before `--verison`: did you mean `--version`?");
    check(&["import", "lab.json"], "there is no `lab.json` to import: a file or directory is `--from lab.json`");
    for name in ["all", "*", "w[e]b", "web,web", "@server"] {
        check(
            &["ssh", name, "--print"],
            &format!("there is no domain `{name}`: the name of a single domain is wanted"),
        );
    }
    let user = "there is no domain `me@web`: write `web`, and its user is that of the spec";
    check(&["ssh", "me@web", "--print"], user);
    check(&["restore", "clean", "web"], "`restore` does not take `web` as well: names of domains stand after `--only`");
    check(&["ssh", "web", "ls"], "`ssh` does not take `ls` as well: what is for the other program stands after `--`");
    check(&["plan", "--dry-run"], "`plan` has no `--dry-run`: it changes nothing");
    check(&["import", "--dry-run"], "`import` has no `--dry-run`: without `--into`, nothing is written");
    check(&["ssh"], "`ssh` needs the name of a domain, such as `web`; `lab2nix status` lists them");
    check(&["add", "domain"], "`add` needs a kind and a name, such as `lab2nix add domain web`");
    check(&["up", "--forse"], "`up` has no `--forse`: did you mean `--force`?");
    check(&["gen", "a", "b"], "`gen` does not take `b` as well: `lab2nix gen --help` says what it takes");
    check(&["gen", "--force"], "`gen` has no `--force`: `lab2nix gen --help` lists all");
    check(&["check", "--strict"], "`check` has no `--strict`: the option is `--deny warnings`");
    check(&["up", "--zzz"], "`up` has no `--zzz`: `lab2nix up --help` lists all");
    check(
        &["--spec", "lab.json", "up"],
        "no command stands before `--spec`: write it after the command, as in `lab2nix up --spec`",
    );
    check(&["--json", "status"], "`status` has no `--json`: the option is `--format json`");
    check(&["--verion"], "no command stands before `--verion`: did you mean `--version`?");
    check(&["plan", "--all"], "`plan` has no `--all`: `lab2nix plan --help` lists all");
    check(&["run", "web", "--tiemout", "5s", "--", "ls"], "`run` has no `--tiemout`: did you mean `--timeout`?");
    check(
        &["cp"],
        "there is no command `cp`: `lab2nix inventory --format ssh` prints a configuration for `scp -F FILE`",
    );
    check(&["zz"], "there is no command `zz`: `lab2nix --help` lists all");
    place.run(&["up", "--spec", "no.json"]).exits(2).says("there is no `no.json`: `lab2nix init` makes a spec");
}

#[test]
fn help_and_version_are_asked_for_as_of_other_programs() {
    let place = Place::with(GOOD);
    let same = |one: &[&str], other: &[&str]| {
        let [one, other] = [one, other].map(|arguments| place.run(arguments).exits(0).without_talk().out);
        assert_eq!(one, other);
    };
    same(&["help"], &["--help"]);
    same(&["help", "gen"], &["gen", "--help"]);
    same(&["version"], &["--version"]);
}

#[test]
fn what_is_denied_is_said() {
    let place = Place::with(WARNS);
    for command in ["gen", "check"] {
        place.run(&[command, "--deny", "warnings"]).exits(1).without_result().says("1 warning\ndenied: warnings\n");
    }
    assert!(!place.path("generated").exists());
    place.write("lab.json", &WARNS.replace("1GiB", "lots"));
    let ran = place.run(&["gen", "--deny", "warnings"]).exits(1);
    assert!(!ran.err.contains("denied"), "{ran:?}");
    let ran = place.run(&["gen", "--deny", "foo"]).exits(2).says("write `warnings`, or for `plan` a consequence, ");
    assert!(!ran.err.contains("cut-off"), "{ran:?}");
    place.run(&["gen", "--deny", "warning"]).exits(2).says("did you mean `warnings`?");
}

#[test]
fn names_that_explain_does_not_know() {
    let place = Place::with(GOOD);
    place.run(&["explain", "agent"]).exits(2).says("`lab2nix explain` lists all; the keys of a spec are in ");
    place.run(&["explain", "cut"]).exits(2).says("did you mean `cut-off`?");
    let list = place.run(&["explain"]).exits(0).without_talk().out;
    for line in list.lines() {
        assert!(line.ends_with(['.', ':']), "{line}");
    }
}

#[test]
fn a_page_is_no_directory() {
    let place = Place::with(GOOD);
    place.run(&["man", "gen"]).exits(2).without_result().says("`lab2nix gen --help` explains the command");
    assert!(!place.path("gen").exists());
    place.run(&["man", "pages"]).exits(0).says("pages to pages; `man pages/lab2nix-init.1` shows one\n");
    // One that is there is meant.
    fs::create_dir(place.path("gen")).expect("the directory is ours");
    place.run(&["man", "gen"]).exits(0);
}

fn without_virsh(place: &Place, arguments: &[&str]) -> Ran {
    Ran::of(place.command(LAB2NIX, arguments).env("PATH", place.path("")))
}

#[test]
fn without_virsh_only_plan_has_another_way() {
    let place = Place::with(&GOOD.replace(r#""network": "lan""#, r#""network": "lan", "ip": "10.20.0.5""#));
    for arguments in
        [&["status"][..], &["up"], &["run", "web", "--", "true"], &["save", "a"], &["import"], &["ssh", "web"]]
    {
        let ran = without_virsh(&place, arguments).exits(2).without_result();
        assert_eq!(
            ran.err,
            "error: `virsh` is not installed: it comes with libvirt (on NixOS `virtualisation.libvirtd.enable`, on Debian the package `libvirt-clients`)\n",
            "{arguments:?}"
        );
    }
    without_virsh(&place, &["plan"]).exits(2).says("; `lab2nix plan --from` compares without libvirt\n");
    let ran = without_virsh(&place, &["ssh", "web", "--print"]).exits(0).without_talk();
    assert_eq!(ran.out, "ssh 10.20.0.5\n");
    without_virsh(&place, &["ssh", "wbe", "--print"]).exits(2).says("did you mean `web`?");
    without_virsh(&place, &["console", "web", "--print"]).exits(2).says("`virsh` is not installed");
}

#[test]
fn what_is_no_definition_is_called_by_its_name() {
    let place = Place::with(GOOD);
    place.run(&["import", "--from", "lab.json"]).exits(1).says("lab.json: not imported: it is a spec of lab2nix; ");
    place.write("network.xml", "<network><name>empty</name></network>");
    place.write("pool.xml", "<pool type='dir'><name>empty</name><target><path>/srv</path></target></pool>");
    let ran = place.run(&["import", "foo", "--from", "network.xml", "--from", "pool.xml"]).exits(2);
    assert_eq!(ran.err, "error: there is no `foo` to import: known here: `empty`\n");
}

#[test]
fn an_inventory_says_whom_it_leaves_out() {
    let place = Place::with(&GOOD.replace(r#""memory""#, r#""os": "windows-10", "memory""#).replace("1GiB", "2GiB"));
    for format in ["ansible", "ssh", "hosts"] {
        place.run(&["inventory", "--format", format]).exits(0).says("note: the spec has no address of `web`: ");
    }
    let ran = place.run(&["--message-format", "json", "inventory", "--format", "hosts"]).exits(0);
    assert!(ran.err.starts_with(r#"{"severity":"note","message":"the spec has no address of `web`"#), "{ran:?}");
    let ran = place.run(&["inventory", "--format", "json", "--only", "WEB*"]).exits(2);
    ran.says("there is no domain `WEB*`: upper and lower case are different in names, and there is `web`");
}
