//! A sample of the random labs that `tests/fuzz` makes; CONTRIBUTING.md has the command for more of them.

#[path = "../fuzz/tool/mod.rs"]
pub mod tool;

use tool::Fuzz;

#[test]
fn random_labs_hold() {
    let report = Fuzz::new().run(15, 0..40, &|_| {});
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{report}\n{}", failures.join("\n\n"));
    assert!(report.accepted.len() > 10, "{report}");
}
