//! Laws of the Nix text that this crate writes: it reads back as it was meant, the formatters leave it alone, and Nix
//! itself agrees.

use std::fmt::Write as _;
use std::process::Command;

use lab2nix::nix::print::{Style, print};
use lab2nix::nix::read::{Parsed, read};
use lab2nix::nix::{Attrs, Expr, Ident, Int, Lambda, Lines, Name, Piece, Select, Text, TextFile};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::support::skip;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(expr in expr()) {
        for style in [Style::Nixfmt, Style::Alejandra] {
            let text = print(&expr, style);
            let parsed = Parsed::new(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(parsed.expr(), Ok(expr.clone()));
            prop_assert_eq!(parsed.agrees(&expr), Ok(()));
        }
    }

    #[test]
    fn nixfmt_leaves_the_text_alone(expr in generated()) {
        let text = print(&expr, Style::Nixfmt) + "\n";
        let formatted = nixfmt_rs::format(&text).map_err(|error| TestCaseError::fail(format!("{error:?}\n{text}")))?;
        prop_assert!(formatted == text, "--- written\n{text}--- nixfmt\n{formatted}");
    }

    #[test]
    fn alejandra_leaves_the_text_alone(expr in generated()) {
        let text = print(&expr, Style::Alejandra) + "\n";
        let (status, formatted) = alejandra::format::in_memory("expr.nix".to_owned(), text.clone());
        prop_assert!(!matches!(status, alejandra::format::Status::Error(_)), "{text}");
        prop_assert!(formatted == text, "--- written\n{text}--- alejandra\n{formatted}");
    }

    /// `agrees` says what comparing the expressions says, when the text means something else…
    #[test]
    fn agreeing_is_being_equal(expr in expr(), at in any::<prop::sample::Index>(), how in 0_usize..6) {
        let text = print(&expr, Style::Nixfmt);
        let parsed = Parsed::new(&text).expect("it reads back");
        let mutant = mutate(&expr, &mut at.index(size(&expr)), how);
        prop_assert_eq!(parsed.agrees(&mutant).is_ok(), expr == mutant, "{:?}", parsed.agrees(&mutant));
        prop_assert_eq!(parsed.expr() == Ok(mutant.clone()), expr == mutant);
    }

    /// … and when the text has been damaged, if it still parses.
    #[test]
    fn agreeing_with_damaged_text(expr in expr(), at in any::<prop::sample::Index>(), with in damage()) {
        let text = print(&expr, Style::Alejandra);
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let mut damaged = text.clone();
        match with {
            Some(shard) => damaged.insert_str(at, shard),
            None => drop(damaged.remove(at)),
        }
        if let Ok(parsed) = Parsed::new(&damaged) {
            let meant = parsed.expr();
            prop_assert_eq!(parsed.agrees(&expr).is_ok(), meant.as_ref() == Ok(&expr), "{}", damaged);
            if let Ok(meant) = meant {
                prop_assert_eq!(parsed.agrees(&meant), Ok(()), "{}", damaged);
                prop_assert_eq!(read(&print(&meant, Style::Nixfmt)), Ok(meant));
            }
        }
    }
}

/// Text files whose line is about as long as `nixfmt` wants it at most, or the line of the attribute before it.
#[test]
fn text_files_at_the_margin() {
    let text = Lines::new([Text::literal(" a\n\n b\n").into()]).expect("they end");
    for length in [1, 40].into_iter().chain(80..104) {
        let file = TextFile {
            function: Select::literal("f", &["a"]),
            name: Text::new("é".repeat(length)).expect("no NUL"),
            text: text.clone(),
        };
        for attribute in [1, 50].into_iter().chain(90..102) {
            let name = Name::new("n".repeat(attribute)).expect("no NUL");
            let expr = Expr::from(collect(vec![(name, file.clone().into())]));
            let text = print(&expr, Style::Nixfmt) + "\n";
            assert_eq!(nixfmt_rs::format(&text).expect("it is Nix"), text);
            let text = print(&expr, Style::Alejandra) + "\n";
            assert_eq!(alejandra::format::in_memory("expr.nix".to_owned(), text.clone()).1, text);
            assert_eq!(read(&text), Ok(expr));
        }
    }
}

