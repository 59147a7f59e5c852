//! The proof of a file of a template: a reader of its language takes it.

use super::edited::value;
use super::{Error, Proven};
use crate::nix::read::Parsed;

/// Proves a file that a lab begins with: a spec, or a file of its flake. Of other languages nothing is read; it is the file that this
/// crate has.
///
/// # Errors
///
/// If a reader does not take it.
pub fn template_file(name: &str, text: &str) -> Result<Proven, Error> {
    let error = |expected: &str, found: String| Error::new(name, "", expected, found);
    match name.rsplit_once('.') {
        Some((_, "json")) if value(name, text).is_none() => {
            return Err(error("a spec", "something else".to_owned()));
        }
        Some((_, "nix")) => drop(Parsed::new(text).map_err(|why| error("Nix that reads back", why.to_string()))?),
        _ => {}
    }
    Ok(Proven { name: name.to_owned(), text: text.to_owned() })
}
