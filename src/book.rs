//! The addresses of the documentation, for what leads there: the pages of `docs/`, as a site.

/// Where the pages are.
pub const SITE: &str = "https://lab2nix.github.io/lab2nix/";

/// The address of what a problem or a consequence means.
#[must_use]
pub fn problem(name: &str) -> String {
    format!("{SITE}problems.html#{name}")
}
