//! Answer files of Windows Setup: all that the table has can be written and is read back, and nothing else is; and the tables
//! of Windows's names agree with each other.

use std::collections::BTreeSet;
use std::fs;

use lab2nix::answer::{Answer, Architecture, Component, Content, Element, Pass};
use lab2nix::spec::guest::Os;
use pretty_assertions::assert_eq;
use serde_json::{Map, Value};

use crate::support::Differences;

/// A system that has every component.
const SYSTEM: Os = Os::WindowsServer2022;

fn table(name: &str) -> Value {
    let path = format!("schema/windows/{name}.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn words<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value[key].as_array().into_iter().flatten().map(|word| word.as_str().expect("it is a name")).collect()
}

fn members<'v>(value: &'v Value, key: &str) -> &'v Map<String, Value> {
    value[key].as_object().unwrap_or_else(|| panic!("`{key}` is an object"))
}

/// An answer file with everything that can stand together.
fn whole() -> Answer {
    let components = table("components");
    let component = |row: &Value| {
        let elements = members(row, "elements");
        let pass = row["pass"].as_str().expect("it is a name");
        Component {
            pass: Pass::ALL.into_iter().find(|known| known.name() == pass).expect("there are three"),
            name: row["name"].as_str().expect("it is a name").to_owned(),
            elements: words(row, "children").iter().map(|name| element(elements, name, 1)).collect(),
        }
    };
    let mut components: Vec<Component> =
        components["components"].as_array().expect("it is a list").iter().map(component).collect();
    components.sort_by_key(|component| component.pass);
    Answer { architecture: Architecture::Amd64, components }
}

/// The element at a path, as the item of a list with this number.
fn element(rows: &Map<String, Value>, path: &str, number: u32) -> Element {
    let row = &rows[path];
    let name = path.rsplit('/').next().unwrap_or(path);
    let inside = |name: &str, number: u32| element(rows, &format!("{path}/{name}"), number);
    let of_kind = match row["kind"].as_str().expect("it is a name") {
        "group" => {
            let others = words(row, "exclusive").into_iter().skip(1).collect::<Vec<_>>();
            let children = words(row, "children").into_iter().filter(|name| !others.contains(name));
            Element::group(name, children.map(|child| inside(child, number)))
        }
        "list" => {
            let item = row["item"].as_str().expect("it is a name");
            let items = (1..=2).map(|number| inside(item, number));
            Element::group(name, items.chain(words(row, "also").into_iter().map(|child| inside(child, 1))))
        }
        "boolean" => Element::text(name, "true"),
        "choice" => {
            let values = words(row, "values");
            Element::text(name, values[(number as usize - 1) % values.len()])
        }
        "integer" => {
            let number = row["min"].as_u64().map_or(1, |min| min.max(1)) + u64::from(number) - 1;
            Element::text(name, number.to_string())
        }
        _ => Element::text(name, text(row, number)),
    };
    match row["keyValue"].as_str() {
        Some("number") => of_kind.keyed(number.to_string()),
        Some(_) => of_kind.keyed(format!("rule{number}")),
        None => of_kind,
    }
}

/// A text that a row takes.
fn text(row: &Value, number: u32) -> String {
    let pattern = row["pattern"].as_str().unwrap_or_default();
    match pattern {
        "[C-Z]" => "C".to_owned(),
        _ if pattern.starts_with("0x") => "0x27".to_owned(),
        _ if pattern.starts_with("[A-Z0-9]{5}") => "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE".to_owned(),
        _ if pattern.starts_with("([0-9A-F]{2}-)") => format!("52-54-00-00-00-0{number}"),
        _ => format!("a{number}"),
    }
}

/// Whether an item of a list has a number in it.
fn is_counted(item: &Element) -> bool {
    let is_number = |key: &String| key.parse::<u32>().is_ok();
    let has_order = match &item.content {
        Content::Elements(inside) => inside.iter().any(|element| element.name == "Order"),
        Content::Text(_) => false,
    };
    has_order || item.key.as_ref().is_some_and(is_number)
}

