//! Secrets of every shape in every place: each is reported, and no report shows it.

use std::path::Path;

use lab2nix::pipeline;
use lab2nix::problem::Id;
use lab2nix::report::{self, Format};
use lab2nix::source::{NoFiles, Source};
use serde_json::{Value, json};

/// Places of a spec, each a pointer to a text in it.
const PLACES: &[&str] = &[
    "/domains/web/cloudInit/extra/bootcmd/0",
    "/domains/web/cloudInit/extra/write_files/0/content",
    "/domains/web/cloudInit/hostname",
    "/domains/web/cloudInit/packages/0",
    "/domains/web/cloudInit/runcmd/0",
    "/domains/web/cloudInit/user",
    "/domains/web/description",
    "/domains/web/directBoot/cmdline",
    "/domains/web/disks/0/extra/source/cookies/cookie/0/value",
    "/domains/web/disks/0/extra/serial",
    "/domains/web/extra/devices/graphics/0/passwd",
    "/domains/web/extra/launchSecurity/session",
    "/domains/web/extra/metadata",
    "/domains/web/extra/qemu-commandline/arg/0/value",
    "/domains/web/extra/qemu-commandline/env/0/value",
    "/domains/web/extra/sysinfo/0/oemStrings/entry/0",
    "/domains/web/qemu/args/0",
    "/domains/web/qemu/env/SPICE",
    "/domains/web/smbios/oemStrings/0",
    "/defaults/domains/cloudInit/runcmd/0",
    "/networks/lan/dnsmasq/0",
    "/networks/lan/extra/metadata",
    "/pools/films/extra/fs:mount_opts/fs:option/0/name",
    "/pools/films/extra/rbd:config_opts/rbd:option/0/value",
    "/profiles/nobody/smbios/oemStrings/0",
    // Keys that there are not, and values of another type.
    "/domains/web/cloudInit/secretFiles/0",
    "/domains/web/graphics/0/passwordOfScreen",
    "/domains/web/memory",
    "/links/slow",
];

/// What secrets look like, each with a part that no report may have.
fn shapes() -> Vec<(&'static str, String)> {
    let body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW";
    let pem = |kind: &str| format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n");
    let encoded = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
    let words = |least: usize| "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY".chars().cycle().take(least).collect::<String>();
    let of_openssh = encoded(&pem("OPENSSH PRIVATE KEY"));
    let wrapped = of_openssh.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
    vec![
        (body, pem("OPENSSH PRIVATE KEY")),
        (body, pem("RSA PRIVATE KEY")),
        (body, pem("PGP PRIVATE KEY BLOCK")),
        (body, format!("PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{body}\n")),
        (
            "QQQQPPPPZZZZRRRR",
            format!("AGE-SECRET-KEY-1{}", "QQQQPPPPZZZZRRRRYYYY9999XXXX8888GGGGFFFF22222TTTTVVVVDDDDWWWW"),
        ),
        ("LS0tLS1CRUdJTiBPUEVOU1NI", of_openssh.clone()),
        ("LS0tLS1CRUdJTiBPUEVOU1NI", wrapped.collect::<Vec<_>>().join("\n")),
        (body, format!("echo {body} > /root/key")),
        ("aB3dE5fG7hJ9", format!("ghp_{}", words(36))),
        ("aB3dE5fG7hJ9", format!("git clone https://{}@github.com/me/lab", format_args!("glpat-{}", words(20)))),
        ("aB3dE5fG7hJ9", format!("tailscale up --authkey=tskey-auth-{}", words(30))),
        ("0123456789abcdef", format!("K10{}::server:{}", "0123456789abcdef".repeat(4), words(32))),
        ("AQCkVQxoAQIDBBAAKCkq", "key = AQCkVQxoAQIDBBAAKCkqKywtLi8wMTIzNDU2Nw==".to_owned()),
        ("hunter22", "secret,id=luks,data=hunter22".to_owned()),
        ("hunter22", "https://me:hunter22@storage.lab/image.iso".to_owned()),
        ("hunter22", "curl -H 'Authorization: Bearer hunter22token' https://api.lab".to_owned()),
        ("hunter22", "curl -u me:hunter22 https://api.lab".to_owned()),
        ("hunter22", "sshpass -p hunter22 ssh me@storage.lab".to_owned()),
        ("hunter22", "echo hunter22 | passwd --stdin root".to_owned()),
        ("hunter22", "echo me:hunter22 | chpasswd".to_owned()),
        ("hunter22", "K3S_TOKEN=hunter22 sh install.sh".to_owned()),
        ("hunter22", "username=me,password=hunter22".to_owned()),
        ("hunter22", "join --token hunter22 10.0.0.1".to_owned()),
        ("hunter22", "wifi:\n  psk: hunter22\n".to_owned()),
        ("hunter22", "<password>hunter22</password>".to_owned()),
        ("hunter22", "io.systemd.credential:passwd.plaintext-password.root=hunter22".to_owned()),
    ]
}