#[test]
fn real_nix_reads_the_same_text() {
    let strings = SHARDS.iter().flat_map(|first| SHARDS.iter().map(move |second| format!("{first}{second}a")));
    let endings = SHARDS.iter().flat_map(|first| KEYWORDS.iter().map(move |last| format!("{last}{first}")));
    let controls = (1..=0x20_u8).chain(Some(0x7f)).map(|byte| format!("<{}>", char::from(byte)));
    let list: Vec<Expr> = strings
        .chain(endings)
        .chain(controls)
        .map(|text| Expr::try_from(text).expect("no NUL"))
        .chain([i64::MAX, i64::MIN + 1, 0, -1].map(|int| Expr::Int(Int::try_from(int).expect("not the smallest"))))
        .chain([true.into(), false.into(), Expr::Null, Expr::List(Vec::new())])
        .collect();
    let mut names = Attrs::new();
    for name in KEYWORDS.iter().chain(SHARDS) {
        // Some are both a keyword and a shard.
        names.insert(Name::literal(name), Text::literal(name).into()).ok();
    }
    let corpus = Expr::List(vec![list.into(), names.into()]);
    for style in [Style::Nixfmt, Style::Alejandra] {
        if let Some(value) = evaluate(&print(&corpus, style)) {
            assert_eq!(value, json(&corpus));
        }
    }
}

/// Spellings that this crate does not write, but reads.
#[test]
fn real_nix_reads_other_spellings_the_same() {
    let spellings = [
        r#""\s\q\'\{""#,
        r#""$${""#,
        r#""$\${""#,
        r#""$$\${""#,
        r#""$""#,
        r#""$$""#,
        r#""a$\"""#,
        "\"a\nb\"",
        "\"\\\n\"",
        "\"a\tb\"",
        r#""''""#,
        r#""\\n""#,
        "007",
        "(- 1)",
        "(-0)",
        "(1)",
        "((null))",
        "[1(-2)\"a\"\"b\"[]]",
        "{a=1;\"b\"=2;\"\\${c}\"=3;or=4;true=5;__curPos=6;a'-=7;}",
        "/* [ */ 1",
        "# ]\n2",
        "\"# no /* comment\"",
        "9223372036854775807",
        "(-9223372036854775807)",
        "({ })",
        "{ /**/ }",
        "\"\u{a0}\u{b}\u{feff}\"",
    ];
    let mut text = "[".to_owned();
    for spelling in spellings {
        writeln!(text, " {spelling}").expect("a `String` takes whatever is written to it");
    }
    text.push(']');
    let expected = json(&read(&text).expect("all of them are plain data"));
    if let Some(value) = evaluate(&text) {
        assert_eq!(value, expected);
    }
}

