//! The rules, each in a world of a few objects.

use pretty_assertions::assert_eq;
use uuid::Uuid;

use super::definition::{Definition, Volume};
use super::outcome::{Run, Verdict};
use super::run::{Normalize, run};
use super::settings::{Item, Settings, VolumeItem};
use super::snapshot::Snapshot;
use super::world::{Files, Object, World};
use crate::lab::identity::ObjectKind;

/// A libvirt that adds nothing to definitions.
struct AsWritten;

impl Normalize for AsWritten {
    fn normalize(&self, _: ObjectKind, definition: &Definition) -> Result<Definition, String> {
        let is_refused = definition.text().contains("unknown-machine");
        if is_refused { Err("unsupported machine type".to_owned()) } else { Ok(definition.clone()) }
    }
}

fn definition(kind: ObjectKind, id: u128, name: &str, rest: &str) -> Definition {
    let (tag, uuid) = (kind.name(), Uuid::from_u128(id));
    let text = format!("<{tag}>\n  <name>{name}</name>\n  <uuid>{uuid}</uuid>\n  {rest}\n</{tag}>\n");
    Definition::new(text).expect("it is a definition")
}

fn network(rest: &str) -> Definition {
    definition(ObjectKind::Network, 1, "lan", &format!("<bridge name='virbr-lan'/>{rest}"))
}

fn pool() -> Definition {
    definition(ObjectKind::Pool, 2, "vms", "<target><path>/vms</path></target>")
}

fn domain(id: u128, name: &str, devices: &str) -> Definition {
    definition(ObjectKind::Domain, id, name, &format!("<devices>{devices}</devices>"))
}

const ON_LAN: &str =
    "<interface type='network'>\n<mac address='52:54:00:00:00:01'/><source network='lan'/></interface>";

fn there(kind: ObjectKind, definition: &Definition, is_active: bool) -> Object {
    Object { is_active, ..Object::new(kind, definition.clone()) }
}

fn item(definition: &Definition) -> Item {
    Item { definition: definition.clone(), active: None, restart: None, volumes: Vec::new() }
}

/// What happened, in words, and what ended it.
fn told(run: &Run) -> Vec<String> {
    let events = run.events.iter().map(|event| format!("{} {}: {:?}", event.kind.name(), event.name, event.deed));
    events.chain(run.failure.iter().map(|failure| format!("failed: {failure}"))).collect()
}

fn check(objects: Vec<Object>, settings: &Settings, expected: &[&str]) -> Run {
    check_in(World { objects, ..World::default() }, settings, expected)
}

fn check_in(world: World, settings: &Settings, expected: &[&str]) -> Run {
    let run = run(world, settings, &AsWritten);
    assert_eq!(told(&run), expected);
    run
}

fn domains(items: Vec<Item>) -> Settings {
    Settings { domains: Some(items), ..Settings::default() }
}

#[test]
fn what_is_as_it_shall_be_is_left_alone() {
    let a = domain(3, "a", "<disk/>\n<interface type='user'><mac address='52:54:00:00:00:02'/></interface>");
    let same = domain(3, "a", "<interface type='user'><mac address='52:54:00:00:00:02'/></interface><disk/>\n\n");
    let run = check(vec![there(ObjectKind::Domain, &a, true)], &domains(vec![item(&same)]), &["domain a: Define"]);
    assert_eq!(run.verdicts, [(ObjectKind::Domain, a.uuid, Verdict::Unchanged)]);
}

#[test]
fn a_changed_domain_that_runs_is_stopped_and_started() {
    let before = domain(3, "a", "");
    let after = domain(3, "a", "<disk/>");
    let expected = ["domain a: Define", "domain a: Stop(Changed)", "domain a: Start"];
    check(vec![there(ObjectKind::Domain, &before, true)], &domains(vec![item(&after)]), &expected);
    check(vec![there(ObjectKind::Domain, &before, false)], &domains(vec![item(&after)]), &["domain a: Define"]);
    let never = Item { restart: Some(false), ..item(&after) };
    check(vec![there(ObjectKind::Domain, &before, true)], &domains(vec![never]), &["domain a: Define"]);
    let always = Item { restart: Some(true), ..item(&before) };
    let expected = ["domain a: Define", "domain a: Stop(Restart)", "domain a: Start"];
    check(vec![there(ObjectKind::Domain, &before, true)], &domains(vec![always]), &expected);
}

