//! Generates the Nix files that [NixVirt](https://github.com/AshleyYakeley/NixVirt) turns into libvirt networks, storage
//! pools and domains, from one JSON spec of a lab, and proves what it wrote by reading it back.
//!
//! # One direction
//!
//! ```text
//! source ─▶ spec ─▶ lab ─▶ libvirt ─┬─▶ nix ─┬─▶ proof ─▶ files
//! text +     JSON    resolved,  objects │  text  │   read back,   written or
//! positions  as      nothing    as      │        │   compared     compared
//!            written dangling   trees   └─▶ xml ─┘
//! ```
//!
//! Each arrow is a module that makes values for the next; none runs back. Only `main`, [`report`] and [`files`] touch the
//! world; the rest are functions from values to values. [`pipeline`] is the whole way in two calls.
//!
//! There is one tree for each definition and there are two printers of it. [`nix`] writes it as the attribute set that
//! `NixVirt` takes; [`xml`] writes it as the XML that `NixVirt` would make of that, and of what `NixVirt` has no word for.
//! A definition that the target's `NixVirt` would drop something of goes into the Nix file as XML.
//!
//! # What holds
//!
//! - A [`Problem`](problem::Problem) is the user's to mend, and all of a spec's are found in one run. An `Error` is
//!   anybody else's, and stops it.
//! - After [`source`], a spec is one tree, from however many files; only positions tell which.
//! - After [`spec::validate`], every value has the type that the schema says. After [`lab::resolve`], every reference leads
//!   somewhere, every address is in its subnet, every identity is settled.
//! - A definition holds only attributes that libvirt knows, and says which of them the target's `NixVirt` lacks
//!   ([`libvirt::vocabulary`]).
//! - Which files of the host there are, and by which path and option definitions name them, stands in [`host_file`] only.
//! - Text becomes Nix in [`nix::print`] and XML in [`xml`] only, which escape there and nowhere else.
//! - [`proof::Proven`] is made in [`proof`] only, and [`files`] writes nothing else.
//! - The same spec gives the same bytes: no clock, no randomness, no host name, no path of the machine.
//!
//! # Example
//!
//! ```
//! use lab2nix::{pipeline, source::Source};
//!
//! let spec = r#"{ "lab": "hello", "networks": { "lan": { "subnet": "10.20.0.0/24" } } }"#;
//! let (source, problems) = Source::read("lab.json", spec.to_owned());
//! let checked = pipeline::check(&source, problems);
//! assert_eq!(checked.problems, []);
//!
//! let files = pipeline::generate(&checked, "lab.json")?;
//! assert_eq!(files[0].name(), "networks.nix");
//! assert!(files[0].text().contains(r#"address = "10.20.0.1";"#));
//! # Ok::<(), lab2nix::pipeline::Error>(())
//! ```

pub mod cli;
// Every public item of these modules is documented: other programs call them, or `docs/spec.md` is made of their text. In the
// other modules most names say what they are.
#[warn(missing_docs)]
pub mod place;
#[warn(missing_docs)]
pub mod source;

#[warn(missing_docs)]
pub mod problem;
#[warn(missing_docs)]
pub mod report;

mod parallel;

#[warn(missing_docs)]
pub mod spec;

pub mod lab;

pub mod resolve;

pub mod check;

pub mod host_file;

pub mod libvirt;

pub mod host;

pub mod nocloud;

pub mod nix;

pub mod xml;

#[warn(missing_docs)]
pub mod proof;

#[warn(missing_docs)]
pub mod files;

#[warn(missing_docs)]
pub mod pipeline;
