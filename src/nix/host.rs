//! `host/`, the module that makes labs the host's: the same for every lab, and the one in `nix/host` of this repository.
//!
//! It is a directory of small files beside the lists, not one file that is put together: what reviewers read here, in a
//! lab's own repository and in a diff between two versions are the same files, and its scripts are scripts to shellcheck
//! and to editors. It is with the lab, so that the lab works without this flake as an input.

use std::borrow::Cow;

use crate::spec::Formatter;

/// The directory, beside the lists.
pub const HOST_DIRECTORY: &str = "host";

macro_rules! files {
    ($($name:literal)+) => { &[$(($name, include_str!(concat!("../../nix/host/", $name)))),+] };
}

/// The modules, each with its text in the style of nixfmt.
const MODULES: &[(&str, &str)] = files![
    "activation.nix"
    "answers.nix"
    "assertions.nix"
    "clashes.nix"
    "consequences.nix"
    "default.nix"
    "directories.nix"
    "external.nix"
    "firewall.nix"
    "firmware.nix"
    "forwards.nix"
    "gentle.nix"
    "hosts.nix"
    "images.nix"
    "lab.nix"
    "labs.nix"
    "libvirt.nix"
    "links.nix"
    "options.nix"
    "plan.nix"
    "secret-seeds.nix"
    "seeds.nix"
    "unattended.nix"
];

/// The scripts of services.
const SCRIPTS: &[(&str, &str)] = files![
    "accept.sh"
    "attempt.sh"
    "gentle.sh"
    "link-start.sh"
    "link-stop.sh"
    "link.sh"
    "plan.sh"
    "prepare.sh"
    "seeds.sh"
    "unattended-done.sh"
    "unattended.sh"
];

/// The scripts of guests with Windows.
const OF_WINDOWS: &[(&str, &str)] = files!["setup.ps1"];

/// What a file of the host's module is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Nix,
    Bash,
    PowerShell,
}

/// A file of the host's module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostModuleFile {
    /// Its name, from the directory of the lists: `host/options.nix`.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    pub text: Cow<'static, str>,
}

/// The files of the host's module, in the style of a formatter.
#[must_use]
pub fn host_files(format: Formatter) -> Vec<HostModuleFile> {
    let file = |language: Language| {
        move |(name, text): &(&str, &'static str)| HostModuleFile {
            name: format!("{HOST_DIRECTORY}/{name}"),
            language,
            text: match (format, language) {
                (Formatter::Alejandra, Language::Nix) => Cow::Owned(in_style_of_alejandra(name, text)),
                (Formatter::Nixfmt, _) | (Formatter::Alejandra, Language::Bash | Language::PowerShell) => {
                    Cow::Borrowed(text)
                }
            },
        }
    };
    let modules = MODULES.iter().map(file(Language::Nix));
    let scripts = SCRIPTS.iter().map(file(Language::Bash)).chain(OF_WINDOWS.iter().map(file(Language::PowerShell)));
    modules.chain(scripts).collect()
}

/// Whether a file of a lab's directory is one of the host's module.
#[must_use]
pub fn is_host_file(name: &str) -> bool {
    name.split_once('/').is_some_and(|(directory, _)| directory == HOST_DIRECTORY)
}

fn in_style_of_alejandra(name: &str, text: &str) -> String {
    match alejandra::format::in_memory(name.to_owned(), text.to_owned()) {
        (alejandra::format::Status::Error(error), _) => unreachable!("the modules are Nix, as a test shows: {error}"),
        (_, formatted) => formatted,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::nix::file::MARKER;

    #[test]
    fn the_files_are_those_of_the_directory() {
        let there = fs::read_dir("nix/host").expect("it is in the repository").map(|entry| {
            let name = entry.expect("it can be read").file_name();
            name.into_string().expect("names are text")
        });
        let here = MODULES.iter().chain(SCRIPTS).chain(OF_WINDOWS).map(|(name, _)| (*name).to_owned());
        assert_eq!(here.collect::<BTreeSet<_>>(), there.collect::<BTreeSet<_>>());
        assert!(MODULES.is_sorted() && SCRIPTS.is_sorted(), "they are in order of their names");
    }

    /// A file that does not start so is not lab2nix's to replace.
    #[test]
    fn every_file_says_whose_it_is() {
        for format in [Formatter::Nixfmt, Formatter::Alejandra] {
            for file in host_files(format) {
                assert!(file.text.starts_with(MARKER), "{}", file.name);
            }
        }
    }
}
