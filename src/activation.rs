//! What `NixVirt` does when it is activated: the rules of its helper, as a function from what libvirt has
//! ([`world::World`]) and what the helper is told ([`settings::Settings`]) to what happens ([`run::run`]).
//!
//! The rules are those of `NixVirt` 0.6.0 and of its unreleased head, read in its code (`tool/nixvirt-module-helper` and
//! `tool/nixvirt.py`) and measured on libvirt 11.3. In short, each kind in the order networks, pools, domains:
//!
//! 1. What is not listed is stopped and undefined.
//! 2. What is listed is defined. If that changes it, or `restart` says so, it is stopped.
//! 3. Volumes that shall be there are created in pools, which are started for it, and those that shall not are deleted.
//! 4. What shall be active is started, the rest is stopped.
//!
//! Stopping a network also stops all running domains on it. The first error ends everything, and nothing is undone.

pub mod definition;
pub mod difference;
pub mod outcome;
pub mod run;
pub mod settings;
pub mod snapshot;
pub mod wanted;
pub mod world;

#[cfg(test)]
mod tests;
