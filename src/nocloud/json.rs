//! JSON that is YAML too, for `PyYAML`, which reads YAML 1.1.
//!
//! JSON is a part of YAML 1.2. What `PyYAML` takes otherwise is escaped here: it refuses characters that cannot be printed,
//! folds the line breaks of Unicode, and takes a number such as `1e30` for text.

use std::fmt::Write as _;

use serde_json::Value;

/// A value as text, an item a line, without a line break at the end.
#[must_use]
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

fn write(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null | Value::Bool(_) => {
            let _ = write!(out, "{value}");
        }
        Value::Number(number) => out.push_str(&yaml_number(number.to_string())),
        Value::String(text) => string(out, text),
        Value::Array(items) => {
            between(out, ['[', ']'], items.iter(), depth, |out, item| write(out, item, depth + 1));
        }
        Value::Object(object) => between(out, ['{', '}'], object.iter(), depth, |out, (key, value)| {
            string(out, key);
            out.push_str(": ");
            write(out, value, depth + 1);
        }),
    }
}

/// Items between brackets, each on a line of its own.
fn between<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl ExactSizeIterator<Item = T>,
    depth: usize,
    mut each: impl FnMut(&mut String, T),
) {
    out.push(open);
    let count = items.len();
    for (index, item) in items.enumerate() {
        line(out, depth + 1);
        each(out, item);
        if index + 1 < count {
            out.push(',');
        }
    }
    if count > 0 {
        line(out, depth);
    }
    out.push(close);
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A number as YAML 1.1 has it: with a point and a sign where there is an exponent.
fn yaml_number(text: String) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn it_is_pretty() {
        let value = json!({ "a": [], "b": {}, "c": [1, { "d": null }], "é": "x\"\\\n\t\r\u{7f}\u{85}\u{2028}😀${y}" });
        let text = [
            "{",
            "  \"a\": [],",
            "  \"b\": {},",
            "  \"c\": [",
            "    1,",
            "    {",
            "      \"d\": null",
            "    }",
            "  ],",
            r#"  "é": "x\"\\\n\t\r\u007f\u0085\u2028😀${y}""#,
            "}",
        ];
        assert_eq!(pretty(&value), text.join("\n"));
    }

    #[test]
    fn numbers_stay_numbers() {
        let check = |number: f64, expected: &str| assert_eq!(pretty(&json!(number)), expected);
        check(1.5, "1.5");
        check(1e30, "1.0e+30");
        check(1.5e-30, "1.5e-30");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            r#"[\x00-\x1f"'\\${}\x7f-\x9f\u{2028}\u{feff}]*"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let object = prop::collection::vec((any::<String>(), inner.clone()), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::Array),
                object.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in values()) {
            let text = pretty(&value);
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
            let breaks = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
            prop_assert!(!text.contains(breaks));
        }
    }
}
