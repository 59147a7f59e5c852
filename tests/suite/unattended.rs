//! The discs by which Windows installs itself, as `nix/host/unattended.sh` makes them and as isoinfo reads them by the names that
//! Windows sees, and the script on them.

use std::fs;
use std::process::{Command, Output};

use base64::prelude::*;
use lab2nix::answer::{Answer, Content, Element};
use lab2nix::unattended;
use lab2nix::unattended::FileKind;
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::discs::{Host, mode};
use crate::support::labs::{Generated, committed};
use crate::support::skip;
use crate::support::unattended::{SCRIPT, SETUP, told};

/// The files of the host, by their names there.
const SECRETS: [(&str, &str); 5] = [
    ("lab-admin", "p\u{e4}ss & <word> $1\nsecond line\n"),
    ("dsrm", "restore it\r\n"),
    ("joiner", "join it"),
    ("key", "ABCDE-12345-ABCDE-12345-ABCDE\n"),
    ("empty", ""),
];

/// A host with a lab whose guests install themselves.
struct Discs {
    lab: Generated,
    host: Host,
}

impl Discs {
    /// Skips where a program is missing that makes or reads discs.
    fn new() -> Option<Self> {
        for program in ["jq", "xorriso", "isoinfo", "iconv"] {
            if let Err(error) = Command::new(program).arg("--version").output() {
                skip(&format!("{program} does not start: {error}"));
                return None;
            }
        }
        let host = Host::new();
        for (name, text) in SECRETS {
            host.write(&format!("run/secrets/{name}"), text);
        }
        host.write("srv/lab/scripts/client.ps1", "Write-Output one\n");
        host.write("srv/other/client.ps1", "Write-Output two\n");
        Some(Self { lab: committed("tests/cases/ok/unattended/lab.json"), host })
    }

    /// What the module tells the script, with the files of the host in this one.
    fn told(&self) -> Value {
        let (lab, _) = self.lab.read.checked.lab().expect("the case is sound");
        told(lab, |name, text| self.host.put(name, text), |path| self.host.here(path))
    }

    fn run(&self) -> Output {
        self.host.run(SCRIPT, "LAB2NIX_UNATTENDED", &self.told())
    }

    /// Runs it, as it has to go well.
    fn make(&self) {
        let output = self.run();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn disc(&self, domain: &str) -> std::path::PathBuf {
        self.host.path(&format!("run/lab2nix/unattended/t/{domain}.iso"))
    }

    /// What isoinfo says of a disc, by its Joliet names.
    fn isoinfo(&self, domain: &str, arguments: &[&str]) -> String {
        let output = Command::new("isoinfo").arg("-J").args(arguments).arg("-i").arg(self.disc(domain)).output();
        let output = output.expect("isoinfo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text")
    }

    fn file(&self, domain: &str, name: &str) -> String {
        self.isoinfo(domain, &["-x", name])
    }

    fn answer(&self, domain: &str) -> Answer {
        let (lab, _) = self.lab.read.checked.lab().expect("the case is sound");
        let os = lab.domains.iter().flatten().find(|other| other.name == domain).expect("it is in the lab").os;
        let text = self.file(domain, "/autounattend.xml");
        Answer::read(&text, os).unwrap_or_else(|error| panic!("{domain}: {error}\n{text}"))
    }
}

/// Stands in for `mount`: what a file says is in it is in a directory of the host.
const MOUNT: &str = "#!/bin/bash\nset -e\n[[ $1 == -o && $2 == loop,ro ]]\ncp -r \"$3.contents/.\" \"$4\"\n";
/// Stands in for `umount`.
const UMOUNT: &str = "#!/bin/bash\nrm -rf \"$1\"/*\n";
/// Stands in for `wimlib-imagex`, which tells more of each image.
const WIMLIB: &str = "#!/bin/bash\n[[ $1 == info ]]\nsed 's/.*/Index:                  1\\nName:                   &\\nDescription:            &/' \"$2\"\n";

/// The values of all elements that end a path, in order.
fn values(answer: &Answer, path: &[&str]) -> Vec<String> {
    fn collect(elements: &[Element], above: &mut Vec<String>, path: &[&str], found: &mut Vec<String>) {
        for element in elements {
            above.push(element.name.clone());
            match &element.content {
                Content::Text(text)
                    if above.ends_with(&path.iter().map(|&step| step.to_owned()).collect::<Vec<_>>()) =>
                {
                    found.push(text.clone());
                }
                Content::Text(_) => {}
                Content::Elements(elements) => collect(elements, above, path, found),
            }
            above.pop();
        }
    }
    let mut found = Vec::new();
    for component in &answer.components {
        collect(&component.elements, &mut Vec::new(), path, &mut found);
    }
    found
}

/// The password that Setup reads where it is followed by a word.
fn decoded(value: &str) -> String {
    let bytes = BASE64_STANDARD.decode(value).expect("it is Base64");
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).expect("it is UTF-16")
}

