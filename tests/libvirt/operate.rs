//! A lab of four guests, in the shape of the one in this repository, that is run by lab2nix's commands: it comes up in the
//! order of `after`, takes commands, is saved and restored at one point in time, and shuts down.

mod counters;

use std::path::Path;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::guest;
use crate::objects::Objects;
use crate::support::times;
use crate::world::World;

use counters::Counters;

/// The domains, in the order of the spec, with their addresses.
const DOMAINS: [(&str, &str); 4] = [
    ("CLIENT01", "192.168.56.21"),
    ("CLIENT02", "192.168.56.22"),
    ("DC01", "192.168.56.10"),
    ("SCCM01", "192.168.56.11"),
];

/// For how many seconds the agent of the domain controller does not answer yet.
const LATE: u32 = 20;

/// A virsh that fails, or takes its time, when a test says so.
const VIRSH: &str = include_str!("operate/virsh.sh");

/// The lab. With `stuck`, nobody listens where it is looked whether the site server is ready.
fn spec(is_stuck: bool) -> Value {
    // As long as a busy machine may take.
    const PATIENCE: &str = "15m";
    let domain = |name: &str, ready: Value, after: &[&str], kernel: &str| {
        let (_, address) = DOMAINS.iter().find(|(domain, _)| *domain == name).expect("it is one of them");
        let cmdline = format!("io.systemd.stub.kernel-cmdline-extra=seedless=1 counter=ttyS1 {kernel}");
        let domain = json!({
            "after": after,
            "ready": ready,
            "interfaces": [{ "network": "lab-net", "ip": address }],
            "smbios": { "oemStrings": [cmdline] },
            "furtherSerials": [{ "file": console(name) }, { "file": counters::file(name) }]
        });
        (name.to_owned(), domain)
    };
    let server =
        if is_stuck { json!({ "tcp": 81, "timeout": "5s" }) } else { json!({ "tcp": 80, "timeout": PATIENCE }) };
    let domains = serde_json::Map::from_iter([
        domain("CLIENT01", json!({ "agent": true, "timeout": PATIENCE }), &["SCCM01"], "agent=10"),
        domain(
            "CLIENT02",
            json!({ "run": "test -e /run/counter", "timeout": PATIENCE }),
            &["SCCM01"],
            "agent=10 linger=4",
        ),
        domain("DC01", json!({ "agent": true, "timeout": PATIENCE }), &[], &format!("agent={LATE}")),
        domain("SCCM01", server, &["DC01"], "agent=1 linger=4"),
    ]);
    json!({
        "lab": "s1",
        "networks": {
            "lab-net": {
                "bridge": "virbr56",
                "subnet": "192.168.56.0/24",
                "dhcp": { "range": ["192.168.56.100", "192.168.56.200"] }
            }
        },
        "pools": { "homelab": { "path": "/var/lib/libvirt/images/homelab" } },
        "defaults": {
            "active": null,
            "virtualization": "emulated",
            "firmware": "uefi",
            "cpus": 1,
            "memory": "256MiB",
            "graphics": { "type": "none" },
            "serial": false,
            "disks": [{ "pool": "homelab", "size": "1GiB", "image": { "path": "/guests/x86_64/image.qcow2" } }]
        },
        "domains": domains
    })
}

fn console(domain: &str) -> String {
    format!("/var/log/libvirt/qemu/console-{domain}.log")
}

/// The lab on a host that has its objects, all of them off.
struct Lab<'w>(&'w World);

