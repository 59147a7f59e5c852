//! The tests of the library and of the command, but for those that are one for each case (`tests/cases.rs`) and those that
//! need a libvirt (`tests/libvirt`). They are one program, which is linked once, and its modules are what they are of:
//! `cargo test --test suite schema::` runs those of `schema.rs`.

mod answer;
mod book;
mod command;
mod cookbook;
mod docs;
mod editors;
mod evaluate;
mod flake;
mod fuzz;
mod grammar;
mod graph;
mod identity;
mod import;
mod known;
mod language;
mod layers;
mod lint;
mod newcomer;
mod nix_text;
mod package;
mod room;
mod rules;
mod schema;
mod secrets;
mod seeds;
mod structure;
#[path = "../support/mod.rs"]
mod support;
mod unattended;
mod vocabulary;
mod words;
mod xml;