/// Keys whose values are secrets whatever they look like, each as the pointer to one.
const KEYS: &[&str] = &[
    "/domains/web/cloudInit/extra/chpasswd/list",
    "/domains/web/cloudInit/extra/chpasswd/users/0/password",
    "/domains/web/cloudInit/extra/password",
    "/domains/web/cloudInit/extra/ssh_keys/ed25519_private",
    "/domains/web/cloudInit/extra/ubuntu_pro/token",
    "/domains/web/cloudInit/extra/users/0/plain-text-passwd",
    "/domains/web/cloudInit/extra/users/0/plain_text_passwd",
    "/domains/web/cloudInit/extra/wifi/passphrase",
    "/domains/web/cloudInit/extra/wifi/psk",
    "/domains/web/cloudInit/extra/s3/access_token",
    "/domains/web/cloudInit/extra/s3/secret_key",
    "/domains/web/extra/devices/graphics/0/passwd",
    "/domains/web/graphics/0/passwd",
    "/domains/web/graphics/0/password",
    "/domains/web/graphics/password",
    "/domains/web/qemu/env/SPICE_PASSWORD",
];

/// A spec with a text at a pointer, on one line: every place of a report is on it.
fn spec(pointer: &str, text: &str) -> String {
    let mut value = json!(text);
    for step in pointer.split('/').skip(1).collect::<Vec<_>>().into_iter().rev() {
        value = if step == "0" { json!([value]) } else { json!({ step: value }) };
    }
    if let Some(Value::Object(options)) = value.pointer_mut("/domains/web/disks/0/extra/source/cookies/cookie/0") {
        options.insert("name".to_owned(), json!("sid"));
    }
    value["lab"] = json!("one");
    value.to_string()
}

fn check(pointer: &str, text: &str, hidden: &str) {
    let spec = spec(pointer, text);
    let (source, problems) = Source::with_includes(Path::new("lab.json"), spec.clone().into_bytes(), &NoFiles);
    let checked = pipeline::check(&source, problems);
    let is_found = |id: Id| matches!(id, Id::SecretInStore | Id::LikelySecret);
    assert!(checked.problems.iter().any(|problem| is_found(problem.id)), "{spec}");
    for format in [Format::Human, Format::Json, Format::Github] {
        let report = report::render(&checked.problems, Some(&source), format, false);
        assert!(!report.contains(hidden), "{spec}\n{report}");
    }
}

#[test]
fn each_is_found_in_each_place_and_not_shown() {
    for place in PLACES {
        for (hidden, text) in shapes() {
            check(place, &text, hidden);
        }
    }
}

#[test]
fn each_key_of_secrets_is_known() {
    for key in KEYS {
        let text = if key.ends_with("list") { "me:hunter22" } else { "hunter22" };
        check(key, text, "hunter22");
    }
}

/// Hashes and public keys are for everybody; a wrong one is no reason to show it.
#[test]
fn what_is_no_hash_and_no_public_key_is_not_shown() {
    for key in ["passwordHash", "sshKeys/0", "extra/users/0/hashed_passwd", "extra/users/0/passwd"] {
        let spec = spec(&format!("/domains/web/cloudInit/{key}"), "hunter22");
        let (source, problems) = Source::read("lab.json", spec);
        let checked = pipeline::check(&source, problems);
        let report = report::render(&checked.problems, Some(&source), Format::Human, false);
        assert!(!report.contains("hunter22") && report.contains("not-a-"), "{report}");
    }
}

/// What is in no tree is not shown either: a spec with broken syntax, and the second of two equal keys.
#[test]
fn secrets_beside_broken_syntax_are_not_shown() {
    for spec in [
        r#"{ "cloudInit": { "extra": { "password": "hunter22" },, } }"#,
        r#"{ "cloudInit": { "extra": { "password": 'hunter22' } } }"#,
        r#"{ "cloudInit": { "runcmd": ["K3S_TOKEN=hunter22 sh" "true"] } }"#,
        r#"{ "lab": "one", "domains": { "web": { "a": { "password": "x" }, "a": { "password": "hunter22" } } } }"#,
    ] {
        let (source, problems) = Source::read("lab.json", spec.to_owned());
        assert!(!problems.is_empty(), "{spec}");
        let checked = pipeline::check(&source, problems);
        for format in [Format::Human, Format::Json, Format::Github] {
            let report = report::render(&checked.problems, Some(&source), format, false);
            assert!(!report.contains("hunter22"), "{report}");
        }
    }
}