#[test]
fn discs_have_what_windows_looks_for() {
    let Some(discs) = Discs::new() else { return };
    discs.make();
    let password = "p\u{e4}ss & <word> $1";
    let files = discs.isoinfo("PC11", &["-f"]);
    let mut files: Vec<&str> = files.lines().map(str::trim).collect();
    files.sort_unstable();
    assert_eq!(
        files,
        [
            "/autounattend.xml",
            "/lab2nix",
            "/lab2nix/scripts",
            "/lab2nix/scripts/01-client.ps1",
            "/lab2nix/scripts/02-client.ps1",
            "/lab2nix/secrets.json",
            "/lab2nix/settings.json",
            "/lab2nix/setup.ps1",
        ]
    );
    assert_eq!(discs.file("PC11", "/lab2nix/scripts/02-client.ps1"), "Write-Output two\n");
    assert_eq!(discs.file("PC11", "/lab2nix/setup.ps1"), SETUP);

    // A server has the password of its administrator, a client that of its user.
    let server = discs.answer("DC2022");
    let of_administrator = values(&server, &["AdministratorPassword", "Value"]);
    assert_eq!(
        of_administrator.iter().map(|value| decoded(value)).collect::<Vec<_>>(),
        [format!("{password}AdministratorPassword")]
    );
    let client = discs.answer("PC11");
    for path in [["LocalAccount", "Password", "Value"].as_slice(), &["AutoLogon", "Password", "Value"]] {
        assert_eq!(
            values(&client, path).iter().map(|value| decoded(value)).collect::<Vec<_>>(),
            [format!("{password}Password")]
        );
    }
    assert_eq!(values(&discs.answer("SRV2019"), &["ProductKey", "Key"]), ["ABCDE-12345-ABCDE-12345-ABCDE"]);
    let secrets =
        |domain: &str| serde_json::from_str::<Value>(&discs.file(domain, "/lab2nix/secrets.json")).expect("it is JSON");
    assert_eq!(secrets("DC2022")["recoveryPassword"], "restore it");
    assert_eq!(secrets("DC2025")["recoveryPassword"], password);
    assert_eq!(secrets("PC11")["joinPassword"], "join it");
    assert_eq!(secrets("SRV2022")["joinPassword"], password);
    // And nothing else than what their part needs.
    let kinds = |domain: &str| secrets(domain).as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!([kinds("DC2022"), kinds("PC11")], [["recoveryPassword"], ["joinPassword"]]);
    assert_eq!(kinds("ALONE11"), [""; 0]);

    // Only root reads them, and QEMU finds its own.
    assert_eq!(mode(&discs.disc("PC11")), 0o600);
    for directory in ["run/lab2nix", "run/lab2nix/unattended", "run/lab2nix/unattended/t"] {
        assert_eq!(mode(&discs.host.path(directory)), 0o711, "{directory}");
    }
}

#[test]
fn a_guest_that_is_done_needs_neither_disc_nor_password() {
    let Some(discs) = Discs::new() else { return };
    discs.make();
    let (lab, _) = discs.lab.read.checked.lab().expect("the case is sound");
    let disc = unattended::discs(lab).find(|disc| disc.domain == "SRV2019").expect("it is in the lab");
    let system = disc.disk.clone().expect("it is a file");
    discs.host.write(&format!("var/lib/lab2nix/unattended/{}.done", disc.uuid), "");
    discs.host.write(&system[1..], "Windows");
    fs::remove_file(discs.host.path("run/secrets/key")).expect("it is there");
    let before = fs::read(discs.disc("PC11")).expect("it was made");
    discs.make();
    assert!(!discs.disc("SRV2019").exists());
    assert_eq!(fs::read(discs.disc("PC11")).expect("it stays"), before);
    // Its disk is gone, so it is installed again.
    fs::remove_file(discs.host.path(&system[1..])).expect("it is there");
    let output = discs.run();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(1) && said.contains("run/secrets/key of this host, which does not exist"),
        "{said}"
    );
    discs.host.write("run/secrets/key", "ABCDE-12345-ABCDE-12345-ABCDE\n");
    discs.make();
    assert!(discs.disc("SRV2019").exists());
}