/// All elements in an answer file, each to be changed.
fn visit(answer: &Answer, change: &mut dyn FnMut(&Answer, &[usize])) {
    fn paths(elements: &[Element], at: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        for (index, element) in elements.iter().enumerate() {
            at.push(index);
            found.push(at.clone());
            if let Content::Elements(inside) = &element.content {
                paths(inside, at, found);
            }
            at.pop();
        }
    }
    let mut found = Vec::new();
    for (index, component) in answer.components.iter().enumerate() {
        paths(&component.elements, &mut vec![index], &mut found);
    }
    for path in found {
        change(answer, &path);
    }
}

/// The elements among which one stands.
fn siblings<'a>(answer: &'a mut Answer, path: &[usize]) -> &'a mut Vec<Element> {
    let (component, inside) = path.split_first().expect("it is in a component");
    let (_, above) = inside.split_last().expect("it is an element");
    let mut elements = &mut answer.components[*component].elements;
    for index in above {
        elements = match &mut elements[*index].content {
            Content::Elements(inside) => inside,
            Content::Text(_) => unreachable!("it has elements"),
        };
    }
    elements
}

#[test]
fn all_that_is_in_the_table_is_written_and_read_back() {
    let answer = whole();
    let text = answer.text();
    assert_eq!(Answer::read(&text, SYSTEM).unwrap_or_else(|error| panic!("{error}\n{text}")), answer);
    let arm = Answer { architecture: Architecture::Arm64, ..answer };
    assert_eq!(Answer::read(&arm.text(), SYSTEM).expect("it is the same"), arm);
}

#[test]
fn whatever_is_changed_is_refused() {
    let answer = whole();
    let mut differences = Differences::default();
    let mut count = 0;
    let mut check = |changed: &Answer, what: &str, name: &str| {
        count += 1;
        if Answer::read(&changed.text(), SYSTEM).is_ok() {
            differences.add(&format!("{name}: {what}\n"));
        }
    };
    visit(&answer, &mut |answer, path| {
        let index = *path.last().expect("it is an element");
        let name = siblings(&mut answer.clone(), path)[index].name.clone();
        let mut with = |what: &str, change: &dyn Fn(&mut Vec<Element>)| {
            let mut changed = answer.clone();
            change(siblings(&mut changed, path));
            if changed != *answer {
                check(&changed, what, &name);
            }
        };
        with("another name", &|elements| {
            elements[index].name.pop();
        });
        with("the name in other letters", &|elements| elements[index].name = elements[index].name.to_lowercase());
        with("twice", &|elements| elements.insert(index, elements[index].clone()));
        with("after its neighbour", &|elements| {
            let is_free = |next: &Element| next.name == elements[index].name && !is_counted(next);
            if elements.get(index + 1).is_some_and(|next| !is_free(next)) {
                elements.swap(index, index + 1);
            }
        });
        with("a value for elements, elements for a value", &|elements| {
            elements[index].content = match &elements[index].content {
                Content::Elements(_) => Content::Text("true".to_owned()),
                Content::Text(_) => Content::Elements(vec![Element::text("Value", "true")]),
            };
        });
        with("another key", &|elements| {
            elements[index].key = match &elements[index].key {
                Some(_) => None,
                None => Some("1".to_owned()),
            };
        });
    });
    for component in 0..answer.components.len() {
        let mut changed = answer.clone();
        changed.components[component].name.push('s');
        check(&changed, "another component", &answer.components[component].name);
        let Component { pass, name, .. } = &answer.components[component];
        let has_it = |pass: Pass| answer.components.iter().any(|other| other.pass == pass && other.name == *name);
        for other in Pass::ALL.into_iter().filter(|other| other != pass && !has_it(*other)) {
            let mut changed = answer.clone();
            changed.components[component].pass = other;
            check(&changed, other.name(), name);
        }
        let mut changed = answer.clone();
        changed.components.push(answer.components[component].clone());
        check(&changed, "twice", name);
    }
    assert!(count > 800, "{count}");
    differences.settle("an answer file that Setup would not take is not refused");
}

