//! What other tools and people write where a word of a list is expected.

use crate::problem::quoted_choice;

/// The least letters that are a word's beginning.
const LEAST: usize = 3;

/// What systems are called, without their version, and the word for it.
const CALLED: &[(&str, &str)] = &[
    ("almalinux", "linux"),
    ("alpine", "linux"),
    ("arch", "linux"),
    ("archlinux", "linux"),
    ("centos", "linux"),
    ("debian", "linux"),
    ("fedora", "linux"),
    ("gentoo", "linux"),
    ("kali", "linux"),
    ("manjaro", "linux"),
    ("mint", "linux"),
    ("opensuse", "linux"),
    ("oraclelinux", "linux"),
    ("rhel", "linux"),
    ("rocky", "linux"),
    ("sles", "linux"),
    ("ubuntu", "linux"),
];

/// What is said of a word that is none of the `known`, but clearly means some of them.
pub(super) fn meant(word: &str, known: &[&str]) -> Option<String> {
    let parts = parts(word);
    let called = parts.first().and_then(|first| CALLED.iter().find(|(name, _)| name == first));
    if let Some((_, meant)) = called.filter(|(_, meant)| known.contains(meant)) {
        return Some(format!("did you mean `{meant}`?"));
    }
    let said: Vec<&str> = known.iter().copied().filter(|name| says(name, &parts)).collect();
    match said.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean `{one}`?")),
        many => Some(format!("did you mean {}?", quoted_choice(many.iter().copied()))),
    }
}

/// The words of a name: `windows-11` and `Windows11` are `windows` and `11`. The years of Windows are short elsewhere: `2k22`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut last = None;
    for c in name.to_lowercase().replace("2k", "20").chars() {
        let kind = (c.is_alphabetic(), c.is_numeric());
        if kind == (false, false) {
            last = None;
            continue;
        }
        if last.replace(kind) != Some(kind) {
            parts.push(String::new());
        }
        parts.last_mut().expect("one was begun").push(c);
    }
    parts
}

/// Whether a name has all these words, in their order: numbers whole, others by their beginning.
fn says(name: &str, wanted: &[String]) -> bool {
    let is_said = |part: &str, wanted: &str| {
        part == wanted || wanted.len() >= LEAST && wanted.chars().all(char::is_alphabetic) && part.starts_with(wanted)
    };
    let words = parts(name);
    let mut words = words.iter();
    !wanted.is_empty() && wanted.iter().all(|wanted| words.any(|part| is_said(part, wanted)))
}

#[cfg(test)]
mod tests {
    use super::super::schema::Schema;
    use super::*;
    use crate::problem::did_you_mean;
    use crate::spec::schema;
    use pretty_assertions::assert_eq;

    #[test]
    fn systems_are_meant_by_their_other_names() {
        let schema = schema::cached();
        let systems = Schema::root(schema).at(&schema["$defs"]["Os"]).choices().expect("it has words");
        let systems: Vec<&str> = systems.iter().filter_map(|word| word.as_str()).collect();
        let said = |word: &str| meant(word, &systems).unwrap_or_else(|| did_you_mean(word, systems.iter().copied()));
        for (word, expected) in [
            ("windows-2022", "windows-server-2022"),
            ("windows-2025", "windows-server-2025"),
            ("Windows Server 2019", "windows-server-2019"),
            ("windows2016", "windows-server-2016"),
            ("win2k22", "windows-server-2022"),
            ("win11", "windows-11"),
            ("windows10", "windows-10"),
            ("windows-12", "windows-11"),
            ("debian", "linux"),
            ("debian12", "linux"),
            ("ubuntu-24.04", "linux"),
            ("ubuntu24.04", "linux"),
            ("fedora", "linux"),
            ("Arch Linux", "linux"),
            ("linux2022", "linux"),
            ("Linux", "linux"),
            ("nixos-25.05", "nixos"),
            ("freebsd14", "freebsd"),
            ("winows-11", "windows-11"),
        ] {
            assert_eq!(said(word), format!("did you mean `{expected}`?"), "{word}");
        }
        assert_eq!(
            said("windows"),
            "did you mean `windows-10`, `windows-11`, `windows-server-2016`, `windows-server-2019`, \
             `windows-server-2022` or `windows-server-2025`?"
        );
        assert_eq!(
            said("server"),
            "did you mean `windows-server-2016`, `windows-server-2019`, `windows-server-2022` or `windows-server-2025`?"
        );
        assert!(CALLED.iter().all(|(_, meant)| systems.contains(meant)));
        assert!(CALLED.is_sorted());
    }

    #[test]
    fn words_of_other_lists_are_nobody_s() {
        assert_eq!(meant("NAT", &["nat", "route"]).as_deref(), Some("did you mean `nat`?"));
        assert_eq!(meant("debian", &["virtio", "e1000"]), None);
        assert_eq!(meant("", &["virtio"]), None);
        assert_eq!(meant("hdd", &["hd", "cdrom"]), None);
    }
}