#[test]
fn what_is_not_listed_goes_and_a_kind_that_is_not_there_stays() {
    let (a, lan) = (domain(3, "a", ""), network(""));
    let objects = vec![there(ObjectKind::Domain, &a, true), there(ObjectKind::Network, &lan, true)];
    check(objects.clone(), &domains(Vec::new()), &["domain a: Stop(Unlisted)", "domain a: Undefine"]);
    check(objects, &Settings::default(), &[]);
    let transient = Object { is_persistent: false, ..there(ObjectKind::Domain, &a, true) };
    let run = check(vec![transient], &domains(Vec::new()), &["domain a: Stop(Unlisted)"]);
    assert!(run.world.objects.is_empty());
}

#[test]
fn snapshots_stop_an_activation_that_has_cut_the_domain_off() {
    let (a, b) = (domain(3, "a", ""), domain(4, "b", ""));
    let kept =
        Object { snapshots: vec![Snapshot::named("x"), Snapshot::named("y")], ..there(ObjectKind::Domain, &a, true) };
    let expected = ["domain a: Stop(Unlisted)", "failed: cannot delete inactive domain with 2 snapshots"];
    let run = check(vec![kept], &domains(vec![Item { active: Some(true), ..item(&b) }]), &expected);
    assert!(run.world.object(ObjectKind::Domain, a.uuid).is_some_and(|object| !object.is_active));
}

#[test]
fn a_changed_network_takes_the_domains_on_it_along() {
    let (before, after) = (network(""), network("<mtu size='1400'/>"));
    let on_network = domain(3, "a", ON_LAN);
    let on_bridge = domain(
        4,
        "b",
        "<interface type='bridge'><mac address='52:54:00:00:00:03'/><source bridge='virbr-lan'/></interface>",
    );
    let elsewhere = domain(5, "c", "<interface type='user'><mac address='52:54:00:00:00:02'/></interface>");
    let objects = || {
        let domains = [&on_network, &on_bridge, &elsewhere].map(|domain| there(ObjectKind::Domain, domain, true));
        domains.into_iter().chain([there(ObjectKind::Network, &before, true)]).collect::<Vec<_>>()
    };
    let listed = || Some([&on_network, &on_bridge, &elsewhere].map(item).into());
    let cut = [
        "network lan: Define",
        "domain a: Stop(Network(\"lan\"))",
        "domain b: Stop(Network(\"lan\"))",
        "network lan: Stop(Changed)",
    ];
    let again = [
        "domain a: Define",
        "domain b: Define",
        "domain c: Define",
        "network lan: Start",
        "domain a: Start",
        "domain b: Start",
    ];
    let settings = Settings { networks: Some(vec![item(&after)]), domains: listed(), pools: None };
    check(objects(), &settings, &[&cut[..], &again[..]].concat());
    // Without the section of domains, nobody starts them.
    let settings = Settings { networks: Some(vec![item(&after)]), ..Settings::default() };
    check(objects(), &settings, &[&cut[..], &["network lan: Start"]].concat());
}

/// What shall be active is decided before anything is done, so what a failed attempt stopped stays off.
#[test]
fn a_second_attempt_leaves_off_what_the_first_one_stopped() {
    let (before, after) = (domain(3, "a", ""), domain(3, "a", "<disk/>"));
    let broken = definition(ObjectKind::Domain, 4, "b", "<os>unknown-machine</os>");
    let settings = domains(vec![item(&after), item(&broken)]);
    let expected = ["domain a: Define", "domain a: Stop(Changed)", "failed: unsupported machine type"];
    let first = check(vec![there(ObjectKind::Domain, &before, true)], &settings, &expected);
    let repaired = domains(vec![item(&after)]);
    check_in(first.world, &repaired, &["domain a: Define"]);
}

