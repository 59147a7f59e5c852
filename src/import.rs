//! Importing: from definitions that libvirt has to entries of a spec that say the same.
//!
//! [`keys`](crate::keys) reads an entry out of a definition: it is the way back from what [`libvirt`](crate::libvirt) makes of a lab, and
//! guesses, as far as keys can say it. What a spec with that entry is then made into shows how good the guess was:
//! [`rest`] says what differs in the words of `extra`, and [`settle`] where in the entry that belongs. `way` goes on to another attempt
//! where that comes to no end, [`frame`] knows the spec that all of it becomes part of, and [`draft`] is the whole.

mod defaults;
pub mod draft;
pub mod frame;
mod made;
mod moved;
pub mod rest;
pub mod settle;
mod shorten;
pub mod spec;
mod volumes;
mod way;
