//! Other programs that read what is made here.

use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::skip;

/// What a program makes of an input; skips where it is missing.
pub fn ask(command: &mut Command, input: &str) -> Option<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => {
            skip(&format!("{name} does not start: {error}"));
            return None;
        }
    };
    let mut stdin = child.stdin.take().expect("it is piped");
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("it ran");
        drop(writer.join().expect("the thread does not panic"));
        output
    });
    let err = String::from_utf8_lossy(&written.stderr);
    assert!(written.status.success() && err.trim().is_empty(), "{name}: {err}");
    Some(String::from_utf8(written.stdout).expect("it is text"))
}

/// What a script that node runs answers to a value; skips where node or the packages are missing that it needs.
pub fn node(script: &str, argument: &str, input: &Value) -> Option<Vec<Value>> {
    let Some(packages) = env::var_os("NODE_PACKAGES").filter(|packages| !packages.is_empty()) else {
        skip("NODE_PACKAGES names no directory with the packages of CONTRIBUTING.md");
        return None;
    };
    let mut node = Command::new("node");
    node.args([script, argument]).env("NODE_PACKAGES", packages);
    let found = ask(&mut node, &input.to_string())?;
    Some(serde_json::from_str(&found).unwrap_or_else(|error| panic!("{error}: {found}")))
}
