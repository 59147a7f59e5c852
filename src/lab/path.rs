//! What a path of the host leads to, as far as its text tells.

/// The one text for all ways to write a path: without needless slashes and `.`, and without `..`, which leaves the directory
/// before it. Links of the host, which may lead elsewhere, are not known here.
#[must_use]
pub fn plain(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

/// Whether only a directory can have this path, the root being one.
#[must_use]
pub fn is_of_directory(path: &str) -> bool {
    matches!(path.rsplit('/').next(), None | Some("" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn every_path_has_one_text() {
        let check = |path: &str, expected: &str| assert_eq!(plain(path), expected, "{path}");
        check("/", "/");
        check("/srv/a", "/srv/a");
        check("//srv///a/", "/srv/a");
        check("/srv/./a/.", "/srv/a");
        check("/srv/b/../a", "/srv/a");
        check("/srv/b/../../../a", "/a");
        check("/srv/..a/...", "/srv/..a/...");
    }

    #[test]
    fn some_paths_are_of_directories_only() {
        for path in ["/", "//", "/srv/", "/srv/.", "/srv/.."] {
            assert!(is_of_directory(path), "{path}");
        }
        for path in ["/a", "/srv/a", "/srv/../a", "/srv/...", "/srv/.a"] {
            assert!(!is_of_directory(path), "{path}");
        }
    }
}