/// What became of a command.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl<'w> Lab<'w> {
    fn new(world: &'w World) -> Self {
        world.install_lab2nix("/usr/local/bin");
        let objects = Objects::of(&spec(false));
        objects.prepare(world);
        guest::make(world, "x86_64");
        objects.define(world);
        objects.start(world);
        world.virsh(&["net-destroy", "lab-net"]);
        world.virsh(&["pool-destroy", "homelab"]);
        for (name, is_stuck) in [("lab", false), ("stuck", true)] {
            world.write(&format!("/lab/{name}.json"), &spec(is_stuck).to_string());
        }
        Self(world)
    }

    /// A command of lab2nix, where the spec is.
    fn lab2nix(&self, arguments: &[&str]) -> Said {
        self.lab2nix_as(&[], arguments)
    }

    /// The same by another user, whom `who` makes of root.
    fn lab2nix_as(&self, who: &[&str], arguments: &[&str]) -> Said {
        let command = [who, &["env", "--chdir=/lab", "lab2nix"], arguments].concat();
        let output = self.0.step(&arguments.join(" "), || self.0.output(&command, ""));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Said { code, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// One that does what it is asked for.
    fn does(&self, arguments: &[&str]) -> String {
        let said = self.lab2nix(arguments);
        eprint!("{}", said.err);
        assert_eq!(said.code, 0, "{arguments:?}: {said:#?}");
        said.out
    }

    /// One that cannot do it; what it says.
    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let said = self.lab2nix(arguments);
        assert_eq!(said.code, code, "{arguments:?}: {said:#?}");
        format!("{}{}", said.out, said.err)
    }

    /// Sees how the domains are, in the order of [`DOMAINS`], and what saves they have. None is due for a restart.
    fn is(&self, expected: [State; 4], saves: &[&str]) {
        self.is_by("lab.json", expected, saves);
    }

    /// The same by another spec, which may call ready what the lab's own does not.
    fn is_by(&self, spec: &str, expected: [State; 4], saves: &[&str]) {
        let status = self.does(&["status", "--spec", spec, "--format", "json"]);
        let status: Value = serde_json::from_str(&status).expect("it is JSON");
        let found = status["domains"]
            .as_array()
            .expect("it has domains")
            .iter()
            .map(|row| json!([row["name"], row["state"], row["ready"], row["address"], row["saves"], row["due"]]));
        let mut found: Vec<Value> = found.collect();
        found.sort_by_key(|row| row[0].as_str().expect("names are text").to_owned());
        let expected: Vec<Value> = DOMAINS
            .iter()
            .zip(expected)
            .map(|((name, address), (state, is_ready))| json!([name, state, is_ready, address, saves, false]))
            .collect();
        assert_eq!(found, expected, "{status:#}");
        for (name, _) in DOMAINS {
            let snapshots = self.0.virsh(&["snapshot-list", name, "--name"]);
            assert_eq!(snapshots.split_whitespace().collect::<Vec<_>>(), saves, "{name}");
        }
    }

    /// When something was last written into QEMU's log, in milliseconds since 1970 on the host's clock.
    fn moment(&self, domain: &str, event: &str) -> i64 {
        let script = r#"time=$(sed -n "s/: $2.*//p" "/var/log/libvirt/qemu/$1.log" | tail -n 1); date --date="${time:?}" +%s%3N"#;
        let time = self.0.run(&["bash", "-ec", script, "bash", domain, event]);
        time.trim().parse().expect("it is a number")
    }

    fn started(&self, domain: &str) -> i64 {
        self.moment(domain, "starting up")
    }

    /// When an agent began to answer: the guest knows how long it has been up then.
    fn agent_began(&self, domain: &str) -> i64 {
        let seconds = self.0.run(&["sed", "-n", "s/^has an agent after //p", &console(domain)]);
        let seconds: f64 = seconds.trim().parse().unwrap_or_else(|error| panic!("{domain}: {error}: {seconds}"));
        #[allow(clippy::cast_possible_truncation, reason = "guests do not run so long")]
        let milliseconds = (seconds * 1000.0) as i64;
        self.started(domain) + milliseconds
    }
}

