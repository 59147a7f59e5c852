//! The text of a spec.

use serde_json::Value as Json;

/// How long a line is at most, where it can be shorter.
const WIDTH: usize = 100;

/// Prints a spec so that people can read it: its sections and entries have lines of their own, and of the rest what fits is on one
/// line.
#[must_use]
pub fn print(spec: &Json) -> String {
    part(spec, 2)
}

/// Prints a part of a spec, whose objects of so many levels have lines of their own.
#[must_use]
pub fn part(value: &Json, levels: usize) -> String {
    let mut text = String::new();
    write(value, levels, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Writes a value. `used` is how long its line is already.
fn write(value: &Json, levels: usize, depth: usize, used: usize, text: &mut String) {
    let whole = one_line(value);
    let is_short = used + whole.len() < WIDTH;
    let is_outer = depth < levels && matches!(value, Json::Object(keys) if !keys.is_empty());
    let (open, close, items): (char, char, Vec<(Option<&String>, &Json)>) = match value {
        Json::Object(keys) if !is_short || is_outer => {
            ('{', '}', keys.iter().map(|(key, item)| (Some(key), item)).collect())
        }
        Json::Array(items) if !is_short => ('[', ']', items.iter().map(|item| (None, item)).collect()),
        _ => return text.push_str(&whole),
    };
    text.push(open);
    for (index, (key, item)) in items.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        let indent = 2 * (depth + 1);
        text.extend(std::iter::repeat_n(' ', indent));
        let start = text.len();
        if let Some(key) = key {
            text.push_str(&Json::from(key.as_str()).to_string());
            text.push_str(": ");
        }
        write(item, levels, depth + 1, indent + text.len() - start, text);
    }
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', 2 * depth));
    text.push(close);
}

/// The value on one line, with a space after what separates.
fn one_line(value: &Json) -> String {
    match value {
        Json::Object(keys) if !keys.is_empty() => {
            let items = keys.iter().map(|(key, item)| format!("{}: {}", Json::from(key.as_str()), one_line(item)));
            format!("{{ {} }}", items.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    #[test]
    fn what_fits_is_on_one_line() {
        let spec = json!({ "lab": "x", "domains": { "a": { "memory": "1GiB", "disks": [{ "pool": "p", "volume": "a \"b\"" }] } } });
        let expected = "{\n  \"lab\": \"x\",\n  \"domains\": {\n    \"a\": { \"memory\": \"1GiB\", \"disks\": [{ \"pool\": \"p\", \"volume\": \"a \\\"b\\\"\" }] }\n  }\n}\n";
        assert_eq!(print(&spec), expected);
        let long = json!(["x".repeat(60), "y".repeat(60)]);
        assert_eq!(print(&long), format!("[\n  \"{}\",\n  \"{}\"\n]\n", "x".repeat(60), "y".repeat(60)));
    }
}