#[test]
fn what_is_wrong_with_a_file_is_said_before_anything_changes() {
    let Some(discs) = Discs::new() else { return };
    let fails = |file: &str, text: Option<&str>, why: &str| {
        let path = discs.host.path(&format!("run/secrets/{file}"));
        let before = fs::read_to_string(&path).expect("it is there");
        match text {
            Some(text) => fs::write(&path, text).expect("it is ours"),
            None => fs::remove_file(&path).expect("it is there"),
        }
        let output = discs.run();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected = [why, "of lab `t`", "Nothing of the labs was changed.", file];
        assert!(output.status.code() == Some(1) && expected.iter().all(|part| said.contains(part)), "{file}: {said}");
        assert!(!discs.disc("PC11").exists() && !said.contains("restore it"), "{said}");
        fs::write(&path, before).expect("it is ours");
    };
    fails("lab-admin", None, "which does not exist");
    fails("dsrm", Some(""), "which is empty");
    fails("joiner", Some("\nit\n"), "first line");
    fails("key", Some("ABCDE-12345\n"), "which is none");
    let latin = discs.host.path("run/secrets/joiner");
    fs::write(&latin, b"p\xe4ss\n").expect("it is ours");
    let output = discs.run();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("joiner, which is not in UTF-8"), "{said}");
    // The mark that some editors write is no part of it.
    discs.host.write("run/secrets/joiner", "\u{feff}join it\r\n");
    discs.make();
    let secrets: Value = serde_json::from_str(&discs.file("PC11", "/lab2nix/secrets.json")).expect("it is JSON");
    assert_eq!(secrets["joinPassword"], "join it");
}

#[test]
fn an_iso_without_the_image_stops_before_anything_changes() {
    let Some(discs) = Discs::new() else { return };
    for (program, text) in [("mount", MOUNT), ("umount", UMOUNT), ("wimlib-imagex", WIMLIB)] {
        discs.host.program(program, text);
    }
    let names = ["2016", "2019", "2022", "2025"].map(|year| {
        ["STANDARD", "DATACENTERCORE"].map(|edition| format!("Windows Server {year} SERVER{edition}\n")).concat()
    });
    let evaluation = "Windows 10 Enterprise Evaluation\nWindows 11 Enterprise Evaluation\n";
    discs.host.write("srv/iso/windows.iso", "an ISO");
    discs.host.write("srv/iso/windows.iso.contents/sources/install.wim", &format!("{}{evaluation}", names.concat()));
    discs.make();
    discs.host.write("srv/iso/windows.iso.contents/sources/install.wim", &names[..3].concat());
    let output = discs.run();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected =
        ["which", "does not have. It has: Windows Server 2016 SERVERSTANDARD, ", "Nothing of the labs was changed."];
    assert!(output.status.code() == Some(1) && expected.iter().all(|part| said.contains(part)), "{said}");
}

/// What the module has of these guests in the store.
#[test]
fn no_secret_is_in_what_is_generated() {
    let lab = committed("tests/cases/ok/unattended/lab.json");
    for disc in unattended::discs(lab.read.checked.lab().expect("the case is sound").0) {
        let text = disc.text(FileKind::Answer);
        assert!(text.contains("@password+Password@"), "{text}");
        assert!(!disc.text(FileKind::Settings).contains("assword"), "{}", disc.domain);
    }
}

/// What a parser does not understand, with the line.
fn wrong(node: tree_sitter::Node<'_>, found: &mut Vec<String>) {
    if node.is_error() || node.is_missing() {
        found.push(format!("{}: {}", node.start_position().row + 1, node.kind()));
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        wrong(child, found);
    }
}

#[test]
fn the_script_is_powershell() {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).expect("they are of one version");
    let mut parse = |text: &str| parser.parse(text, None).expect("there is no limit");
    let tree = parse(SETUP);
    let mut found = Vec::new();
    wrong(tree.root_node(), &mut found);
    assert_eq!(found, Vec::<String>::new());
    // The parser does see what is wrong.
    for (good, bad) in [
        ("param([switch] $Task)", "param([switch] $Task"),
        ("exit 1\n", "exit 1\n}\n"),
        ("Write-Log 'All", "Write-Log ((All"),
    ] {
        assert!(parse(&SETUP.replacen(good, bad, 1)).root_node().has_error(), "{bad}");
    }
    assert!(SETUP.is_ascii(), "Windows PowerShell reads a script without a mark in the code page of the system");
}
