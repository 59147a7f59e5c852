//! The labs that one begins with: those of `templates/`, which `nix flake init` copies too.

/// A lab to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Its files, by their paths in the directory of the lab; the spec is the first.
    pub files: &'static [(&'static str, &'static str)],
}

macro_rules! template {
    ($name:literal, $about:literal) => {
        Template {
            name: $name,
            about: $about,
            files: &[
                ("lab.json", include_str!(concat!("../../templates/", $name, "/lab.json"))),
                ("flake.nix", include_str!(concat!("../../templates/", $name, "/flake.nix"))),
                ("README.md", include_str!(concat!("../../templates/", $name, "/README.md"))),
                (
                    ".github/workflows/check.yml",
                    include_str!(concat!("../../templates/", $name, "/.github/workflows/check.yml")),
                ),
            ],
        }
    };
}

/// All of them, the default one first.
pub const TEMPLATES: &[Template] = &[
    template!("default", "one network, one pool and one Linux machine"),
    template!("cluster", "equal Linux machines that start from one cloud image"),
    template!("windows", "a Windows server and a Windows client on a network of their own"),
];

impl Template {
    /// The template with a name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }

    /// Those of its files that a lab has: all with a flake, else the spec alone.
    #[must_use]
    pub fn of_lab(&self, has_flake: bool) -> &'static [(&'static str, &'static str)] {
        if has_flake { self.files } else { &self.files[..1] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline;
    use crate::source::Source;
    use pretty_assertions::assert_eq;
    use std::collections::BTreeSet;
    use std::fs;

    #[test]
    fn each_is_a_lab_without_a_problem() {
        for template in TEMPLATES {
            let (source, problems) = Source::read("lab.json", template.files[0].1.to_owned());
            let checked = pipeline::check(&source, problems);
            assert_eq!(checked.problems, [], "{}", template.name);
            assert!(template.files[0].1.contains("// "), "{} has comments", template.name);
        }
    }

    #[test]
    fn they_are_those_of_the_repository() {
        let on_disk = fs::read_dir("templates").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let known = TEMPLATES.iter().map(|template| template.name.to_owned());
        assert_eq!(known.collect::<BTreeSet<_>>(), on_disk.collect::<BTreeSet<_>>());
    }
}
