//! The layout of a spec's text: its indentation, its ends of lines, and where in an object or a list something new goes.

use serde_json::Value as Json;

use crate::source::{Edit, Kind, Node};

/// How long a line may become by what is inserted into it.
const WIDTH: usize = 120;

/// Something new for an object or a list: its key there, and its text as [`part`](super::print::part) prints it.
pub(super) type New<'a> = (Option<&'a str>, String);

/// How a text is laid out.
pub(super) struct Layout<'t> {
    text: &'t str,
    line_end: &'static str,
    /// What one more level is indented by.
    unit: &'t str,
}

impl<'t> Layout<'t> {
    /// The layout of a text, of which `root` is the tree.
    pub(super) fn new(text: &'t str, root: &Node) -> Self {
        let first = text.find('\n').map_or("", |at| &text[..at]);
        let line_end = if first.ends_with('\r') { "\r\n" } else { "\n" };
        let mut layout = Self { text, line_end, unit: "  " };
        if let Some(indent) =
            starts(root).next().and_then(|at| layout.line_indent(at)).filter(|indent| !indent.is_empty())
        {
            layout.unit = indent;
        }
        layout
    }

    /// Inserts members before the first one of an object; after the last one where a comment begins the object, which belongs to what is
    /// after it.
    pub(super) fn prepend(&self, node: &Node, new: &[New<'_>], edits: &mut Vec<Edit>) {
        let first = starts(node).next().filter(|first| self.text[node.span.start + 1..*first].trim().is_empty());
        let Some(first) = first else { return self.append(node, new, false, edits) };
        let indent = self.line_indent(first);
        let separator = indent.map_or_else(|| " ".to_owned(), |indent| format!("{}{indent}", self.line_end));
        let members = new.iter().map(|new| format!("{},{separator}", member(new, "", self.unit, self.line_end)));
        edits.extend(members.map(|text| Edit::insert(first, text)));
    }

    /// Appends what is new to an object or a list. With `own_lines`, each of it has a line of its own, also where the whole is on
    /// one line yet.
    pub(super) fn append(&self, node: &Node, new: &[New<'_>], own_lines: bool, edits: &mut Vec<Edit>) {
        if new.is_empty() {
            return;
        }
        let (open, close) = (node.span.start + 1, node.span.end - 1);
        let last = ends(node).last();
        let from = last.unwrap_or(open);
        let comma = last.and_then(|last| comma(self.text, last, close));
        edits.extend(last.filter(|_| comma.is_none()).map(|last| Edit::insert(last, ",")));
        let trailing = if comma.is_some() { "," } else { "" };
        // Where the blanks before the closing bracket begin.
        let end = from + self.text[from..close].trim_end().len();
        let is_on_one_line = !self.text[open..close].contains('\n');
        if is_on_one_line && !own_lines {
            let members: Vec<String> = new.iter().map(|new| member(new, "", "  ", "\n")).collect();
            let inline = members.join(", ");
            if !inline.contains('\n') && self.line_length(close) + inline.len() + 2 <= WIDTH {
                return append_inline(node, end, &format!("{inline}{trailing}"), edits);
            }
        }
        let outer = self.indent(node.span.start);
        let own = starts(node).next().and_then(|at| self.line_indent(at));
        let inner = own.map_or_else(|| format!("{outer}{}", self.unit), str::to_owned);
        let lines: Vec<String> = new.iter().map(|new| member(new, &inner, self.unit, self.line_end)).collect();
        let lines = format!("{}{trailing}", lines.join(&format!(",{}", self.line_end)));
        let line = self.line_start(close);
        if line > node.span.start && self.text[line..close].trim().is_empty() {
            edits.push(Edit::insert(line, format!("{lines}{}", self.line_end)));
        } else if is_on_one_line {
            let blanks = self.text[open..end].len() - self.text[open..end].trim_start().len();
            if end > open {
                edits.push(Edit::replace(open..open + blanks, format!("{}{inner}", self.line_end)));
            }
            edits.push(Edit::replace(end..close, format!("{0}{lines}{0}{outer}", self.line_end)));
        } else {
            edits.push(Edit::insert(end, format!("{}{lines}", self.line_end)));
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_length(&self, at: usize) -> usize {
        let start = self.line_start(at);
        self.text[start..].lines().next().map_or(0, |line| line.chars().count())
    }

    /// What the line of a position starts with.
    fn indent(&self, at: usize) -> &'t str {
        let rest = &self.text[self.line_start(at)..];
        &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
    }

    /// The same, if nothing but that is before the position.
    fn line_indent(&self, at: usize) -> Option<&'t str> {
        let start = self.line_start(at);
        let before = &self.text[start..at];
        (start > 0 && before.trim().is_empty()).then_some(before)
    }
}

/// A member or item in lines of this indentation, the first included.
fn member((key, printed): &New<'_>, indent: &str, unit: &str, line_end: &str) -> String {
    let key = key.map(|key| format!("{}: ", Json::from(key))).unwrap_or_default();
    let lines = printed.trim_end().lines().enumerate().map(|(number, line)| {
        let text = line.trim_start();
        // It is printed with two blanks for each level.
        let levels = (line.len() - text.len()) / 2;
        let start = if number == 0 { key.as_str() } else { line_end };
        let indent = if number == 0 { "" } else { indent };
        format!("{start}{indent}{}{text}", unit.repeat(levels))
    });
    format!("{indent}{}", lines.collect::<String>())
}

/// Where the members or items of a node start.
fn starts(node: &Node) -> Box<dyn Iterator<Item = usize> + '_> {
    match &node.kind {
        Kind::Object(members) => Box::new(members.iter().map(|member| member.key_span.start)),
        Kind::Array(items) => Box::new(items.iter().map(|item| item.span.start)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Box::new(std::iter::empty()),
    }
}

/// Where they end.
fn ends(node: &Node) -> Box<dyn Iterator<Item = usize> + '_> {
    match &node.kind {
        Kind::Object(members) => Box::new(members.iter().map(|member| member.value.span.end)),
        Kind::Array(items) => Box::new(items.iter().map(|item| item.span.end)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Box::new(std::iter::empty()),
    }
}

/// The comma in a part of a text in which there are only blanks and comments beside it.
fn comma(text: &str, from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    while let Some(rest) = text.get(at..to).filter(|rest| !rest.is_empty()) {
        let length = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
        at += match rest.as_bytes() {
            [b',', ..] => return Some(at),
            [b'/', b'/', ..] => length("\n"),
            [b'/', b'*', ..] => length("*/"),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    None
}

/// Appends to what is on one line and stays so. `end` is where the blanks before the closing bracket begin.
fn append_inline(node: &Node, end: usize, inline: &str, edits: &mut Vec<Edit>) {
    let (open, close) = (node.span.start + 1, node.span.end - 1);
    if end > open {
        edits.push(Edit::insert(end, format!(" {inline}")));
    } else {
        let pad = if matches!(node.kind, Kind::Array(_)) { "" } else { " " };
        edits.push(Edit::replace(open..close, format!("{pad}{inline}{pad}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, edited};
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn prepends(text: &str, expected: &str) {
        let (source, _) = Source::read("lab.json", text.to_owned());
        let root = source.root().unwrap();
        let mut edits = Vec::new();
        Layout::new(text, root).prepend(root, &[(Some("id"), "\"x\"".to_owned())], &mut edits);
        assert_eq!(edited(text, &edits).unwrap(), expected);
    }

    #[test]
    fn a_member_comes_first() {
        prepends("{}", "{ \"id\": \"x\" }");
        prepends("{ \"a\": 1 }", "{ \"id\": \"x\", \"a\": 1 }");
        prepends("{\n  \"a\": 1\n}", "{\n  \"id\": \"x\",\n  \"a\": 1\n}");
        prepends("{ // a\n  \"a\": 1 // b\n}", "{ // a\n  \"a\": 1, // b\n  \"id\": \"x\"\n}");
    }

    #[test]
    fn a_comma_is_none_in_a_comment() {
        assert_eq!(comma("1 // ,\n /* , */ , ]", 1, 18), Some(16));
        assert_eq!(comma("1 // ,\n /* , */ ]", 1, 16), None);
    }
}
