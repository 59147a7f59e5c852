//! The keys of a domain.

use serde_json::{Map, Value as Json};

use super::{Around, Entry, Refusal, Uses, device, drive, interface};
use crate::host_file::HostFile;
use crate::keys::read::{Keys, amount, fact, is, json, number, numbered, texts, word};
use crate::libvirt::tree::{Tree, Value};
use crate::spec::guest::Arch;
use crate::spec::names::variants;
use crate::spec::pool::ImageFormat;

/// Keys whose value is a single fact, with its path.
const SINGLE: &[(&str, &str)] = &[
    ("uuid", "uuid"),
    ("title", "title"),
    ("description", "description"),
    ("arch", "os.arch"),
    ("machine", "os.machine"),
    ("memory", "memory"),
    ("cpus", "vcpu.count"),
    ("iothreads", "iothreads.count"),
    ("blockWeight", "blkiotune.weight"),
    ("bootMenu", "os.bootmenu.enable"),
    ("hypervVendorId", "features.hyperv.vendor_id.value"),
    ("kvmHidden", "features.kvm.hidden.state"),
    ("vmport", "features.vmport.state"),
];

/// Objects of such keys.
const OBJECTS: &[(&str, &[(&str, &str)])] = &[
    (
        "topology",
        &[("sockets", "cpu.topology.sockets"), ("cores", "cpu.topology.cores"), ("threads", "cpu.topology.threads")],
    ),
    (
        "cpuLimits",
        &[
            ("shares", "cputune.shares"),
            ("period", "cputune.period"),
            ("quota", "cputune.quota"),
            ("globalPeriod", "cputune.global_period"),
            ("globalQuota", "cputune.global_quota"),
            ("emulatorPeriod", "cputune.emulator_period"),
            ("emulatorQuota", "cputune.emulator_quota"),
            ("iothreadPeriod", "cputune.iothread_period"),
            ("iothreadQuota", "cputune.iothread_quota"),
        ],
    ),
    (
        "memoryLimits",
        &[("hard", "memtune.hard_limit"), ("soft", "memtune.soft_limit"), ("swap", "memtune.swap_hard_limit")],
    ),
    ("directBoot", &[("kernel", "os.kernel.path"), ("initrd", "os.initrd.path"), ("cmdline", "os.cmdline.options")]),
    ("on", &[("poweroff", "on_poweroff"), ("reboot", "on_reboot"), ("crash", "on_crash")]),
];

/// Reads the entry of a domain. `os` is the preset that it stands on.
///
/// # Errors
///
/// When the language has no such domains.
pub fn entry(definition: &Tree, os: &str, around: &Around) -> Result<Entry, Refusal> {
    refuse(definition)?;
    let mut keys = Keys::default();
    keys.set("os", Some(os));
    keys.read(definition, SINGLE);
    for (key, table) in OBJECTS {
        keys.object(key, Keys::of(definition, table));
    }
    let current = definition.find("currentMemory").and_then(fact);
    keys.set("currentMemory", current.filter(|current| Some(current) != keys.get("memory")));
    let is_kvm = is(definition, "type", "kvm");
    keys.set("virtualization", Some(if is_kvm { "kvm" } else { "emulated" }));
    keys.object("cpu", cpu(definition));
    keys.object("pinning", pinning(definition));
    keys.object("numa", numa(definition));
    memory(definition, &mut keys);
    firmware(definition, &mut keys);
    keys.object("clock", clock(definition));
    keys.set("hyperv", Some(has_hyperv(definition)));
    keys.object("smbios", smbios(definition));
    keys.object("qemu", qemu(definition));
    let boot: Vec<String> =
        definition.elements("os.boot").filter_map(|boot| word(boot, "dev")).map(|dev| boot_device(&dev)).collect();
    keys.set("boot", Some(boot));
    let mut uses = Uses::default();
    let mut unsaid: Map<String, Json> = Map::new();
    let mut add = |name: &str, device: &Tree| {
        let list = unsaid.entry(name).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(list) = list {
            list.push(json(&Value::Set(device.clone())));
        }
    };
    drive::drives(definition, around, &mut keys, &mut uses, &mut add);
    interface::interfaces(definition, around, &mut keys, &mut uses, &mut add);
    device::devices(definition, &mut keys, &mut add);
    if !unsaid.is_empty() {
        let devices = Map::from_iter([("devices".to_owned(), Json::Object(unsaid))]);
        keys.set("extra", Some(Json::Object(devices)));
    }
    Ok(Entry { keys: keys.into_map(), uses })
}