/// What a row can say; a word that is none of these would not be looked at.
const COLUMNS: &[&str] = &[
    "kind",
    "children",
    "required",
    "exclusive",
    "item",
    "also",
    "keyValue",
    "action",
    "unique",
    "consecutive",
    "length",
    "empty",
    "min",
    "max",
    "values",
    "pattern",
    // For those who read it.
    "order",
    "table",
    "separator",
    "encoded",
    "note",
    "used",
    "known",
    "default",
    "deprecated",
    "unit",
    "page",
];

#[test]
fn what_a_row_asks_for_is_looked_at() {
    let answer = whole();
    let components = table("components");
    let rows = |component: &Component| {
        let of = |row: &&Value| row["pass"] == component.pass.name() && row["name"] == component.name.as_str();
        members(components["components"].as_array().into_iter().flatten().find(of).expect("it is there"), "elements")
    };
    let mut differences = Differences::default();
    let mut check = |changed: &Answer, what: &str| {
        if Answer::read(&changed.text(), SYSTEM).is_ok() {
            differences.add(&format!("{what}\n"));
        }
    };
    for component in &answer.components {
        for (path, row) in rows(component) {
            for column in row.as_object().expect("it is an object").keys() {
                assert!(COLUMNS.contains(&column.as_str()), "{path}: {column}");
            }
        }
    }
    visit(&answer, &mut |answer, path| {
        let rows = rows(&answer.components[path[0]]);
        let index = *path.last().expect("it is an element");
        let name = name_of(answer, path);
        let mut with = |what: &str, change: &dyn Fn(&mut Element)| {
            let mut changed = answer.clone();
            change(&mut siblings(&mut changed, path)[index]);
            check(&changed, &format!("{name}: {what}"));
        };
        let row = &rows[&name];
        for missing in words(row, "required") {
            with("lacks what it needs", &|element| inside(element).retain(|child| child.name != missing));
        }
        for other in words(row, "exclusive").into_iter().skip(1) {
            with("has two of one", &|element| {
                let order = words(row, "children");
                let at = |name: &str| order.iter().position(|known| *known == name);
                inside(element).push(self::element(rows, &format!("{name}/{other}"), 1));
                inside(element).sort_by_key(|child| at(&child.name));
            });
        }
        let mut says = |what: &str, text: String| with(what, &|element| element.content = Content::Text(text.clone()));
        if let Some(length) = row["length"].as_u64() {
            says("is too long", "a".repeat(usize::try_from(length).expect("it is short") + 1));
        }
        if let Some(most) = row["max"].as_u64() {
            says("is too much", (most + 1).to_string());
        }
        if let Some(least) = row["min"].as_u64().filter(|least| *least > 0) {
            says("is too little", (least - 1).to_string());
        }
        if !["group", "list"].contains(&row["kind"].as_str().unwrap_or_default()) && row["empty"] != true {
            says("is empty", String::new());
        }
    });
    differences.settle("an answer file that Setup would not take is not refused");
}

/// What stands in an element.
fn inside(element: &mut Element) -> &mut Vec<Element> {
    match &mut element.content {
        Content::Elements(inside) => inside,
        Content::Text(_) => unreachable!("it has elements"),
    }
}

/// The path of an element, as the table has it.
fn name_of(answer: &Answer, path: &[usize]) -> String {
    let names = (2..=path.len()).map(|depth| {
        let own = &path[..depth];
        siblings(&mut answer.clone(), own)[*own.last().expect("it is an element")].name.clone()
    });
    names.collect::<Vec<_>>().join("/")
}