/// What libvirt calls it, and whether the domain is ready, as far as that is known without asking its guest.
type State = (&'static str, Option<bool>);

const OFF: State = ("shut off", Some(false));
const READY: State = ("running", Some(true));
/// All that run. Whether the second is ready, a command in its guest could say.
const RUNNING: [State; 4] = [READY, ("running", None), READY, READY];

#[test]
fn a_lab_comes_up_in_order_is_saved_and_restored_and_shuts_down() {
    let world = World::start("operate");
    let lab = Lab::new(&world);
    lab.is([OFF; 4], &[]);
    comes_up_in_order(&lab);
    is_seen_by_others_than_root(&lab);
    runs_commands(&lab);
    is_saved_as_a_whole_or_not_at_all(&lab);
    goes_back_to_one_point_in_time(&lab);
    restarts(&lab);
    shuts_down_in_reverse_order(&lab);
}

/// Who is not root sees the same, a restart that is due included: libvirt's embedded driver, which says what a switch would do, runs as whoever asks.
fn is_seen_by_others_than_root(lab: &Lab<'_>) {
    let user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", "HOME=/tmp/nobody"];
    for arguments in [&["status", "--format", "json"][..], &["plan", "--format", "json"]] {
        let (own, root) = (lab.lab2nix_as(&user, arguments), lab.lab2nix(arguments));
        assert_eq!((own.code, own.out, own.err), (root.code, root.out, root.err), "{arguments:?}");
    }
}

/// What `up` says when one is not ready in time.
const STUCK: &str = "\
network lab-net: started
pool homelab: started
DC01: started
DC01: ready
SCCM01: started
SCCM01: not ready: 192.168.56.11:81 does not accept connections
1 domain is ready; not ready: SCCM01; left as they are: CLIENT01, CLIENT02
`lab2nix up` tries again, with `--force` also the domains after it; `lab2nix console NAME` and `view NAME` show a guest
";

fn comes_up_in_order(lab: &Lab<'_>) {
    // The first is late, and the second does not do what it is waited for.
    let said = lab.fails(1, &["up", "--spec", "stuck.json"]);
    assert_eq!(times::without(&said), STUCK);
    assert!(lab.started("SCCM01") >= lab.agent_began("DC01"), "SCCM01 has not waited:\n{said}");
    // By the same spec: where the lab's own one looks, it listens as soon as its guest has come so far.
    lab.is_by("stuck.json", [OFF, OFF, READY, ("running", Some(false))], &[]);
    for client in ["CLIENT01", "CLIENT02"] {
        assert!(!lab.0.has(&format!("/var/log/libvirt/qemu/{client}.log")), "{client} has been started");
    }
    let said = lab.fails(1, &["wait", "SCCM01", "--spec", "stuck.json", "--timeout", "1s"]);
    assert!(said.contains("192.168.56.11:81"), "{said}");

    // What is there is not started again.
    let processes = || lab.0.run(&["bash", "-c", "cat /run/libvirt/qemu/{DC01,SCCM01}.pid"]);
    let before = processes();
    lab.does(&["up"]);
    assert_eq!(processes(), before);
    lab.is(RUNNING, &[]);
    let [one, other] = ["CLIENT01", "CLIENT02"].map(|client| (lab.started(client), lab.agent_began(client)));
    assert!(one.0 < other.1 && other.0 < one.1, "the clients have not started together: {one:?} {other:?}");
    let said = lab.lab2nix(&["wait"]);
    assert_eq!((said.code, said.err.matches(": ready").count()), (0, 4), "{said:?}");
}

fn runs_commands(lab: &Lab<'_>) {
    let said = lab.lab2nix(&["run", "DC01", "--", "echo to out; echo to err >&2; exit 7"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (7, "to out\n", "to err\n"));
    assert_eq!(lab.does(&["run", "DC01", "--", "printf", "<%s>", "a  b", "$PATH", "it's"]), "<a  b><$PATH><it's>");
    assert_eq!(lab.does(&["run", "CLIENT*", "--", "echo one; echo two"]).lines().count(), 4);
    let said = lab.lab2nix(&[
        "run",
        "*",
        "--",
        "ip -4 -o address show dev eth0 | grep -o '192[0-9.]*/'; test \"$(nproc)\" = 2",
    ]);
    assert_eq!(said.code, 1);
    for (name, address) in DOMAINS {
        assert!(said.out.lines().any(|line| line == format!("{name}| {address}/")), "{name}: {}", said.out);
    }

    // All of it, and as it was.
    let much: String = (1..).map(|number: u32| format!("{number}\n")).take(200_000).collect();
    let much = &much[..1 << 20];
    let said = lab.does(&["run", "DC01", "--", "seq 1 200000 | head -c 1048576"]);
    assert!(said == much, "{} bytes, which are not those of the guest", said.len());

    let said = lab.lab2nix(&["run", "DC01", "--timeout", "2s", "--", "sleep 4711 & sleep 4711; sleep 4711"]);
    assert_eq!(said.code, 124, "{said:?}");
    assert_eq!(lab.does(&["run", "DC01", "--", "ps | grep '[s]leep 4711' || true"]), "", "it goes on in the guest");
}

fn is_saved_as_a_whole_or_not_at_all(lab: &Lab<'_>) {
    lab.0.write("/usr/local/bin/virsh", VIRSH);
    lab.0.run(&["chmod", "+x", "/usr/local/bin/virsh"]);
    lab.0.write("/run/virsh", "third fails");
    let said = lab.fails(2, &["save", "broken"]);
    eprint!("{said}");
    assert!(said.contains("nobody"), "{said}");
    assert!(lab.0.has("/run/snapshot-3"), "no third snapshot has been tried");
    lab.is(RUNNING, &[]);

    // Somebody interrupts it on a terminal.
    let script = "set -m; cd /lab; rm -f /run/waits /run/go; lab2nix save broken & process=$!; \
                  until [[ -e /run/waits ]]; do sleep 0.1; done; kill -INT -- -$process; sleep 1; touch /run/go; \
                  wait $process; echo \"exit $?\"";
    for moment in ["suspend", "snapshot-create"] {
        lab.0.write("/run/virsh", moment);
        let said =
            lab.0.step(&format!("save broken, interrupted at {moment}"), || lab.0.output(&["bash", "-c", script], ""));
        let [out, err] = [&said.stdout, &said.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        eprint!("{out}{err}");
        lab.0.run(&["rm", "/run/virsh"]);
        assert!(out.ends_with("exit 2\n"), "{out}{err}");
        lab.is(RUNNING, &[]);
    }
}

fn goes_back_to_one_point_in_time(lab: &Lab<'_>) {
    let all = |command: &str| {
        let said = lab.does(&["run", "*", "--", command]);
        DOMAINS.map(|(name, _)| {
            let of = |line: &str| line.strip_prefix(&format!("{name}| ")).map(str::to_owned);
            said.lines().find_map(of).unwrap_or_else(|| panic!("{name}: {said}"))
        })
    };
    // In memory, and on the disk behind what the image has.
    let mark = |mark: &str| {
        all(&format!(
            "echo {mark} >/run/mark; echo {mark} | dd of=/dev/vda bs=1M seek=512 conv=notrunc,fsync 2>/dev/null; echo done"
        ))
    };
    let marks = || {
        all(
            "echo 3 >/proc/sys/vm/drop_caches; echo $(cat /run/mark) $(dd if=/dev/vda bs=1M skip=512 count=1 2>/dev/null | head -n 1)",
        )
    };
    mark("first");
    let counters = Counters::watch(lab.0, &DOMAINS.map(|(name, _)| name));
    counters.go_on(2.0);
    // Who was not suspended meanwhile would be far from the others.
    lab.0.run(&["bash", "-c", "rm -r /run/snapshot-*"]);
    lab.0.write("/run/virsh", "third is late");
    let began = counters.now();
    lab.does(&["save", "clean", "--description", "before the lesson"]);
    let ended = counters.now();
    lab.0.run(&["rm", "/run/virsh"]);
    lab.is(RUNNING, &["clean"]);
    assert!(lab.does(&["saves"]).contains("clean"));
    mark("second");
    counters.go_on(3.0);
    assert_eq!(marks(), ["second second"; 4].map(str::to_owned));

    lab.does(&["restore", "clean", "--yes"]);
    // A bridge keeps new interfaces silent for some seconds, and these are.
    lab.does(&["wait"]);
    lab.is(RUNNING, &["clean"]);
    assert_eq!(marks(), ["first first"; 4].map(str::to_owned));
    let moments = counters.moments_gone_back_to(began);
    eprintln!("operate: saved from {began:.2} to {ended:.2}; the guests have gone back to {moments:.2?}");
    let last = moments.iter().map(|(after, _)| *after).fold(f64::MIN, f64::max);
    let first = moments.iter().map(|(_, before)| *before).fold(f64::MAX, f64::min);
    assert!(last - first <= 1.0, "they have gone back to moments that are {} seconds apart", last - first);
    assert!(began <= first && last <= ended, "they have gone back to another time than that of the save");

    lab.does(&["forget", "clean"]);
    lab.is(RUNNING, &[]);
    let said = lab.fails(2, &["restore", "clean", "--yes"]);
    assert!(said.contains("clean"), "{said}");
}

fn restarts(lab: &Lab<'_>) {
    let before = DOMAINS.map(|(name, _)| lab.started(name));
    lab.does(&["restart", "CLIENT01", "--timeout", "15m"]);
    lab.is(RUNNING, &[]);
    let [has_been, others @ ..] = DOMAINS.map(|(name, _)| lab.started(name));
    assert!(has_been > before[0], "CLIENT01 has not been started again");
    assert_eq!(others, before[1..], "others have been, too");
    assert_eq!(lab.does(&["run", "CLIENT01", "--", "ls /run/mark 2>/dev/null || true"]), "");
}

fn shuts_down_in_reverse_order(lab: &Lab<'_>) {
    lab.does(&["down", "--timeout", "15m"]);
    lab.is([OFF; 4], &[]);
    for (name, _) in DOMAINS {
        let console = lab.0.run(&["cat", &console(name)]);
        assert!(console.contains("shut down: "), "{name} has not shut down by itself:\n{console}");
    }
    // Each takes its time, so that who does not wait for it is seen.
    let [one, other, first, server] = DOMAINS.map(|(name, _)| lab.moment(name, "shutting down, reason=shutdown"));
    assert!(one.max(other) + 4000 <= server && server <= first, "{one} {other} {server} {first}");
    // Who is off already is left alone.
    lab.does(&["down"]);
}

/// The spec that is tried here is like the one of this repository.
#[test]
fn the_lab_has_the_shape_of_the_one_in_this_repository() {
    let order = |spec: &Value| -> Vec<(String, Value)> {
        let of = |name: &str| {
            let domain = &spec["domains"][name];
            let profile = domain["profiles"][0].as_str().unwrap_or_default();
            let after = [domain, &spec["profiles"][profile]].map(|layer| layer.get("after").cloned());
            (name.to_owned(), after.into_iter().flatten().next().unwrap_or_else(|| json!([])))
        };
        DOMAINS.iter().map(|(name, _)| of(name)).collect()
    };
    assert_eq!(order(&spec(false)), order(&crate::spec(Path::new("lab.json"))));
}