/// The preset whose devices are most like those of a domain: what libosinfo says that it is, as far as the language has it.
#[must_use]
pub fn os_of(definition: &Tree) -> &'static str {
    const KNOWN: &[(&str, &str)] = &[
        ("microsoft.com/win/11", "windows-11"),
        ("microsoft.com/win/10", "windows-10"),
        ("microsoft.com/win/2k16", "windows-server-2016"),
        ("microsoft.com/win/2k19", "windows-server-2019"),
        ("microsoft.com/win/2k22", "windows-server-2022"),
        ("microsoft.com/win/2k25", "windows-server-2025"),
        ("nixos.org/", "nixos"),
        ("freebsd.org/", "freebsd"),
    ];
    let metadata = word(definition, "metadata").unwrap_or_default();
    let said = KNOWN.iter().find(|(id, _)| metadata.contains(id)).map(|(_, os)| *os);
    said.unwrap_or(if definition.find("features.hyperv.relaxed").is_some() { "windows-10" } else { "linux" })
}

fn refuse(definition: &Tree) -> Result<(), Refusal> {
    let hypervisor = word(definition, "type").unwrap_or_default();
    if !matches!(hypervisor.as_str(), "kvm" | "qemu") {
        return Err(Refusal::Hypervisor(hypervisor));
    }
    let kind = word(definition, "os.type").unwrap_or_default();
    if kind != "hvm" {
        return Err(Refusal::OsType(kind));
    }
    let arch = word(definition, "os.arch").unwrap_or_default();
    if !variants::<Arch>().any(|known| known.name() == arch) {
        return Err(Refusal::Arch(arch));
    }
    definition.find("memory").and_then(fact).map(drop).ok_or(Refusal::Memory)
}

/// Whether a domain has Hyper-V's interface rather as the language has it than not at all.
fn has_hyperv(definition: &Tree) -> bool {
    const ALL: usize = 10;
    let of_interface = |(name, _): &(&str, &Value)| !matches!(*name, "mode" | "vendor_id");
    match definition.find("features.hyperv") {
        Some(Value::Set(hyperv)) => hyperv.iter().filter(of_interface).count() * 2 > ALL,
        _ => false,
    }
}

fn cpu(definition: &Tree) -> Keys {
    const CPU: &[(&str, &str)] =
        &[("mode", "cpu.mode"), ("model", "cpu.model.name"), ("check", "cpu.check"), ("migratable", "cpu.migratable")];
    let mut keys = Keys::of(definition, CPU);
    if keys.get("mode").is_none() && keys.get("model").is_some() {
        // What libvirt takes a CPU with a model and no mode for.
        keys.set("mode", Some("custom"));
    }
    let mut features = Keys::default();
    for feature in definition.elements("cpu.feature") {
        if let Some(name) = word(feature, "name") {
            features.set(&name, word(feature, "policy"));
        }
    }
    keys.object("features", features);
    keys.set("cache", word(definition, "cpu.cache.mode"));
    keys
}

fn pinning(definition: &Tree) -> Keys {
    let mut keys = Keys::default();
    keys.set("vcpus", numbered(definition, "cputune.vcpupin", "vcpu", "cpuset", 0));
    keys.read(definition, &[("emulator", "cputune.emulatorpin.cpuset")]);
    keys.set("iothreads", numbered(definition, "cputune.iothreadpin", "iothread", "cpuset", 1));
    keys
}

fn numa(definition: &Tree) -> Keys {
    let mut keys =
        Keys::of(definition, &[("hostNodes", "numatune.memory.nodeset"), ("memoryMode", "numatune.memory.mode")]);
    let cells = definition.elements("cpu.numa.cell").map(|cell| {
        let mut keys = Keys::of(cell, &[("cpus", "cpus")]);
        let unit = word(cell, "unit").unwrap_or_else(|| "KiB".to_owned());
        keys.set("memory", number(cell, "memory").and_then(|count| amount(count, &unit)));
        let id = number(cell, "id");
        let of_host = definition.elements("numatune.memnode").find(|node| number(node, "cellid") == id);
        if let Some(node) = of_host {
            keys.read(node, &[("hostNodes", "nodeset"), ("memoryMode", "mode")]);
        }
        keys
    });
    keys.list("cells", cells);
    keys
}

