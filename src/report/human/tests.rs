use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::report::{Format, render};
use crate::source::Source;
use pretty_assertions::assert_eq;

fn check(text: &str, problem: Problem, expected: &str) {
    let (source, _) = Source::read("lab.json", text.to_owned());
    let report = render(&[problem], Some(&source), Format::Human, false);
    assert_eq!(report, format!("{}\n\n", expected.trim_matches('\n')), "\n{report}");
}

#[test]
fn places_are_marked() {
    let lan = Pointer::root().key("networks").key("lan");
    let ip = Pointer::root().key("domains").key("DC01").key("ip");
    check(
        "{\n  \"networks\": {\n    \"lan\": { \"subnet\": \"10.10.0.0/24\" }\n  },\n  \"domains\": {\n    \"DC01\": {\n\
         \"ip\": \"10.20.0.2\"\n    }\n  }\n}\n",
        Problem::new(Id::BadAddress, Place::value(ip), "address `10.20.0.2` is outside the subnet of network `lan`")
            .label("not in `10.10.0.0/24`")
            .related(Place::value(lan.key("subnet")), "`lan` is declared here")
            .help("`lan` has room for `10.10.0.2` to `10.10.0.254`"),
        r#"
error[bad-address]: address `10.20.0.2` is outside the subnet of network `lan`
 --> lab.json:7:7
  |
3 |     "lan": { "subnet": "10.10.0.0/24" }
  |                        -------------- `lan` is declared here
...
7 | "ip": "10.20.0.2"
  |       ^^^^^^^^^^^ not in `10.10.0.0/24`
  |
  = help: `lan` has room for `10.10.0.2` to `10.10.0.254`
"#,
    );
}

#[test]
fn each_file_has_its_own_frame() {
    let included = "// shared\n{\n  \"lan\": {\n    \"dhcp\": 1 } }".as_bytes().to_vec();
    let files = BTreeMap::from([(PathBuf::from("shared.json"), included)]);
    let spec = "{ \"include\": [\"shared.json\"],\n  \"ip\": 2 }";
    let (source, _) = Source::with_includes(Path::new("lab.json"), spec.into(), &files);
    let (ip, lan) = (Pointer::root().key("ip"), Pointer::root().key("lan"));
    let problem = Problem::new(Id::BadAddress, Place::value(&ip), "msg")
        .label("not in it")
        .related(Place::key(&lan), "declared here")
        .related(Place::key(ip), "the key")
        .related(Place::value(lan.key("dhcp")), "served here");
    let report = render(&[problem], Some(&source), Format::Human, false);
    let expected = "
error[bad-address]: msg
 --> lab.json:2:9
  |
2 |   \"ip\": 2 }
  |   ----  ^ not in it
  |   |
  |   the key
  |
 ::: shared.json:3:3
  |
3 |   \"lan\": {
  |   ----- declared here
4 |     \"dhcp\": 1 } }
  |             - served here
";
    assert_eq!(report, format!("{}\n\n", expected.trim_matches('\n')), "\n{report}");
}

fn at(range: std::ops::Range<usize>) -> Problem {
    Problem::new(Id::BadName, Place::Text(range), "msg")
}

#[test]
fn tabs_wide_and_control_characters() {
    check(
        "{\r\n\t\"日本\": \"x\", \"y\u{1b}[31m\": 1\r\n}",
        at(14..17).label("value").related(Place::Text(4..12), "key").help("a\u{1b}[31mb\nc"),
        "
error[bad-name]: msg
 --> lab.json:2:8
  |
2 |     \"日本\": \"x\", \"y␛[31m\": 1
  |     ------  ^^^ value
  |     |
  |     key
  |
  = help: a\\u{1b}[31mb\\nc
",
    );
}

#[test]
fn ends_and_many_lines() {
    check("", at(0..0).label("empty"), "\nerror[bad-name]: msg\n --> lab.json:1:1\n  |\n1 |\n  | ^ empty");
    check(
        "{\n \"a\": [\n1\n",
        at(11..11).label("missing").related(Place::Text(8..9), "opened"),
        "
error[bad-name]: msg
 --> lab.json:3:2
  |
2 |  \"a\": [
  |       - opened
3 | 1
  |  ^ missing
",
    );
    check(
        "{\n \"a\": [\n1\n]}",
        at(8..12).label("many lines"),
        "
error[bad-name]: msg
 --> lab.json:2:7
  |
2 |  \"a\": [
  |       ^ many lines
",
    );
}

#[test]
fn far_places_have_their_own_frames() {
    check(
        &"x\n".repeat(1000),
        at(1000..1001).label("here").related(Place::Text(0..1), "first").related(Place::Text(1010..1011), "close"),
        "
error[bad-name]: msg
   --> lab.json:501:1
    |
501 | x
    | ^ here
...
506 | x
    | - close
    |
   ::: lab.json:1:1
    |
  1 | x
    | - first
",
    );
}

#[test]
fn long_lines_are_cut_and_columns_stay_true() {
    let text = format!("{}\"x\": 1{}", "\"aé\": 1, ".repeat(1000), ", \"b\": 2".repeat(1000));
    let x = text.find("\"x\"").unwrap();
    let far = x + 4505;
    check(
        &text,
        at(x..x + 3).label("here").related(Place::Text(x + 5..x + 6), "near").related(Place::Text(far..far + 1), "far"),
        r#"
error[bad-name]: msg
 --> lab.json:1:9001
  |
1 | ...: 1, "aé": 1, "aé": 1, "aé": 1, "aé": 1, "aé": 1, "aé": 1, "x": 1, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2,...
  |                                                               ^^^  - near
  |                                                               |
  |                                                               here
  |
 ::: lab.json:1:13506
  |
1 | ...: 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": 2, "b": ...
  |                                                                  - far
"#,
    );
}

#[test]
fn files_have_no_frame() {
    let problem = Problem::new(Id::ForeignFile, Place::File("generated/x.nix".to_owned()), "not ours").help("move it");
    let report = render(&[problem.clone(), problem], None, Format::Human, false);
    let one = "error[foreign-file]: not ours\n --> generated/x.nix\n  = help: move it\n\n";
    assert_eq!(report, one.repeat(2));
}

#[test]
fn colour_is_only_escape_sequences() {
    let (source, _) = Source::read("lab.json", "[\"é\"]".to_owned());
    let problem = at(1..5).label("label").help("help");
    let print = |color: bool| render(std::slice::from_ref(&problem), Some(&source), Format::Human, color);
    assert!(print(true).contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&print(true)).to_string(), print(false));
}

#[test]
fn what_is_quoted_is_cut() {
    let (source, _) = Source::read("lab.json", "[1]".to_owned());
    let mut problem = at(1..2).label("label").help("é".repeat(1_000_000));
    problem.message = "x".repeat(1_000_000);
    let report = render(&[problem], Some(&source), Format::Human, false);
    assert!(report.len() < 10_000, "{} bytes", report.len());
}
