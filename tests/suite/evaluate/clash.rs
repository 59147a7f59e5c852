//! What is there once on a host and could be in two labs, each with what is said of it. `check` of both specs finds what the host's
//! module refuses.

use lab2nix::neighbours::Hosts;
use lab2nix::pipeline;
use lab2nix::problem::Id;
use pretty_assertions::assert_eq;

use super::host::failures;
use crate::support::evaluation::World;
use crate::support::labs::{Generated, variant};

/// What two labs say, and what is said of both; `LAB` and `DOMAIN` are the names of the lab and of its domain.
type Clash = (String, String, Option<String>);

#[test]
fn labs_that_have_one_thing_of_the_host() {
    let lab = |name: &str, spec: &str| {
        let domain = format!("{name}-one");
        variant(&format!(r#"{{ "lab": "{name}", {} }}"#, spec.replace("DOMAIN", &domain).replace("LAB", name)))
    };
    let cases = [ports(), devices(), storage(), files(), numbers()].concat();
    let labs: Vec<[Generated; 2]> = cases.iter().map(|(one, other, _)| [lab("a", one), lab("b", other)]).collect();
    let hosts: Vec<[&Generated; 2]> = labs.iter().map(|[one, other]| [one, other]).collect();
    let hosts: Vec<&[&Generated]> = hosts.iter().map(<[&Generated; 2]>::as_slice).collect();
    for ((one, other, expected), labs) in cases.iter().zip(&labs) {
        let together = labs.iter().map(|lab| (&lab.read.source, &lab.read.checked));
        let (_, problems) = pipeline::check_together(together, Hosts::One);
        let found = problems.iter().filter(|problem| problem.id == Id::HostClash).count();
        assert_eq!(found, usize::from(expected.is_some()), "{one}\n{other}\n{problems:?}");
    }
    for world in World::all() {
        let Some(values) = world.modules(&hosts) else { return };
        for ((one, other, expected), value) in cases.iter().zip(&values) {
            let expected = expected.iter().map(|what| format!("lab2nix: labs `a` and `b` both have the {what}"));
            assert_eq!(failures(value), expected.collect::<Vec<_>>(), "{one}\n{other}");
        }
    }
}

fn domain(fields: &str) -> String {
    format!(r#""domains": {{ "DOMAIN": {{ "memory": "1GiB", {fields} }} }}"#)
}

fn pool(fields: &str) -> String {
    format!(r#""pools": {{ "LAB": {{ {fields} }} }}"#)
}

fn serial(fields: &str) -> String {
    domain(&format!(r#""furtherSerials": [{{ {fields} }}]"#))
}

/// The two domains, as a clash names them.
const OWNERS: &str = "(domain a-one, domain b-one)";

/// Ports of the host.
fn ports() -> Vec<Clash> {
    let forward = |fields: &str| {
        domain(&format!(r#""interfaces": [{{ "user": true, "forwards": [{{ "guest": 22, {fields} }}] }}]"#))
    };
    let (everywhere, local, other) = (r#""host": 2222"#, r#""host": 2222, "address": "127.0.0.1""#, "127.0.0.2");
    let other = format!(r#""host": 2222, "address": "{other}""#);
    let udp = r#""host": 2222, "protocol": "udp""#;
    let any = r#""host": 2222, "address": "0.0.0.0""#;
    let six = r#""host": 2222, "address": "::1""#;
    let port = |one: &str, other: &str| {
        Some(format!("TCP port 2222 of the host (domain a-one at {one}, domain b-one at {other})"))
    };
    let screen = domain(r#""graphics": { "type": "vnc", "port": 5950, "listen": "0.0.0.0" }"#);
    let listener = serial(r#""tcp": "127.0.0.1:5950", "listen": true"#);
    vec![
        (forward(everywhere), forward(everywhere), port("*", "*")),
        (forward(everywhere), forward(local), port("*", "127.0.0.1")),
        (forward(any), forward(local), port("0.0.0.0", "127.0.0.1")),
        (forward(local), forward(local), port("127.0.0.1", "127.0.0.1")),
        (forward(six), forward(everywhere), port("::1", "*")),
        (forward(any), forward(six), None),
        (forward(local), forward(&other), None),
        (forward(everywhere), forward(udp), None),
        (
            screen,
            listener,
            Some("TCP port 5950 of the host (domain a-one at 0.0.0.0, domain b-one at 127.0.0.1)".to_owned()),
        ),
    ]
}

/// Devices of the host.
fn devices() -> Vec<Clash> {
    let on_bridge = |fields: &str| domain(&format!(r#""interfaces": [{{ "bridge": "br0", {fields} }}]"#));
    let target = |name: &str| on_bridge(&format!(r#""target": "{name}""#));
    let bridge = |name: &str| format!(r#""networks": {{ "LAB": {{ "mode": "isolated", "bridge": "{name}" }} }}"#);
    vec![
        (target("tap-web"), target("tap-web"), Some(format!("device tap-web {OWNERS}"))),
        (target("tap-web"), target("tap-db"), None),
        (bridge("lab0"), target("lab0"), Some("device lab0 (network a, domain b-one)".to_owned())),
        (target("lab0"), bridge("lab0"), Some("device lab0 (domain a-one, network b)".to_owned())),
    ]
}

/// What pools are.
fn storage() -> Vec<Clash> {
    vec![
        (
            pool(r#""path": "/srv/images""#),
            pool(r#""path": "/srv//images/""#),
            Some("storage directory /srv/images (pool a, pool b)".to_owned()),
        ),
        (
            pool(r#""type": "logical", "source": { "name": "vg0" }"#),
            pool(r#""type": "logical", "source": { "name": "vg0" }"#),
            Some("storage volume group vg0 (pool a, pool b)".to_owned()),
        ),
        (pool(r#""path": "/srv/images""#), pool(r#""path": "/srv/images/b""#), None),
    ]
}

/// What is written, and what is only read.
fn files() -> Vec<Clash> {
    let disk = |fields: &str| domain(&format!(r#""disks": [{{ {fields} }}]"#));
    vec![
        (
            disk(r#""file": "/srv/disk.raw""#),
            disk(r#""file": "/srv/disk.raw""#),
            Some(format!("file /srv/disk.raw {OWNERS}")),
        ),
        (disk(r#""block": "/dev/vg0/web""#), disk(r#""block": "/dev/vg0/web""#), Some(format!("file /dev/vg0/web {OWNERS}"))),
        (
            r#""pools": { "LAB": { "path": "/srv/a", "volumes": { "base.raw": { "size": "1GiB", "format": "raw" } } } }"#.to_owned(),
            disk(r#""file": "/srv/a/base.raw""#),
            Some("file /srv/a/base.raw (pool a, domain b-one)".to_owned()),
        ),
        (
            domain(r#""firmware": "uefi", "nvram": "/srv/vars.qcow2""#),
            domain(r#""firmware": "uefi", "nvram": "/srv/vars.qcow2""#),
            Some(format!("file /srv/vars.qcow2 {OWNERS}")),
        ),
        (
            serial(r#""file": "/srv/console.log""#),
            serial(r#""file": "/srv/console.log""#),
            Some(format!("file /srv/console.log {OWNERS}")),
        ),
        (
            serial(r#""unix": "/run/console.sock", "listen": true"#),
            serial(r#""unix": "/run/console.sock", "listen": true"#),
            Some(format!("file /run/console.sock {OWNERS}")),
        ),
        // What may be shared.
        (
            serial(r#""unix": "/run/console.sock", "listen": true"#),
            serial(r#""unix": "/run/console.sock", "listen": false"#),
            None,
        ),
        (
            disk(r#""file": "/srv/disk.raw", "readonly": true"#),
            disk(r#""file": "/srv/disk.raw", "readonly": true"#),
            None,
        ),
        (
            disk(r#""file": "/srv/disk.raw", "shareable": true, "format": "raw""#),
            disk(r#""file": "/srv/disk.raw", "shareable": true, "format": "raw""#),
            None,
        ),
        (
            domain(r#""cdroms": [{ "file": "/srv/a.iso" }], "shares": [{ "source": "/srv/share", "tag": "s" }]"#),
            domain(r#""cdroms": [{ "file": "/srv/a.iso" }], "shares": [{ "source": "/srv/share", "tag": "s" }]"#),
            None,
        ),
    ]
}

/// Context ids.
fn numbers() -> Vec<Clash> {
    vec![
        (
            domain(r#""vsock": { "cid": 42 }"#),
            domain(r#""vsock": { "cid": 42 }"#),
            Some(format!("vsock CID 42 {OWNERS}")),
        ),
        (domain(r#""vsock": { "cid": 42 }"#), domain(r#""vsock": { "cid": 43 }"#), None),
    ]
}
