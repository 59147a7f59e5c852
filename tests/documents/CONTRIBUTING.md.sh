#!/usr/bin/env bash
# outside
# The commands for contributors. What `cargo run` would compile first is there already, as the program that is tried.
set -euo pipefail

cp -r "$checkout" checkout
cd checkout
as 'cargo run --release -- gen' 'lab2nix gen'
as 'cargo run -- gen examples/single-linux/lab.json' 'lab2nix gen examples/single-linux/lab.json'
as 'cargo run -- explain --markdown > docs/problems.md' 'lab2nix explain --markdown > docs/problems.md'
as 'cargo run -- schema > schema/lab.schema.json' 'lab2nix schema > schema/lab.schema.json'
as 'cargo run -- schema --markdown > docs/spec.md' 'lab2nix schema --markdown > docs/spec.md'
as 'cargo run -- schema --of plan > schema/plan.schema.json' 'lab2nix schema --of plan > schema/plan.schema.json'
as 'cargo run -- graph --into README.md' 'lab2nix graph --into README.md'
as 'cargo run -- graph --format svg > docs/lab.svg' 'lab2nix graph --format svg > docs/lab.svg'
if cargo fmt --version >/dev/null 2>&1; then
  as 'cargo fmt' 'cargo fmt --check'
else
  skip 'cargo fmt' 'there is no rustfmt here'
fi

compiles='compiles for minutes; .ci/run does it'
skip 'lab2nix activate' 'is what the module of a host calls; tests/libvirt does it on a systemd'
skip 'cargo test' "$compiles"
skip 'cargo run -- gen' "$compiles"
skip 'cargo clippy --all-targets -- -D warnings' "$compiles"
skip 'cargo bench' 'compiles for minutes'
skip 'mdbook build docs' 'needs mdbook'
skip 'rustup target add x86_64-unknown-linux-musl' 'needs rustup'
skip '.ci/dist x86_64-unknown-linux-musl dist' 'compiles for minutes; a release does it'
skip 'cargo package --locked' 'compiles for minutes; a release does it'
skip 'LIBVIRT_ROOT=/var/tmp/root cargo run --release --example fuzz -- --seed 15 --runs 20000' 'compiles for minutes, and runs for long'
skip 'UPDATE_NIXVIRT=1 NIXVIRT_SRC=<NixVirt 0.6.0> NIXVIRT_UNRELEASED_SRC=<its master> cargo test --test cases nixvirt/' "$compiles without the update"
skip 'UPDATE_NIXVIRT=1 NIXVIRT_SRC=<NixVirt 0.6.0> NIXVIRT_UNRELEASED_SRC=<its master> cargo test --test suite vocabulary::' "$compiles without the update"
skip 'UPDATE_CASES=1 LIBVIRT_ROOT=/var/tmp/root cargo test --test suite known::' "$compiles without the update"
skip 'UPDATE_CASES=1 LIBVIRT_ROOT=/var/tmp/root cargo test --test suite grammar::' "$compiles without the update"
skip '.ci/root /var/tmp/root' 'made the root that the worlds of these scripts are on'
skip 'LIBVIRT_ROOT=/var/tmp/root cargo test --test libvirt -- --nocapture' "$compiles"
skip 'TRIALS=all NIXVIRT_SRC=<NixVirt 0.6.0> LIBVIRT_ROOT=/var/tmp/root cargo test --test libvirt plan:: -- --nocapture' "$compiles with a sample"

# What was written was fresh.
diff -r "$checkout" .
skip 'LIBVIRT_ROOT=/var/tmp/root NIXPKGS_LIB=<nixpkgs.lib> NIXVIRT_SRC=<NixVirt 0.6.0> tests/documents/run target/debug/lab2nix' 'is what runs this'