#[test]
fn an_object_with_another_name_is_undefined_first() {
    let (before, after) = (domain(3, "a", ""), domain(3, "b", ""));
    let expected = ["domain a: Stop(Renamed)", "domain a: Undefine", "domain b: Define", "domain b: Start"];
    check(vec![there(ObjectKind::Domain, &before, true)], &domains(vec![item(&after)]), &expected);
    // Two that swap their names are in each other's way.
    let other = domain(4, "b", "");
    let objects = vec![there(ObjectKind::Domain, &before, false), there(ObjectKind::Domain, &other, false)];
    let swapped = domains(vec![item(&after), item(&domain(4, "a", ""))]);
    let failed = format!("failed: domain 'b' already exists with uuid {}", other.uuid);
    check(objects, &swapped, &["domain a: Undefine", &failed]);
}

#[test]
fn volumes_are_made_and_deleted_whoever_uses_them() {
    let vms = pool();
    let settings = |name: &str, present| Settings {
        pools: Some(vec![Item {
            active: Some(true),
            volumes: vec![VolumeItem { present, ..VolumeItem::absent(name.to_owned()) }],
            ..item(&vms)
        }]),
        ..Settings::default()
    };
    let world = |is_active: bool, known: &[&str], files: &[&str]| World {
        objects: vec![Object {
            volumes: Some(known.iter().map(|name| ((*name).to_owned(), Volume::default())).collect()),
            ..there(ObjectKind::Pool, &vms, is_active)
        }],
        files: Files {
            there: files.iter().map(|file| (*file).to_owned()).collect(),
            listed: ["/vms".to_owned()].into(),
            ..Files::default()
        },
        ..World::default()
    };
    let made = ["pool vms: Define", "pool vms: Start", "pool vms: CreateVolume(\"/vms/a\")"];
    let run = check_in(world(false, &[], &[]), &settings("a", true), &made);
    check_in(run.world, &settings("a", true), &["pool vms: Define"]);
    let deleted = ["pool vms: Define", "pool vms: DeleteVolume(\"/vms/a\")"];
    check_in(world(true, &["a"], &["/vms/a"]), &settings("a", false), &deleted);
    // libvirt's list is as of the pool's last start.
    let failed = ["pool vms: Define", "failed: volume target path '/vms/a' already exists"];
    check_in(world(true, &[], &["/vms/a"]), &settings("a", true), &failed);
    check_in(world(false, &[], &["/vms/a"]), &settings("a", true), &["pool vms: Define", "pool vms: Start"]);
}

#[test]
fn a_domain_starts_only_if_all_is_there() {
    let check = |devices: &str, failure: Option<&str>| {
        let a = domain(3, "a", devices);
        let world = World {
            objects: vec![there(ObjectKind::Network, &network(""), false), there(ObjectKind::Pool, &pool(), true)],
            files: Files {
                there: ["/iso".to_owned()].into(),
                missing: ["/other".to_owned()].into(),
                ..Files::default()
            },
            bridges: ["br0".to_owned()].into(),
            ..World::default()
        };
        let run = run(world, &domains(vec![Item { active: Some(true), ..item(&a) }]), &AsWritten);
        assert_eq!(run.failure.as_deref(), failure);
    };
    check("<disk><source file='/iso'/></disk><disk/>", None);
    check("<disk><source file='/etc/lab2nix/seed.iso'/></disk>", None);
    check("<disk><source file='/other'/></disk>", Some("Cannot access storage file '/other'"));
    check("<disk><source pool='vms' volume='x'/></disk>", Some("no storage vol with matching name 'x'"));
    check(
        "<disk><source pool='no' volume='x'/></disk>",
        Some("Storage pool not found: no storage pool with matching name 'no'"),
    );
    check(ON_LAN, Some("network 'lan' is not active"));
    check("<interface type='bridge'><mac address='52:54:00:00:00:03'/><source bridge='br0'/></interface>", None);
    check(
        "<interface type='bridge'><mac address='52:54:00:00:00:03'/><source bridge='br1'/></interface>",
        Some("'br1': No such device"),
    );
}

#[test]
fn of_a_pool_what_changes_by_itself_is_compared_if_it_is_written() {
    let pool = |rest: &str| definition(ObjectKind::Pool, 2, "vms", rest);
    let before =
        pool("<capacity>1</capacity><target><path>/vms</path><permissions><mode>0700</mode></permissions></target>");
    let after =
        pool("<capacity>2</capacity><target><path>/vms</path><permissions><mode>0711</mode></permissions></target>");
    let compared =
        |written: &Definition| before.compared(ObjectKind::Pool, written) == after.compared(ObjectKind::Pool, written);
    assert!(compared(&pool("<target><path>/vms</path></target>")));
    assert!(!compared(&after));
}