#[test]
fn sources_that_are_not_plain_data() {
    let refused = [
        // Not Nix at all.
        "",
        " ",
        "# only a comment",
        "[",
        "]",
        "{",
        "{ a = 1 }",
        "{ a = ; }",
        "[ -1 ]",
        "\"a",
        "1 2;",
        "[ 1, 2 ]",
        "{ a = 1;; }",
        "{ if = 1; }",
        "'a'",
        "(1",
        "(1 ]",
        "[ (1 ] )",
        "{ a.b, ... }: 1",
        "/* a",
        // More than plain data.
        "1.5",
        "1.0",
        ".5",
        "1e3",
        "-1.5",
        "''a''",
        "{ a = ''b''; }",
        "\"${a}\"",
        "\"a${\"b\"}\"",
        "./a",
        "/a/b",
        "~/a",
        "<nixpkgs>",
        "https://example.org",
        "rec { }",
        "{ a = rec { b = 1; }; }",
        "{ inherit a; }",
        "{ inherit (a) b; }",
        "{ a.b = 1; }",
        "{ a.\"b\" = 1; }",
        "{ ${a} = 1; }",
        "{ ${\"a\"} = 1; }",
        "{ \"a${b}\" = 1; }",
        "a.${b}",
        "a.\"${b}\"",
        "a.b or 1",
        "a or",
        "a ? b",
        "{ } // { }",
        "[ ] ++ [ ]",
        "1 + 1",
        "1 - 1",
        "!true",
        "--1",
        "-a",
        "-(1)",
        "a == b",
        "let a = 1; in a",
        "let { body = 1; }",
        "with a; b",
        "if a then b else c",
        "assert a; b",
        "a: b",
        "{ a }: b",
        "{ a ? 1, ... }: a",
        "{ ... }@a: b",
        "a@{ ... }: b",
        "a b",
        "a 1",
        "a [ ]",
        "a b { }",
        // Indented strings that are not lines, are not where lines belong, or depend on the version of Nix.
        "a ''b\n''",
        "a \"b\" \"c\\n\"",
        "a \"b\" ''c''",
        "a \"b\" ''''",
        "a \"b\" ''\n  c\n  d''",
        "a \"b\" ''\n${c}''",
        "a \"b\" ''\n  ${c.\"d e\"}\n''",
        "a \"b\" ''\n  ${c d}\n''",
        "a \"b\" ''\n  ${null}\n''",
        "a \"b\" ''\n  ${1}\n''",
        "a \"b\" ''\n  ${''c''}\n''",
        "a \"b\" ''\n  ${\"${c}\"}\n''",
        "a \"b\" ''\n  ${c or d}\n''",
        "a \"b\" ''\n  ''\\n\n''",
        "a \"b\" ''\n  ''\\ c\n''",
        "a \"b\" ''\n  c''\\td\n''",
        "a \"b\" ''\n  ''\\${c}\n''",
        "a b ''c\n''",
        "a ''b'' ''c\n''",
        "a \"${b}\" ''c\n''",
        "a \"b\" \"c\" ''d\n''",
        "(_: a) \"b\" ''c\n''",
        "{ a = ''b\n''; }",
        "(a { }) { }",
        "{ } { }",
        "\"a\" { }",
        "(_: 1) { }",
        "{ ... }: b",
        "{ }: b",
        "{ _, ... }: b",
        "[ ({ ... }: [ ]) ]",
        "__: b",
        "_a: b",
        "_@{ ... }: b",
        "{ a, ... }@_: b",
        "_: _",
        "_: _.a",
        "_: _ { }",
        "_: { ... }: b",
        "_: x: b",
        "_:",
        "{ a = 1; }.a",
        "\"a\".b",
        "(a.b).c",
        "1.a",
        "__curPos",
        "true.a",
        "null { }",
        "a |> b",
        "a -> b",
        // What rnix takes and Nix refuses, or reads otherwise.
        "{ a = 1; a = 2; }",
        "{ a = 1; \"a\" = 2; }",
        "{ a = { }; b = 1; a = { }; }",
        "{ a, a, ... }: 1",
        "9223372036854775808",
        "-9223372036854775808",
        "[ 99999999999999999999 ]",
        "\"a\rb\"",
        "[\r\n]",
        "# a\rb\n1",
        "\"a\0b\"",
        "1\0",
        "[\u{a0}1 ]",
        "[\u{2028}1 ]",
        "[\u{b}1 ]",
        "\u{feff}1",
        "{ true, ... }: true",
        "{ null, ... }: 1",
    ];
    for source in refused {
        if let Ok(expr) = read(source) {
            panic!("`{source}` was read as {expr:?}");
        }
        if let Ok(parsed) = Parsed::new(source) {
            for expr in [Expr::Null, Expr::from(1), Expr::List(Vec::new()), Expr::Attrs(Attrs::new())] {
                assert!(parsed.agrees(&expr).is_err(), "{source}");
            }
        }
    }
}

/// Goes before an expression with text files, to make their names and texts of them.
const STAND_INS: &str = r#"let pkgs.writeText = name: text: { inherit name text; }; v = "<v>"; in "#;

