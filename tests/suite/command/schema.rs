//! The schema beside the files of a lab, which editors read.

use lab2nix::spec::schema;
use pretty_assertions::assert_eq;

use super::place::{GOOD, Place};

/// The spec with a `$schema`.
fn with(schema: &str) -> String {
    GOOD.replacen('{', &format!("{{ \"$schema\": \"{schema}\","), 1)
}

const FILE: &str = "generated/schema.json";

#[test]
fn it_is_written_where_the_lab_says_and_kept_fresh() {
    let place = Place::with(&with("./generated/schema.json"));
    place.run(&["gen"]).exits(0).says(FILE);
    assert_eq!(place.texts()["schema.json"], schema::schema_text());
    place.run(&["gen", "--check"]).exits(0);

    // One of another version.
    let other = schema::schema_text().replacen("\"title\"", "\"other\"", 1);
    place.write(FILE, &other);
    place.run(&["gen", "--check"]).exits(1).says("schema.json");
    place.run(&["gen"]).exits(0).says(FILE);
    assert_eq!(place.texts()["schema.json"], schema::schema_text());
}

#[test]
fn a_file_of_somebody_else_stays() {
    let place = Place::with(&with("./generated/schema.json"));
    std::fs::create_dir(place.path("generated")).unwrap();
    place.write(FILE, "{}\n");
    place.run(&["gen"]).exits(1).says("was not written by lab2nix");
    assert_eq!(std::fs::read_to_string(place.path(FILE)).unwrap(), "{}\n");
}

#[test]
fn a_schema_elsewhere_is_not_written() {
    for elsewhere in ["https://example.org/schema.json", "./schema/lab.schema.json", "lab2nix"] {
        let place = Place::with(&with(elsewhere));
        place.run(&["gen"]).exits(0).says_not("schema.json");
        assert!(!place.has(FILE), "{elsewhere}");
    }
}
