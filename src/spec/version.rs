//! The version of the language that specs are written in.

use std::ops::RangeInclusive;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::source::{Kind, Node};

/// The key that says it, in each file for itself.
pub const KEY: &str = "version";

/// The oldest and the newest version that is read.
const VERSIONS: RangeInclusive<i128> = 1..=READ;

/// The newest version that this lab2nix reads.
pub const READ: i128 = 1;

/// The problem of a file that is written for another version. `root` is the tree of a file, or what it says of itself only.
#[must_use]
pub fn check(root: &Node) -> Option<Problem> {
    let Kind::Object(members) = &root.kind else { return None };
    let value = &members.iter().find(|member| member.key == KEY)?.value;
    let Kind::Number(number) = &value.kind else { return None };
    let found = number.as_i128()?;
    if VERSIONS.contains(&found) {
        return None;
    }
    let message = format!("the spec has version {found}, and this lab2nix reads version {READ} only");
    let help = if found > READ {
        format!("take a newer lab2nix; or, where the spec uses nothing new, write `\"{KEY}\": {READ}`")
    } else {
        format!("the first version is {READ}")
    };
    Some(
        Problem::of_value(Id::UnsupportedVersion, Place::value(Pointer::root().key(KEY)), message)
            .label("another version")
            .help(help),
    )
}