#[test]
fn attributes_and_values_are_looked_at() {
    let text = whole().text();
    let check = |from: &str, to: &str, expected: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = Answer::read(&changed, SYSTEM).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{from} → {to}: {error}");
    };
    check("windowsPE", "WindowsPE", "no such pass");
    check("pass=\"windowsPE\"", "pass=\"specialize\"", "no such component in this pass");
    check("31bf3856ad364e35", "31bf3856ad364e36", "every component has");
    check(" wcm:action=\"add\"", "", "`wcm:action`");
    check(" wcm:action=\"add\"", " action=\"add\"", "`wcm:action`");
    check(" processorArchitecture=\"amd64\"", " processorArchitecture=\"x86\"", "one known processor");
    check("<DiskID>1<", "<DiskID>2<", "tell the items apart");
    check("<Order>1<", "<Order>2<", "count them");
    check("<Type>Primary<", "<Type>Primar<", "cannot be `Primar`");
    check("<WillWipeDisk>true<", "<WillWipeDisk>True<", "cannot be `True`");
    check("<ComputerName>a1<", "<ComputerName>1<", "cannot be `1`");
    check("<ComputerName>a1<", "<ComputerName>a-name-of-16-char<", "cannot be");
    check("<Key>AAAAA", "<Key>AAAA", "cannot be");
    check("<ProductKey>", "<ProductKey>x", "beside its elements");
    check("<ComputerName>a1<", "<ComputerName>a<!-- -->1<", "beside its value");
    check("<ComputerName>a1<", "<ComputerName>a\u{85}1<", "has a control character");
}

#[test]
fn systems_have_their_own_components() {
    let answer = whole();
    let error = Answer::read(&answer.text(), Os::Windows11).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "specialize, Microsoft-Windows-IE-ESC: no such component in this pass");
    assert!(Answer::read(&answer.text(), Os::Linux).is_err());
}

#[test]
fn names_of_windows_agree_with_each_other() {
    let [editions, keyboards, locales, zones, virtio] =
        ["editions", "keyboards", "locales", "time-zones", "virtio"].map(table);
    let layouts = members(&keyboards, "layouts");
    let languages = members(&keyboards, "languages");
    let methods = members(&keyboards, "inputMethods");
    let mut differences = Differences::default();
    let mut check = |holds: bool, what: String| {
        if !holds {
            differences.add(&format!("{what}\n"));
        }
    };
    let mut named = BTreeSet::new();
    for row in locales["locales"].as_array().expect("it is a list") {
        let locale = row["name"].as_str().expect("it is a name");
        check(named.insert(locale), format!("{locale} is there twice"));
        let Some(keyboard) = row["keyboard"].as_str() else { continue };
        let (language, layout) = keyboard.split_once(':').unwrap_or_default();
        // Languages without a number of their own share one.
        let is_known = (languages.contains_key(language) || language == "0c00") && layouts.contains_key(layout);
        check(is_known || methods.contains_key(keyboard), format!("{locale}: {keyboard}"));
    }
    for language in words(&locales, "uiLanguages") {
        check(named.contains(language), format!("language {language}"));
    }
    let known = members(&zones, "zones");
    for (iana, zone) in members(&zones, "iana") {
        check(zone.as_str().is_some_and(|zone| known.contains_key(zone)), format!("{iana}: {zone}"));
    }
    let newer = members(&zones, "newer");
    for (zone, row) in newer {
        check(row["older"].as_str().is_some_and(|older| known.contains_key(older)), format!("{zone}: {row}"));
    }
    let systems = members(&editions, "systems");
    let folders = members(&virtio, "systems");
    check(systems.keys().eq(folders.keys()), "systems of editions and of drivers".to_owned());
    for (driver, row) in members(&virtio, "drivers") {
        let is_system = |folder: &String| folders.values().any(|known| known == folder);
        check(members(row, "folders").keys().all(is_system), format!("folders of {driver}"));
    }
    for (system, of_system) in systems {
        let mut images = BTreeSet::new();
        for (edition, row) in of_system.as_object().expect("it is an object") {
            check(images.insert(row["image"].to_string()), format!("{system}, {edition}: an image of another edition"));
            let key = row["kmsKey"].as_str().or(row["genericKey"].as_str());
            let is_key = |key: &str| key.len() == 29 && key.split('-').all(|part| part.len() == 5);
            check(key.is_none_or(is_key), format!("{system}, {edition}: {key:?}"));
        }
    }
    differences.settle("the tables of `schema/windows` do not agree");
}