#[test]
fn the_order_of_devices_says_nothing_and_that_of_all_else_something() {
    let compared =
        |kind: ObjectKind, one: &Definition, other: &Definition| one.compared(kind, one) == other.compared(kind, other);
    let hosts = |hosts: &str| network(&format!("<ip><dhcp>{hosts}</dhcp></ip>"));
    let (one, other) = (hosts("<host name='a'/><host name='b'/>"), hosts("<host name='b'/><host name='a'/>"));
    assert!(!compared(ObjectKind::Network, &one, &other));
    assert!(compared(ObjectKind::Domain, &domain(3, "a", "<disk/> <input/>"), &domain(3, "a", "<input/><disk/>")));
    let title = |title: &str| definition(ObjectKind::Domain, 3, "a", &format!("<title>{title}</title>"));
    assert!(!compared(ObjectKind::Domain, &title("one"), &title("other")));
}

#[test]
fn settings_are_those_of_the_helper() {
    let files = |path: &str| match path {
        "/lan.xml" => Ok(network("").text().to_owned()),
        "/vms.xml" => Ok(pool().text().to_owned()),
        "/a.xml" => Ok("<volume><name>a</name></volume>".to_owned()),
        "/none.xml" => Ok("<network/>".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    let read = |json: &str| Settings::read(json, files).map_err(|error| error.to_string());
    let settings = read(
        r#"{ "networks": [{ "definition": "/lan.xml", "active": true, "restart": null }], "domains": null, "pools": [{
            "definition": "/vms.xml", "restart": false,
            "volumes": [{ "definition": "/a.xml" }, { "name": "b", "present": false }] }] }"#,
    )
    .unwrap();
    let networks = settings.networks.unwrap();
    assert_eq!(
        (networks[0].definition.name.as_str(), networks[0].active, networks[0].restart),
        ("lan", Some(true), None)
    );
    let pools = settings.pools.unwrap();
    let created = VolumeItem::of("<volume><name>a</name></volume>").unwrap();
    assert_eq!(
        (&pools[0].volumes, pools[0].restart),
        (&vec![created, VolumeItem::absent("b".to_owned())], Some(false))
    );
    assert!(settings.domains.is_none());

    let fails = |json: &str, expected: &str| assert_eq!(read(json).unwrap_err(), expected);
    fails(r#"{ "domains": [{ "definition": "/x" }] }"#, "cannot read `/x`: no such file");
    fails(r#"{ "networks": [{ "definition": "/none.xml" }] }"#, "`/none.xml` is not a definition: it has no name");
    let of_volume = |volume: &str, expected: &str| {
        let json = format!(r#"{{ "pools": [{{ "definition": "/vms.xml", "volumes": [{volume}] }}] }}"#);
        fails(&json, &format!("a volume of pool `vms` {expected}"));
    };
    of_volume("{}", "has neither a name nor a definition");
    of_volume(r#"{ "name": "a" }"#, "has no definition to be created from");
    of_volume(r#"{ "name": "b", "definition": "/a.xml" }"#, "has another name than its definition");
}

/// As NixVirt's `_fixDefinitionETree` does, which stops at the first interface.
#[test]
fn the_first_interface_gets_a_mac_address() {
    let mac = crate::lab::identity::derive(Uuid::from_u128(3), 0);
    let handed_over = |devices: &str| domain(3, "a", devices).as_handed_over();
    let with_mac = format!("<interface type='user'><mac address='{mac}'/></interface>");
    for none in ["<interface type='user'/>", "<interface type='user'></interface>"] {
        assert_eq!(handed_over(none), domain(3, "a", &with_mac));
        let two = handed_over(&format!("{none}{none}"));
        assert_eq!(two, domain(3, "a", &format!("{with_mac}{none}")));
        assert!(two.facts.gets_new_macs());
    }
    let on_lan = "<interface type='network'>\n<source network='lan'/></interface>";
    assert_eq!(handed_over(on_lan).facts.macs, [Some(mac.to_string())]);
    for same in ["<disk/>", ON_LAN] {
        assert_eq!(handed_over(same), domain(3, "a", same));
    }
}
