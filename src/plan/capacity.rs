//! What makes volumes larger.

use crate::lab::size;

/// The command that makes a volume larger.
#[must_use]
pub fn resize_command(pool: &str, name: &str, bytes: u64) -> String {
    let size = size::in_words(bytes).replace(" bytes", "B").replace(' ', "");
    format!("`virsh vol-resize --pool {pool} {name} {size}`")
}
