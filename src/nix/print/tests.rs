use pretty_assertions::assert_eq;

use super::*;
use crate::nix::{Ident, Lambda, Lines, Piece, Text, TextFile};

fn check(expr: impl Into<Expr>, nixfmt: &str, alejandra: &str) {
    let expr = expr.into();
    assert_eq!(print(&expr, Style::Nixfmt), nixfmt);
    assert_eq!(print(&expr, Style::Alejandra), alejandra);
}

fn check_string(text: &'static str, expected: &str) {
    check(Text::literal(text), expected, expected);
}

fn check_name(name: &'static str, expected: &str) {
    let mut printer = Printer { out: String::new(), style: Style::Nixfmt };
    printer.name(name);
    assert_eq!(printer.out, expected);
}

fn attrs(attributes: impl IntoIterator<Item = (&'static str, Expr)>) -> Attrs {
    let mut attrs = Attrs::new();
    for (name, value) in attributes {
        attrs.insert(Name::literal(name), value).expect("no name is there twice");
    }
    attrs
}

#[test]
fn strings() {
    check_string("", r#""""#);
    check_string("a \"b\" \\ ''c''", r#""a \"b\" \\ ''c''""#);
    check_string("\n\r\t\u{b}\u{7f}é🦀", "\"\\n\\r\\t\u{b}\u{7f}é🦀\"");
    check_string("$ $$ ${ $${ $$${ $", r#""$ $$ \${ $\${ $$\${ $""#);
    check_string("$\\{", r#""$\\{""#);
}

#[test]
fn names() {
    check_name("a'b-c_1", "a'b-c_1");
    check_name("true", "true");
    check_name("or", r#""or""#);
    check_name("if", r#""if""#);
    check_name("", r#""""#);
    check_name("1a", r#""1a""#);
    check_name("a.b", r#""a.b""#);
    check_name("é", r#""é""#);
    check_name("${a}", r#""\${a}""#);
}

#[test]
fn nothing_inside() {
    check(Vec::new(), "[ ]", "[]");
    check(Attrs::new(), "{ }", "{}");
    check(vec![(-1).into()], "[\n  (-1)\n]", "[\n  (-1)\n]");
}

#[test]
fn a_file() {
    let network = attrs([
        ("name", Text::literal("lan").into()),
        ("memory", attrs([("count", 2.into())]).into()),
        ("dns", vec![true.into(), Expr::Null].into()),
    ]);
    let definition = Expr::Apply(Select::literal("NixVirt", &["lib", "network", "writeXML"]), network);
    let list = Expr::List(vec![attrs([("definition", definition)]).into()]);
    let lambda = Lambda::new(vec![Ident::literal("NixVirt")], list).expect("one formal");
    let body = r#"[
  {
    definition = NixVirt.lib.network.writeXML {
      name = "lan";
      memory = {
        count = 2;
      };
      dns = [
        true
        null
      ];
    };
  }
]"#;
    check(lambda, &format!("{{ NixVirt, ... }}:\n{body}"), &format!("{{NixVirt, ...}}: {body}"));
}

#[test]
fn functions() {
    let lambda = |formals: &[&'static str], body: Expr| {
        Lambda::new(formals.iter().map(|formal| Ident::literal(formal)).collect(), body).expect("they differ")
    };
    check(lambda(&[], Expr::Null), "_: null", "_: null");
    check(lambda(&[], vec![1.into()].into()), "_: [\n  1\n]", "_: [\n  1\n]");
    check(lambda(&["a", "b"], Vec::new().into()), "{ a, b, ... }:\n[ ]", "{\n  a,\n  b,\n  ...\n}: []");
    let tall = "{\n  a,\n  b,\n  c,\n  ...\n}:";
    check(lambda(&["a", "b", "c"], Vec::new().into()), &format!("{tall}\n[ ]"), &format!("{tall} []"));
}

#[test]
fn indented() {
    let list = Expr::List(vec![1.into()]);
    assert_eq!(print_at(&list, Style::Nixfmt, 4), "[\n      1\n    ]");
}

#[test]
fn long_lines() {
    let long = "a".repeat(WIDTH);
    let select = Select { variable: Ident::new(long.clone()).expect("a variable"), path: vec![] };
    check(
        attrs([("b", select.into()), ("c", Text::new(long.clone()).expect("no NUL").into())]),
        &format!("{{\n  b =\n    {long};\n  c = \"{long}\";\n}}"),
        &format!("{{\n  b = {long};\n  c = \"{long}\";\n}}"),
    );
}

fn text_file(pieces: impl IntoIterator<Item = Piece>) -> TextFile {
    let text = Lines::new(pieces).expect("lines");
    TextFile { function: Select::literal("pkgs", &["writeText"]), name: Text::literal("lan.xml"), text }
}

fn check_lines(pieces: impl IntoIterator<Item = Piece>, expected: &str) {
    let mut printer = Printer { out: String::new(), style: Style::Nixfmt };
    printer.lines(&text_file(pieces).text, 0);
    assert_eq!(printer.out, format!("''\n{expected}''"));
}

fn check_text(text: &'static str, expected: &str) {
    check_lines([Text::literal(text).into()], expected);
}

#[test]
fn a_text_file() {
    let text = |text| Piece::from(Text::literal(text));
    let emulator = Piece::from(Select::literal("hostFiles", &["x86_64", "emulator"]));
    let pieces = [text("<domain>\n  <a b=\"$1\"/>\n\n  <emulator>"), emulator, text("</emulator>\n</domain>\n")];
    let expected = r#"{
  definition = pkgs.writeText "lan.xml" ''
    <domain>
      <a b="$1"/>

      <emulator>${hostFiles.x86_64.emulator}</emulator>
    </domain>
  '';
}"#;
    check(attrs([("definition", text_file(pieces).into())]), expected, expected);
}

#[test]
fn lines() {
    check_text("\n", "\n");
    check_text("\n\na\n\n", "\n\n  a\n\n");
    check_text("a \"b\" \\ \\n é $ $$ $c\n", "  a \"b\" \\ \\n é $ $$ $c\n");
    check_text("' '' ''' ''''\n'\n", "  ' ''' '''' ''''''\n  '\n");
    check_text("${ $${ '${ ''${\n", "  ''${ $''${ '${\"$\"}{ '''''${\n");
    check_text("a\tb\n\tc\n", "  a\tb\n  \tc\n");
    check_text("a\rb$\r\n", "  a${\"\\r\"}b''$${\"\\r\"}\n");
    // White space at the end of a line.
    check_text("a \nb$\t\n", "  a${\" \"}\n  b''$${\"\\t\"}\n");
    check_text("a\n  \n\u{a0}\n", "  a\n  ${\"  \"}\n  ${\"\u{a0}\"}\n");
    // White space that every line begins with.
    check_text("  a\n\n   b\n", "  ${\"  \"}a\n\n     b\n");
    check_text("\n\ta\n b\n", "\n  ${\"\\t\"}a\n   b\n");
    check_text("  a\nb\n", "    a\n  b\n");
}

#[test]
fn variables_in_lines() {
    let text = |text| Piece::from(Text::literal(text));
    let variable = || Piece::from(Select::literal("a", &["b"]));
    check_lines(
        [variable(), text("\n  "), variable(), text("{$"), variable(), text("\n")],
        "  ${a.b}\n    ${a.b}{''$${a.b}\n",
    );
    check_lines(
        [text("'"), variable(), text("''"), variable(), text("'$"), variable(), text(" \n")],
        "  '${a.b}'''${a.b}'${\"$\"}${a.b}${\" \"}\n",
    );
    check_lines([text("  "), variable(), text("\n")], "  ${\"  \"}${a.b}\n");
    let long = "a".repeat(WIDTH);
    let variable = Piece::from(Select { variable: Ident::new(long.clone()).expect("a variable"), path: vec![] });
    check_lines([variable, text("\n")], &format!("  ${{\"\"}}${{{long}}}\n"));
}