#[test]
fn real_nix_reads_the_same_lines() {
    let variable = || Piece::from(Select::literal("v", &[]));
    let mut runner = TestRunner::deterministic();
    let random = lines(Just(Select::literal("v", &[])));
    let mut texts: Vec<_> = (0..1000)
        .map(|_| random.new_tree(&mut runner).expect("nothing is rejected").current().pieces().to_vec())
        .collect();
    let shards = SPACES.iter().chain(SHARDS).copied();
    for (first, second) in shards.clone().flat_map(|first| shards.clone().map(move |second| (first, second))) {
        let [first, second] = [first, second].map(|shard| Piece::from(Text::literal(shard)));
        let more = |text| Piece::from(Text::literal(text));
        texts.extend([
            vec![first.clone(), second.clone()],
            vec![first.clone(), second.clone(), more("x\n  y")],
            vec![more("x"), first.clone(), second.clone(), more("\n")],
            vec![first.clone(), variable(), second.clone()],
            vec![first, second, variable()],
        ]);
    }
    let file = |pieces: Vec<Piece>| {
        let text = Lines::new(pieces.into_iter().chain([Text::literal("\n").into()])).expect("it ends");
        TextFile { function: Select::literal("pkgs", &["writeText"]), name: Text::literal("a ${b}"), text }.into()
    };
    let corpus = Expr::List(texts.into_iter().map(file).collect());
    for style in [Style::Nixfmt, Style::Alejandra] {
        if let Some(value) = evaluate(&(STAND_INS.to_owned() + &print(&corpus, style))) {
            assert_eq!(value, json(&corpus));
        }
    }
}

/// Indented strings that this crate does not write, but reads.
#[test]
fn real_nix_reads_other_indented_strings_the_same() {
    let texts = [
        "a\n",
        "a\n  b\n",
        "  \n  a\n  ",
        "  a\n    b\n",
        "\n  a\n b\n      ",
        "\n  a\n      \n   \n \n\n  b\n",
        "\n\n    \n    a\n  ",
        "\n\n",
        "\n  \n      \n",
        "\n\ta\n  b\n",
        "\n  \ta\n   b\n",
        "\n    \t\n  b\n",
        "\n  ${v}\n    b\n",
        "\n    ${v}\n  b\n",
        "\n    a\n  ${v}\n",
        "  ${v}\n",
        "${v}  \n  \n",
        "${v}\n    a\n    ",
        "\n    ${\"  x\"}\n      y\n",
        "\n  a${\"\\n\"}",
        "\n  a${\"\\n    \"}\n   ${\"\"}\n",
        "\n  a${\"\\n\"}  ${\"\\n\"}",
        "\n  ${/* a } */ (v) # }\n}\n",
        "\n  ''${v}\n",
        "\n    ''${v}\n  x\n",
        "\n  ''$${v}\n",
        "\n  ''$''${v}\n",
        "\n  $''${v}\n",
        "\n  $${v}\n",
        "\n  $$${v}\n",
        "\n  $$$${v}\n",
        "\n  $$''${v}\n",
        "\n  '${v}'\n",
        "\n  '''${v}'''\n",
        "\n  ''''${v}''''\n",
        "\n  '''''${v}\n",
        "\n  ''''''${v}\n",
        "\n  '''\n    '''\n   ''''\n",
        "\n  '\n   $\n  ",
        "\n  \\n \\${v} \\\n",
        "\n  \"a\" # b /* c\n",
    ];
    let mut source = "[".to_owned();
    for text in texts {
        writeln!(source, " (pkgs.writeText \"\" ''{text}'')").expect("a `String` takes whatever is written to it");
    }
    source.push(']');
    let expected = read(&source).expect("all of them are lines");
    assert_eq!(Parsed::new(&source).expect("it is Nix").agrees(&expected), Ok(()));
    if let Some(value) = evaluate(&(STAND_INS.to_owned() + &source)) {
        assert_eq!(value, json(&expected));
    }
}

/// What `nix-instantiate` makes of an expression, or nothing where it is missing, except in continuous integration.
fn evaluate(text: &str) -> Option<Value> {
    let dir = tempfile::tempdir().expect("a directory for temporary files");
    let path = dir.path().join("corpus.nix");
    std::fs::write(&path, text).expect("the directory is new");
    let mut nix = Command::new("nix-instantiate");
    nix.args(["--store", "dummy://", "--eval", "--strict", "--json"]).arg(&path);
    let output = match nix.output() {
        Ok(output) => output,
        Err(error) => {
            skip(&format!("nix-instantiate does not start: {error}"));
            return None;
        }
    };
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("`--json` prints JSON"))
}

