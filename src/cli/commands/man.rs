//! `lab2nix man`.

use std::fs;
use std::io;
use std::path::Path;

use super::{Failure, directory_wanted, print, talk};
use crate::cli::{Cli, help, man};
use crate::visible;

/// Prints the manual page, or writes all pages to a directory.
pub(super) fn man(cli: &Cli, dir: Option<&Path>) -> Result<u8, Failure> {
    let pages = man::pages()?;
    let Some(dir) = dir else {
        print(pages.first().map_or("", |page| page.text.as_str()))?;
        return Ok(0);
    };
    directory_wanted(dir)?;
    let command = help::command();
    let word = dir.to_str().map(|word| word.strip_prefix("lab2nix-").unwrap_or(word));
    let is_named = word.filter(|name| command.find_subcommand(name).is_some());
    if let Some(command) = is_named.filter(|_| !dir.exists()) {
        return Err(Failure::PageOfCommand { command: command.to_owned() });
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| Failure::Write { path, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    for page in &pages {
        let path = dir.join(&page.name);
        fs::write(&path, &page.text).map_err(failed(&path))?;
    }
    let shown = pages.get(1).map(|page| visible::path(&dir.join(&page.name))).unwrap_or_default();
    talk(cli, &format!("wrote {} pages to {}; `man {shown}` shows one\n", pages.len(), visible::path(dir)));
    Ok(0)
}
