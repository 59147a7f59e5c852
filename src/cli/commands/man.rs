//! `lab2nix man`.

use std::fs;
use std::io;
use std::path::Path;

use super::{Failure, directory_wanted, print, talk};
use crate::cli::{Cli, man};
use crate::visible;

/// Prints the manual page, or writes all pages to a directory.
pub(super) fn man(cli: &Cli, dir: Option<&Path>) -> Result<u8, Failure> {
    let pages = man::pages()?;
    let Some(dir) = dir else {
        print(pages.first().map_or("", |page| page.text.as_str()))?;
        return Ok(0);
    };
    directory_wanted(dir)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| Failure::Write { path, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    for page in &pages {
        let path = dir.join(&page.name);
        fs::write(&path, &page.text).map_err(failed(&path))?;
    }
    talk(cli, &format!("wrote {} pages to {}\n", pages.len(), visible::path(dir)));
    Ok(0)
}
