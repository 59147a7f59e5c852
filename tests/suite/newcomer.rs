//! The labs that somebody writes first, as they come: what would not work in them is said, all at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pretty_assertions::assert_eq;

use crate::support::Read;

/// Finds the problems of a lab, each kind once.
fn check(name: &str, expected: &[&str]) {
    let path = Path::new("tests/suite/newcomer").join(name);
    let read = Read::bytes(name, fs::read(&path).expect("it is there"));
    let found: BTreeSet<&str> = read.checked.problems.iter().map(|problem| problem.id.name()).collect();
    assert_eq!(found, expected.iter().copied().collect(), "{name}");
}

#[test]
fn an_active_directory() {
    let expected = [
        "conflicting-fields",
        "little-memory",
        "no-login",
        "order-without-start",
        "unknown-timezone",
        "windows-name-too-long",
    ];
    check("ad.json", &expected);
}

#[test]
fn a_cluster_on_cloud_images() {
    let expected =
        ["cloud-init-on-nothing", "likely-secret", "no-autoconfiguration", "no-login", "store-path", "unlikely-cpu"];
    check("k3s.json", &expected);
}

#[test]
fn a_router_with_a_workstation() {
    let expected = [
        "address-not-served",
        "no-multicast",
        "nothing-to-boot",
        "partly-pinned",
        "public-subnet",
        "serial-cut",
        "tight-memory-limit",
        "unmanaged-bridge",
        "wireless-device",
    ];
    check("router.json", &expected);
}