/// The JSON that Nix should make of plain data, and of text files after [`STAND_INS`].
fn json(expr: &Expr) -> Value {
    match expr {
        Expr::Null => Value::Null,
        Expr::Bool(bool) => (*bool).into(),
        Expr::Int(int) => int.get().into(),
        Expr::Str(text) => text.as_str().into(),
        Expr::List(items) => items.iter().map(json).collect(),
        Expr::Attrs(attrs) => {
            Value::Object(attrs.iter().map(|(name, value)| (name.as_str().to_owned(), json(value))).collect())
        }
        Expr::TextFile(file) => {
            let text = file.text.pieces().iter().map(|piece| match piece {
                Piece::Text(text) => text.as_str().to_owned(),
                Piece::Select(select) => format!("<{}>", select.variable.as_str()),
            });
            serde_json::json!({ "name": file.name.as_str(), "text": text.collect::<String>() })
        }
        Expr::Select(_) | Expr::Apply(..) | Expr::Lambda(_) => panic!("no plain data: {expr:?}"),
    }
}

/// The expression with a change to the `at`th of its parts.
fn mutate(expr: &Expr, at: &mut usize, how: usize) -> Expr {
    if *at == 0 {
        *at = usize::MAX;
        return change(expr, how);
    }
    *at -= 1;
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Str(_) | Expr::Select(_) | Expr::TextFile(_) => expr.clone(),
        Expr::List(items) => Expr::List(items.iter().map(|item| mutate(item, at, how)).collect()),
        Expr::Attrs(attrs) => Expr::Attrs(mutate_attrs(attrs, at, how)),
        Expr::Apply(function, argument) => Expr::Apply(function.clone(), mutate_attrs(argument, at, how)),
        Expr::Lambda(lambda) => Lambda::new(lambda.formals().to_vec(), mutate(lambda.body(), at, how))
            .expect("the formals are what they were")
            .into(),
    }
}

/// How many parts `mutate` knows.
fn size(expr: &Expr) -> usize {
    1 + match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Str(_) | Expr::Select(_) | Expr::TextFile(_) => 0,
        Expr::List(items) => items.iter().map(size).sum(),
        Expr::Attrs(attrs) | Expr::Apply(_, attrs) => attrs.iter().map(|(_, value)| size(value)).sum(),
        Expr::Lambda(lambda) => size(lambda.body()),
    }
}

fn mutate_attrs(attrs: &Attrs, at: &mut usize, how: usize) -> Attrs {
    collect(attrs.iter().map(|(name, value)| (name.clone(), mutate(value, at, how))).collect())
}

fn change(expr: &Expr, how: usize) -> Expr {
    if how == 0 {
        return if *expr == Expr::Null { Expr::List(Vec::new()) } else { Expr::Null };
    }
    match expr {
        Expr::Null => Select::literal("None", &[]).into(),
        Expr::Bool(bool) => (!bool).into(),
        Expr::Int(int) => Expr::Int(Int::try_from(int.get() / 2 - 1).expect("halved")),
        Expr::Str(text) => {
            let mut text = text.as_str().to_owned();
            match how {
                1 => text.push('$'),
                2 => text.insert(0, '\\'),
                3 => text = text.replace('$', "$$"),
                _ => drop(text.pop()),
            }
            Expr::try_from(text).expect("no NUL")
        }
        Expr::List(items) => {
            let mut items = items.clone();
            match how {
                1 => items.push(Expr::Null),
                2 => items.reverse(),
                _ => drop(items.pop()),
            }
            items.into()
        }
        Expr::Attrs(attrs) => Expr::Attrs(change_attrs(attrs, how)),
        Expr::Select(select) => change_select(select, how).into(),
        Expr::Apply(function, argument) if how < 3 => Expr::Apply(change_select(function, how), argument.clone()),
        Expr::Apply(function, argument) => Expr::Apply(function.clone(), change_attrs(argument, how)),
        Expr::TextFile(file) => change_text_file(file, how).into(),
        Expr::Lambda(lambda) => {
            let mut formals = lambda.formals().to_vec();
            match how {
                1 => formals.reverse(),
                2 => formals.truncate(1),
                _ => drop(formals.pop()),
            }
            Lambda::new(formals, lambda.body().clone()).expect("there are no new ones").into()
        }
    }
}

fn change_text_file(file: &TextFile, how: usize) -> TextFile {
    let mut file = file.clone();
    let mut pieces = file.text.pieces().to_vec();
    match how {
        1 => file.function = change_select(&file.function, 2),
        2 => file.name = Text::new(file.name.as_str().to_owned() + "x").expect("no NUL"),
        3 => pieces.insert(0, Text::literal(" ").into()),
        4 => pieces.push(Text::literal("\n").into()),
        _ => drop(pieces.remove(0)),
    }
    file.text = Lines::new(pieces).unwrap_or(file.text);
    file
}

