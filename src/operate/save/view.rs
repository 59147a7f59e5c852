//! The output of saves: a table for people, JSON for programs.

use std::time::{Duration, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::Save;
use crate::columns;
use crate::spec::schema;

/// The saves of labs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "lab2nix saves")]
struct Told<'s> {
    /// The saves, the oldest first.
    saves: Vec<ToldSave<'s>>,
}

/// A save, complete or not.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ToldSave<'s> {
    /// Its name.
    name: &'s str,
    /// A UUID, which distinguishes it from other saves of that name.
    #[schemars(with = "String")]
    id: Uuid,
    /// When it was taken: a time in UTC as in RFC 3339.
    taken: String,
    /// Its description.
    description: &'s str,
    /// Whether all domains have their part of it.
    is_whole: bool,
    /// How many domains it had when it was taken.
    of: usize,
    /// The domains that still have their part of it.
    domains: Vec<ToldPart<'s>>,
}

/// A domain's part of a save.
#[derive(Debug, Serialize, JsonSchema)]
struct ToldPart<'s> {
    /// The lab that the domain belonged to.
    lab: &'s str,
    /// Its current name.
    name: &'s str,
    /// Its UUID.
    #[schemars(with = "String")]
    uuid: Uuid,
    /// Its state in the save: `running`, `paused` or `off`.
    state: &'static str,
}

/// The schema of saves, as the text of `schema/saves.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    schema::text_of::<Told<'_>>()
}

/// A JSON object with the saves, and what each domain did. Times are those of UTC, as RFC 3339 writes them.
#[must_use]
pub fn json(saves: &[Save]) -> String {
    let told = saves.iter().map(|save| ToldSave {
        name: &save.name,
        id: save.id,
        taken: time(save.taken),
        description: &save.description,
        is_whole: save.is_whole(),
        of: save.domains,
        domains: save
            .parts
            .iter()
            .map(|part| ToldPart { lab: &part.lab, name: &part.name, uuid: part.uuid, state: part.state.name() })
            .collect(),
    });
    schema::json_of(&Told { saves: told.collect() })
}

/// A line for each save, under a line of headings.
#[must_use]
pub fn table(saves: &[Save]) -> String {
    let row = |save: &Save| {
        let count = save.parts.len();
        let count = if save.is_whole() { count.to_string() } else { format!("{count} of {}", save.domains) };
        vec![save.name.clone(), time(save.taken), count, save.description.clone()]
    };
    let rows: Vec<Vec<String>> = saves.iter().map(row).collect();
    columns::render(&["NAME", "TAKEN", "DOMAINS", "DESCRIPTION"], &rows)
}

/// A time of UTC: `2026-11-29T21:00:00Z`.
fn time(seconds: u64) -> String {
    // What is beyond the year 9999 has no such form.
    const LAST: u64 = 253_402_300_799;
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds.min(LAST))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::snapshot::Was;
    use crate::operate::save::Part;
    use pretty_assertions::assert_eq;

    fn save(name: &str, description: &str, domains: usize) -> Save {
        let part =
            Part { uuid: Uuid::from_u128(1), name: "a\n\"".to_owned(), lab: "t".to_owned(), state: Was::Running };
        let (name, description) = (name.to_owned(), description.to_owned());
        Save { name, id: Uuid::from_u128(2), description, taken: 1_796_000_000, domains, parts: vec![part] }
    }

    #[test]
    fn a_table_has_a_line_for_each() {
        let saves = [save("clean", "東京\n\u{1b}[2J", 1), save("2026.x", "", 3)];
        let expected = "NAME    TAKEN                 DOMAINS  DESCRIPTION\n\
                        clean   2026-11-30T00:53:20Z  1        東京\\n\\u{1b}[2J\n\
                        2026.x  2026-11-30T00:53:20Z  1 of 3\n";
        assert_eq!(table(&saves), expected);
        assert_eq!(time(u64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn programs_are_told_all_of_it() {
        let value: serde_json::Value = serde_json::from_str(&json(&[save("clean", "d", 3)])).unwrap();
        let expected = serde_json::json!({ "saves": [{
            "name": "clean", "id": Uuid::from_u128(2), "taken": "2026-11-30T00:53:20Z", "description": "d", "isWhole": false, "of": 3,
            "domains": [{ "lab": "t", "name": "a\n\"", "uuid": Uuid::from_u128(1), "state": "running" }],
        }] });
        assert_eq!(value, expected);
    }
}