fn memory(definition: &Tree, keys: &mut Keys) {
    let mut pages = definition.elements("memoryBacking.hugepages.page");
    let size = pages
        .next()
        .and_then(|page| amount(number(page, "size")?, &word(page, "unit").unwrap_or_else(|| "KiB".to_owned())));
    keys.set("hugepages", size);
    keys.set("memoryLocked", Some(definition.find("memoryBacking.locked").is_some()));
    let is_shared =
        is(definition, "memoryBacking.source.type", "memfd") && is(definition, "memoryBacking.access.mode", "shared");
    keys.set("sharedMemory", Some(is_shared));
    keys.set("sharePages", Some(definition.find("memoryBacking.nosharepages").is_none()));
}

fn firmware(definition: &Tree, keys: &mut Keys) {
    let chosen_by_libvirt = is(definition, "os.firmware", "efi");
    if definition.find("os.loader").is_none() && !chosen_by_libvirt {
        keys.set("firmware", Some("bios"));
        return;
    }
    let is_secure = definition.find("os.loader.secure") == Some(&Value::Bool(true));
    keys.set("firmware", Some(if is_secure { "uefi-secure" } else { "uefi" }));
    keys.read(definition, &[("nvram", "os.nvram.path")]);
    if is_secure {
        let template = word(definition, "os.nvram.template").unwrap_or_default();
        let setup = [ImageFormat::Qcow2, ImageFormat::Raw].map(HostFile::SetupVariables);
        let is_empty = setup.iter().any(|file| file.location().stable_path == template);
        keys.set("secureBootKeys", Some(if is_empty { "none" } else { "microsoft" }));
    }
    keys.set("snapshots", Some(is(definition, "os.nvram.format", "qcow2")));
}

fn clock(definition: &Tree) -> Keys {
    const TIMERS: &[&str] = &["rtc", "pit", "hpet", "tsc", "kvmclock", "hypervclock"];
    let mut keys = Keys::of(definition, &[("offset", "clock.offset"), ("timezone", "clock.timezone")]);
    let mut timers = Keys::default();
    for name in TIMERS {
        if let Some(timer) = definition.elements("clock.timer").find(|timer| is(timer, "name", name)) {
            const TIMER: &[(&str, &str)] =
                &[("present", "present"), ("tickPolicy", "tickpolicy"), ("track", "track"), ("mode", "mode")];
            timers.object(name, Keys::of(timer, TIMER));
        }
    }
    keys.object("timers", timers);
    keys
}

fn smbios(definition: &Tree) -> Keys {
    let mut keys = Keys::default();
    let entries = |tree: &Tree, path: &str| {
        let mut keys = Keys::default();
        for entry in tree.elements(path) {
            if let Some(name) = word(entry, "name") {
                keys.set(&name, word(entry, "value"));
            }
        }
        keys
    };
    // What is of another type is for QEMU's own interface to its firmware.
    let Some(tables) = definition.elements("sysinfo").find(|tables| is(tables, "type", "smbios")) else { return keys };
    keys.object("bios", entries(tables, "bios.entry"));
    keys.object("system", entries(tables, "system.entry"));
    if let Some(board) = tables.elements("baseBoard").next() {
        keys.object("baseBoard", entries(board, "entry"));
    }
    keys.object("chassis", entries(tables, "chassis.entry"));
    keys.list("oemStrings", texts(tables, "oemStrings.entry"));
    keys
}

fn qemu(definition: &Tree) -> Keys {
    let mut keys = Keys::default();
    keys.list("args", definition.elements("qemu-commandline.arg").filter_map(|arg| word(arg, "value")));
    let mut env = Keys::default();
    for variable in definition.elements("qemu-commandline.env") {
        if let Some(name) = word(variable, "name") {
            env.set(&name, word(variable, "value"));
        }
    }
    keys.object("env", env);
    keys
}

fn boot_device(dev: &str) -> String {
    if dev == "fd" { "floppy".to_owned() } else { dev.to_owned() }
}
