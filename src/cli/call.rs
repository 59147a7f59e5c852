//! How lab2nix is called here, for messages that name a command: by its name, or by the apps of a lab's flake.

use std::env;

use crate::visible;

/// The flake whose apps have called lab2nix, which they set: `.` for `nix run .#gen`.
const FLAKE: &str = "LAB2NIX_FLAKE";

/// The commands that have an app of their name; the others are arguments of the app `lab`.
const APPS: [&str; 2] = ["gen", "plan"];

/// A command line that runs lab2nix with these arguments, as a shell reads it.
pub(super) fn command<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let flake = env::var(FLAKE).ok().filter(|flake| !flake.is_empty());
    called(flake.as_deref(), &arguments.into_iter().map(visible::shell).collect::<Vec<_>>())
}

fn called(flake: Option<&str>, arguments: &[String]) -> String {
    let Some(flake) = flake else {
        return format!("lab2nix {}", arguments.join(" "));
    };
    let flake = visible::shell(flake);
    match arguments {
        [app, rest @ ..] if APPS.contains(&app.as_str()) => {
            let rest = if rest.is_empty() { String::new() } else { format!(" -- {}", rest.join(" ")) };
            format!("nix run {flake}#{app}{rest}")
        }
        all => format!("nix run {flake}#lab -- {}", all.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_flake_has_apps() {
        let check = |flake: Option<&str>, arguments: &[&str], expected: &str| {
            let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            assert_eq!(called(flake, &arguments), expected);
        };
        check(None, &["gen", "lab.json"], "lab2nix gen lab.json");
        check(Some("."), &["gen"], "nix run .#gen");
        check(Some("."), &["gen", "lab.json", "--out", "x"], "nix run .#gen -- lab.json --out x");
        check(Some("."), &["init"], "nix run .#lab -- init");
    }
}