fn change_attrs(attrs: &Attrs, how: usize) -> Attrs {
    let mut attributes: Vec<_> = attrs.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    match how {
        1 => attributes.push((Name::literal("new"), Expr::Null)),
        2 => attributes.reverse(),
        3 => {
            if let Some((name, _)) = attributes.first_mut() {
                *name = Name::literal("renamed");
            }
        }
        _ => drop(attributes.pop()),
    }
    collect(attributes)
}

fn change_select(select: &Select, how: usize) -> Select {
    let mut select = select.clone();
    match how {
        1 => select.variable = Ident::literal("other"),
        2 => select.path.push(Name::literal("more")),
        _ => drop(select.path.pop()),
    }
    select
}

/// A set of the attributes, without those whose name is there already.
fn collect(attributes: Vec<(Name, Expr)>) -> Attrs {
    let mut attrs = Attrs::new();
    for (name, value) in attributes {
        attrs.insert(name, value).ok();
    }
    attrs
}

/// A piece of text to put somewhere, or nothing to take a character away.
fn damage() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(SHARDS))
}

/// Any expression: nested, with awkward names and strings, and now and then with a line too long for `nixfmt`.
fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        1 => Just(Expr::Null),
        1 => any::<bool>().prop_map(Expr::from),
        2 => any::<i64>().prop_filter_map("no literal", |int| Int::try_from(int).ok().map(Expr::Int)),
        1 => (-9..9).prop_map(Expr::from),
        4 => awkward().prop_map(|text| Expr::Str(Text::new(text).expect("no NUL"))),
        2 => select().prop_map(Expr::Select),
        3 => text_file().prop_map(Expr::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..5).prop_map(Expr::List),
            3 => attrs(inner.clone()).prop_map(Expr::Attrs),
            2 => (select(), attrs(inner.clone())).prop_map(|(function, argument)| Expr::Apply(function, argument)),
            1 => (prop::collection::hash_set(ident(), 0..5), inner.clone()).prop_map(|(formals, body)| {
                Expr::Lambda(Lambda::new(formals.into_iter().collect(), body).expect("a set has nothing twice"))
            }),
            1 => (0_usize..4, inner).prop_map(|(more, body)| (0..=more).fold(body, |body, _| without_formals(body))),
        ]
    })
}

/// What this crate generates: data with calls behind the `=` of attributes without quotes, maybe as what a function of
/// the whole file returns.
fn generated() -> impl Strategy<Value = Expr> {
    let scalar = prop_oneof![
        1 => any::<bool>().prop_map(Expr::from),
        2 => any::<i64>().prop_filter_map("no literal", |int| Int::try_from(int).ok().map(Expr::Int)),
        1 => (-9..9).prop_map(Expr::from),
        4 => awkward().prop_map(|text| Expr::Str(Text::new(text).expect("no NUL"))),
        2 => bare_select().prop_map(Expr::Select),
    ];
    let data = scalar.prop_recursive(5, 60, 6, |inner| {
        let function = || Just(Select::literal("NixVirt", &["lib", "domain", "writeXML"]));
        let set = prop::collection::vec((name(), inner.clone()), 1..5).prop_map(collect);
        let call = prop_oneof![
            (function(), set).prop_map(|(function, set)| Expr::Apply(function, set)),
            text_file().prop_map(|file| TextFile { function: Select::literal("pkgs", &["writeText"]), ..file }.into()),
        ];
        let with_call =
            (prop::collection::vec((name(), inner.clone()), 0..5), call).prop_map(|(mut attributes, call)| {
                attributes.insert(0, (Name::literal("definition"), call));
                collect(attributes).into()
            });
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..5).prop_map(Expr::List),
            3 => attrs(inner).prop_map(Expr::Attrs),
            2 => with_call,
        ]
    });
    let formals = prop::sample::subsequence(vec!["NixVirt", "pkgs", "hostFiles", "images"], 0..=4);
    let list = prop::collection::vec(data.clone(), 0..4);
    let file = (formals, list).prop_map(|(formals, list)| {
        Lambda::new(formals.into_iter().map(Ident::literal).collect(), list).expect("they differ").into()
    });
    prop_oneof![data, file]
}

