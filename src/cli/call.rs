//! How lab2nix is called here, for messages that name a command: by its name, or by the apps of a lab's flake.

use std::borrow::Cow;
use std::env;
use std::path::Path;

use super::spec::DEFAULT;
use crate::problem::Problem;
use crate::visible;

/// The flake whose apps have called lab2nix, which they set: `.` for `nix run .#gen`.
const FLAKE: &str = "LAB2NIX_FLAKE";

/// The commands that have an app of their name; the others are arguments of the app `lab`.
const APPS: [&str; 2] = ["gen", "plan"];

/// A command line that runs lab2nix with these arguments, as a shell reads it.
pub(super) fn command<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let arguments = arguments.into_iter().map(visible::shell).collect::<Vec<_>>().join(" ");
    called(flake().as_deref(), &arguments)
}

/// The same with a spec, which is named unless it is the one that is read without a name.
pub(super) fn on(spec: &Path, command: &str) -> String {
    let spec = spec.to_string_lossy();
    self::command([command].into_iter().chain((spec != DEFAULT).then_some(&*spec)))
}

/// A message whose commands, such as `` `lab2nix gen` ``, are written as they are called here.
pub(super) fn spelt(message: &str) -> Cow<'_, str> {
    flake().map_or(Cow::Borrowed(message), |flake| in_flake(&flake, message).into())
}

/// Problems with commands as they are called here. What they quote of a spec stays as its owner wrote it.
pub(super) fn spelt_in(problems: &[Problem]) -> Cow<'_, [Problem]> {
    let Some(flake) = flake() else { return problems.into() };
    let mut problems = problems.to_vec();
    for problem in &mut problems {
        let labels = problem.related.iter_mut().map(|(_, label)| label);
        for text in labels.chain([&mut problem.message, &mut problem.label, &mut problem.help]) {
            *text = in_flake(&flake, text);
        }
    }
    problems.into()
}

fn flake() -> Option<String> {
    env::var(FLAKE).ok().filter(|flake| !flake.is_empty())
}

fn in_flake(flake: &str, message: &str) -> String {
    let mut pieces = message.split("`lab2nix ");
    let mut spelt = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (arguments, rest) = piece.split_at(piece.find('`').unwrap_or(piece.len()));
        spelt.extend(["`", &called(Some(flake), arguments), rest]);
    }
    spelt
}

fn called(flake: Option<&str>, arguments: &str) -> String {
    let Some(flake) = flake.map(visible::shell) else {
        return format!("lab2nix {arguments}");
    };
    match arguments.split_once(' ').unwrap_or((arguments, "")) {
        (app, "") if APPS.contains(&app) => format!("nix run {flake}#{app}"),
        (app, rest) if APPS.contains(&app) => format!("nix run {flake}#{app} -- {rest}"),
        _ => format!("nix run {flake}#lab -- {arguments}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_flake_has_apps() {
        assert_eq!(called(None, "gen lab.json"), "lab2nix gen lab.json");
        assert_eq!(called(Some("."), "gen"), "nix run .#gen");
        assert_eq!(called(Some("."), "gen lab.json --out x"), "nix run .#gen -- lab.json --out x");
        assert_eq!(called(Some("."), "init"), "nix run .#lab -- init");
    }

    #[test]
    fn messages_name_them() {
        let spelt = in_flake(".", "`a` of lab2nix: `lab2nix gen`, then `lab2nix up b`; `lab2nix plan --deny` of `c`");
        assert_eq!(
            spelt,
            "`a` of lab2nix: `nix run .#gen`, then `nix run .#lab -- up b`; `nix run .#plan -- --deny` of `c`"
        );
        for other in ["", "`lab2nix`", "a `b` c", "`"] {
            assert_eq!(in_flake(".", other), other);
        }
        assert_eq!(in_flake(".", "`lab2nix up"), "`nix run .#lab -- up");
    }
}
