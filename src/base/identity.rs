//! Identities of definitions that leave them to libvirt, which would make up others each time.

use roxmltree::{Document, Node};

use crate::lab::identity::{Namespace, ObjectKind, derive};

/// How many elements a definition has at most.
const MOST_ELEMENTS: usize = 10_000;

/// What a definition defines, and its text with a UUID, and a MAC address for each interface: those that a lab would give them.
///
/// # Errors
///
/// When it is no definition.
pub fn identified(lab: &str, text: &str) -> Result<(ObjectKind, String, String), String> {
    let document = Document::parse(text).map_err(|why| format!("not XML at {}", why.pos()))?;
    if document.descendants().filter(Node::is_element).nth(MOST_ELEMENTS).is_some() {
        return Err(format!("it has more than {MOST_ELEMENTS} elements"));
    }
    let root = document.root_element();
    let kind = match root.tag_name().name() {
        "domain" => ObjectKind::Domain,
        "network" => ObjectKind::Network,
        "pool" => ObjectKind::Pool,
        other => return Err(format!("`{other}` is not a domain, network or pool")),
    };
    let child =
        |of: Node<'_, '_>, name: &str| of.children().find(|child| child.has_tag_name(name)).map(|child| child.id());
    let name = child(root, "name").and_then(|name| document.get_node(name)?.text()).map(str::trim);
    let name = name.filter(|name| !name.is_empty()).ok_or("it has no name")?.to_owned();
    let written = child(root, "uuid").and_then(|uuid| document.get_node(uuid)?.text());
    let uuid =
        written.and_then(|uuid| uuid.trim().parse().ok()).unwrap_or_else(|| Namespace::of_lab(lab).uuid(kind, &name));
    let mut insertions = Vec::new();
    if written.is_none() {
        insertions.push((after_start(text, root), format!("<uuid>{uuid}</uuid>")));
    }
    if kind == ObjectKind::Domain {
        let devices = root.children().find(|child| child.has_tag_name("devices"));
        let interfaces = devices.into_iter().flat_map(|devices| devices.children());
        for (index, interface) in (0_u32..).zip(interfaces.filter(|device| device.has_tag_name("interface"))) {
            if child(interface, "mac").is_none() {
                insertions.push((after_start(text, interface), format!("<mac address='{}'/>", derive(uuid, index))));
            }
        }
    }
    // Without one, libvirt makes one up for the bridge that it makes.
    let forward = child(root, "forward").and_then(|forward| document.get_node(forward)?.attribute("mode"));
    let makes_bridge = matches!(forward, None | Some("nat" | "route" | "open"));
    if kind == ObjectKind::Network && makes_bridge && child(root, "mac").is_none() {
        insertions.insert(0, (after_start(text, root), format!("<mac address='{}'/>", derive(uuid, 0))));
    }
    let (mut identified, mut done) = (String::with_capacity(text.len()), 0);
    for (at, inserted) in insertions {
        identified.push_str(&text[done..at]);
        identified.push_str(&inserted);
        done = at;
    }
    identified.push_str(&text[done..]);
    Ok((kind, name, identified))
}

/// Where the content of an element with children begins.
fn after_start(text: &str, element: Node<'_, '_>) -> usize {
    element.first_child().map_or(text.len(), |first| first.range().start)
}

/// A definition without what libvirt says in it of the object as it runs, and what it says twice.
#[must_use]
pub fn without_state(text: &str) -> String {
    const STATE: [&str; 3] = ["capacity", "allocation", "available"];
    const OF_VOLUME: [(&str, &str); 8] = [
        ("volume", "key"),
        ("volume", "source"),
        ("volume", "physical"),
        ("volume", "timestamps"),
        ("target", "path"),
        ("target", "timestamps"),
        ("backingStore", "permissions"),
        ("backingStore", "timestamps"),
    ];
    let Ok(document) = Document::parse(text) else { return text.to_owned() };
    let root = document.root_element();
    let ranges: Vec<_> = match root.tag_name().name() {
        "pool" => {
            let state = root.children().filter(|child| STATE.contains(&child.tag_name().name()));
            state.map(|child| child.range()).collect()
        }
        "volume" => {
            let kind = root.attribute_node("type").map(|kind| kind.range());
            let state = root.descendants().filter(|node| {
                let is_in = |of: &str| node.parent_element().is_some_and(|parent| parent.has_tag_name(of));
                OF_VOLUME.iter().any(|(of, child)| is_in(of) && node.has_tag_name(*child))
            });
            kind.into_iter().chain(state.map(|node| node.range())).collect()
        }
        // The address of a display is also in its first `listen`.
        "domain" => {
            let screens = root.descendants().filter(|node| node.has_tag_name("graphics"));
            let screens = screens.filter(|screen| screen.children().any(|child| child.has_tag_name("listen")));
            screens.filter_map(|screen| Some(screen.attribute_node("listen")?.range())).collect()
        }
        _ => Vec::new(),
    };
    let mut without = text.to_owned();
    for range in ranges.into_iter().rev() {
        without.replace_range(range, "");
    }
    without
}