/// `_: body`.
fn without_formals(body: Expr) -> Expr {
    Lambda::new(Vec::new(), body).expect("there are no formals").into()
}

fn attrs(value: impl Strategy<Value = Expr>) -> impl Strategy<Value = Attrs> {
    prop::collection::vec((name(), value), 0..5).prop_map(collect)
}

fn select() -> impl Strategy<Value = Select> {
    (ident(), prop::collection::vec(name(), 0..4)).prop_map(|(variable, path)| Select { variable, path })
}

fn text_file() -> impl Strategy<Value = TextFile> {
    (select(), awkward(), lines(bare_select())).prop_map(|(function, name, text)| TextFile {
        function,
        name: Text::new(name).expect("no NUL"),
        text,
    })
}

fn lines(variable: impl Strategy<Value = Select>) -> impl Strategy<Value = Lines> {
    let text = prop_oneof![
        6 => prop::collection::vec(prop::sample::select(SPACES), 1..4).prop_map(|shards| shards.concat()),
        3 => awkward(),
        1 => " {90,110}",
    ];
    let piece = prop_oneof![
        6 => text.prop_map(|text| Piece::Text(Text::new(text).expect("no NUL"))),
        1 => variable.prop_map(Piece::Select),
    ];
    prop::collection::vec(piece, 0..12)
        .prop_map(|pieces| Lines::new(pieces.into_iter().chain([Text::literal("\n").into()])).expect("it ends"))
}

/// A variable that may stand in lines.
fn bare_select() -> impl Strategy<Value = Select> {
    (ident(), prop::collection::vec(ident(), 0..4)).prop_map(|(variable, path)| {
        let path = path.iter().map(|name| Name::new(name.as_str().to_owned()).expect("no NUL")).collect();
        Select { variable, path }
    })
}

fn ident() -> impl Strategy<Value = Ident> {
    "[a-z_][a-zA-Z0-9_'-]{0,6}|[a-z]{40,110}".prop_filter_map("not a variable", |ident| Ident::new(ident).ok())
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        6 => "[a-z_][a-zA-Z0-9_'-]{0,8}".boxed(),
        1 => "[a-z]{70,110}".boxed(),
        1 => "[a-z ]{70,110}".boxed(),
        1 => prop::sample::select(KEYWORDS).prop_map(str::to_owned).boxed(),
        3 => awkward().boxed(),
    ]
    .prop_map(|name| Name::new(name).expect("no NUL"))
}

fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9 .:/-]{0,12}".boxed(),
        1 => "[a-zäé ]{70,110}".boxed(),
        3 => prop::collection::vec(prop::sample::select(SHARDS), 0..6).prop_map(|shards| shards.concat()).boxed(),
        1 => any::<String>().prop_map(|text| text.replace('\0', "")).boxed(),
    ]
}

/// Pieces that lines go wrong with.
const SPACES: &[&str] = &[
    " ", "  ", "   ", "\n", "\n", "\n\n", "\n ", "\n  ", "\n    ", "\t", "\n\t", "\t\n", " \n", "\r", "\u{a0}",
    "\u{3000}", "'", "''", "'''", "''\\", "\\n", "$", "$$", "${", "{", "}", "<a>", "</a>\n", "x", "y\n", "#", "/*",
];

/// Pieces that strings go wrong with.
const SHARDS: &[&str] = &[
    "$",
    "{",
    "}",
    "${",
    "$${",
    "''",
    "'",
    "\\",
    "\"",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\\n",
    "\\s",
    "\\$",
    "s",
    "n",
    " ",
    "#",
    "/*",
    "*/",
    "\u{1}",
    "\u{b}",
    "\u{c}",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "🦀",
    "é",
    " ",
    "-",
    ".",
    "1",
    "or",
    "rec ",
    "true",
    "[",
    "]",
    "(",
    ")",
    ";",
    "=",
    "../x",
    "https://x",
    "<x>",
    "a.b",
];

const KEYWORDS: &[&str] = &[
    "", "assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with", "true", "false", "null",
    "__curPos", "1", "1a", "-", "'", "a b", "a.b", "é",
];
