//! Generates the Nix files that [NixVirt](https://github.com/AshleyYakeley/NixVirt) turns into libvirt networks, storage
//! pools and domains, from one JSON spec of a lab, and proves what it wrote by reading it back.
//!
//! # The way of a lab
//!
//! ```text
//! source ─▶ spec ─▶ resolve ─▶ lab ─▶ check ─▶ libvirt ─┬─▶ nix ─┬─▶ proof ─▶ files
//!                                                       └─▶ xml ─┘
//! ```
//!
//! Each module is a room, and a line belongs in the first of these that fits:
//!
//! - [`source`]: reading text. JSON, comments and includes become one tree with positions.
//! - [`spec`]: what a user can write. The JSON as written, field by field, its schema and its descriptions.
//! - [`resolve`]: deciding. It merges layers, fills in defaults, looks up names, checks single values, and makes the lab.
//! - [`lab`]: what a lab is. Structs and ids, with methods that answer from the values; nothing here reports a problem.
//! - [`check`]: comparing. It finds the problems that take several objects of a resolved lab to see.
//! - [`libvirt`]: libvirt's terms. It makes a tree of elements and attributes of each object, and knows which there are.
//! - [`nix`] and [`xml`]: syntax. Each prints trees and reads them back. [`nix`] writes the attribute set that `NixVirt`
//!   takes, [`xml`] the XML that `NixVirt` would make of it. A definition that the target's `NixVirt` would drop something
//!   of goes into the Nix file as XML.
//! - [`proof`]: distrust. It reads back what is to be written and compares it with what was meant.
//! - [`files`]: the disk. It writes what is proven, or compares it with what is there.
//!
//! Beside the way are the rooms that serve several others. [`visible`] is the door for text that goes to a person. [`place`] and [`problem`] say where something is wrong and what;
//! [`report`] prints that. [`host_file`] and [`host`] know what the machine provides for a lab; [`neighbours`] compares several labs; [`nocloud`] makes the files
//! that guests read at their first boot, and [`answer`] those that Windows Setup reads; [`graph`] draws labs; [`activation`] computes what `NixVirt` does with all that on a host, which [`virsh`]
//! asks libvirt about, [`gentle`] what is done before and after so that no domain is cut off, and [`plan`] what all of that means for
//! those whose domains they are, and [`explain`] says it at length, with its address in the documentation ([`book`]); [`operate`] runs a lab on libvirt. [`edit`] changes the text of a spec: it begins a lab, adds objects and renames them. [`inventory`] says who is in labs and how
//! they are reached, [`inspect`] what all of them are; [`columns`] is for tables. [`keys`] reads the keys of an entry out of a definition, for [`base`], the definitions that entries
//! stand on, and for [`import`], which goes the way of a lab backwards, from what libvirt has to a spec. [`pipeline`] is the whole way in two calls, and
//! [`cli`] the command around it.
//!
//! A room uses only those before it (`tests/suite/structure.rs` has the order). Only [`cli`], [`files`] and [`virsh`] touch the world, [`operate`] tries the ports of guests,
//! and [`report`] asks whether the terminal has colours; the rest are functions from values to values.
//!
//! # What holds
//!
//! - A [`Problem`](problem::Problem) is the user's to mend, and all of a spec's are found in one run. An `Error` is
//!   anybody else's, and stops it.
//! - After [`source`], a spec is one tree, from however many files; only positions tell which.
//! - After [`spec::validate`], every value has the type that the schema says. After [`resolve`](mod@resolve)
//!   without an error, every address is in its subnet and every identity is decided. What has no id, such as a volume, may
//!   still not be there: [`check`] finds that.
//! - A definition holds only attributes that libvirt knows, and says which of them the target's `NixVirt` lacks
//!   ([`libvirt::vocabulary`]).
//! - Which files of the host there are, and by which path and option definitions name them, stands in [`host_file`] only.
//! - Text that goes to a person has gone through [`visible`], unless it is a result that goes to a program.
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
// All public items of these modules are documented: other programs call them, or `docs/spec.md` is made from them. In the
// other modules most names say what they are.
#[warn(missing_docs)]
pub mod columns;
#[warn(missing_docs)]
pub mod visible;

#[warn(missing_docs)]
pub mod place;
#[warn(missing_docs)]
pub mod source;

#[warn(missing_docs)]
pub mod problem;

#[warn(missing_docs)]
pub mod book;
#[warn(missing_docs)]
pub mod report;

#[warn(missing_docs)]
pub mod inspect;

mod parallel;

#[warn(missing_docs)]
pub mod spec;

#[warn(missing_docs)]
pub mod windows;

pub mod lab;

pub mod resolve;

pub mod check;

pub mod host_file;

#[warn(missing_docs)]
pub mod inventory;

pub mod libvirt;

pub mod host;

pub mod neighbours;

pub mod nocloud;

pub mod unattended;

pub mod nix;

pub mod xml;

#[warn(missing_docs)]
pub mod answer;

#[warn(missing_docs)]
pub mod graph;

#[warn(missing_docs)]
pub mod keys;

#[warn(missing_docs)]
pub mod base;

#[warn(missing_docs)]
pub mod proof;

#[warn(missing_docs)]
pub mod files;

#[warn(missing_docs)]
pub mod pipeline;

pub mod activation;

#[warn(missing_docs)]
pub mod virsh;

pub mod gentle;

#[warn(missing_docs)]
pub mod edit;

#[warn(missing_docs)]
pub mod import;

pub mod plan;

#[warn(missing_docs)]
pub mod explain;

#[warn(missing_docs)]
pub mod operate;
