//! Domains that libvirt has already, and that stay as they are.

use crate::lab::identity::{Kind, Namespace};
use crate::lab::imported::Imported;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::Network;
use crate::place::Pointer;
use crate::problem::{Problem, Problems};
use crate::resolve::instance::Instance;
use crate::resolve::layers::Layers;
use crate::resolve::names::Names;
use crate::resolve::{domain, interface, parse, text};
use crate::spec;
use crate::spec::domain::DomainOwn;
use crate::spec::guest::Drivers;
use crate::spec::{DomainFields, interface as written};

/// Resolves an entry that says what a domain is which libvirt has already.
pub(crate) fn resolve(
    name: &str,
    spec: &spec::Domain,
    namespace: Namespace,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Imported {
    let at = Pointer::root().key("domains").key(name);
    parse::name(name, at.clone().name(), problems);
    for key in keys_of_own(&spec.own).into_iter().chain(keys_of_fields(&spec.fields)) {
        refuse(name, &at.key(key), &at, problems);
    }
    let layers = Layers::one(at.clone(), &spec.fields);
    domain::title(&layers, problems);
    if let Some(word) = layers.get("description", |f| f.description.as_ref()) {
        text::prose_of(word, problems);
    }
    for (index, interface) in spec.fields.interfaces.iter().flatten().enumerate() {
        let interface_at = at.key("interfaces").index(index);
        for key in keys_of_interface(interface) {
            refuse(name, &interface_at.key(key), &at, problems);
        }
        if interface.mac.is_none() {
            let message = format!("an interface of the imported domain `{name}` without the MAC address that it has");
            problems.push(
                Problem::needs(interface_at.key("mac").name(), message, "a `mac`")
                    .help(format!("add what `virsh domiflist {name}` has of it")),
            );
        }
    }
    let own = Layers::one(at.clone(), &spec.own);
    let entry = Instance { at: at.clone(), name: name.to_owned(), id: name.to_owned(), own: &spec.own, replica: 0 };
    let made = namespace.uuid(Kind::Domain, name);
    let interfaces = interface::interfaces(&layers, &entry, made, Drivers::Virtio, names, problems);
    for interface in &interfaces {
        if let Attachment::Network(id) = &interface.attachment {
            stays(name, &at, &names.networks[id.0], problems);
        }
    }
    let uuid = parse::identity(&own, |own| own.uuid.as_ref(), problems);
    Imported { name: name.to_owned(), at, uuid, interfaces }
}

/// A network that changes takes the running domains on it along, those too that shall stay as they are.
fn stays(name: &str, at: &Pointer, network: &Network, problems: &mut Problems) {
    let place = network.at.key("restart");
    let message = format!("a change of network `{}` would restart the imported domain `{name}`", network.name);
    let problem = match network.restart {
        Some(false) => return,
        Some(true) => Problem::conflict(place.value(), message).label("at each activation"),
        None => Problem::needs(place.name(), message, "a `restart`"),
    };
    problems.push(
        problem
            .related(at.clone().name(), "the domain on it")
            .help("write `\"restart\": false` in the network: its changes then wait for whoever restarts it"),
    );
}

/// The problem of a key that an imported domain does not take.
fn refuse(name: &str, at: &Pointer, domain: &Pointer, problems: &mut Problems) {
    problems.push(
        Problem::conflict(at.clone().name(), format!("domain `{name}` stays as it is"))
            .label("not with `imported`")
            .related(domain.key("imported").name(), "it is imported")
            .help("leave it out: an imported domain has what libvirt has of it"),
    );
}

/// The keys that are written of an object, but for those that an imported domain takes. A new field of the object has to be
/// among either.
macro_rules! keys {
    ($object:expr, $type:path, [$($fine:ident),*], [$($field:ident: $key:literal,)*]) => {{
        let $type { $($fine: _,)* $($field,)* } = $object;
        let keys = [$(($key, $field.is_some())),*];
        keys.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
    }};
}

/// What an entry says that only a domain itself has, and that an imported one does not take.
fn keys_of_own(own: &DomainOwn) -> Vec<&'static str> {
    keys!(
        own,
        DomainOwn,
        [uuid, imported],
        [
            profiles: "profiles", id: "id", replicas: "replicas", nvram: "nvram", template: "template",
        ]
    )
}

/// What an interface says that one of an imported domain does not take.
fn keys_of_interface(interface: &written::Interface) -> Vec<&'static str> {
    keys!(
        interface,
        written::Interface,
        [name, network, bridge, ip, ip6, mac],
        [
            user: "user", macvtap: "macvtap", macvtap_mode: "macvtapMode", forwards: "forwards", vlan: "vlan",
            portgroup: "portgroup", model: "model", queues: "queues", target: "target", bandwidth: "bandwidth",
            port_isolation: "portIsolation", trust_rx_filters: "trustRxFilters", mtu: "mtu", link: "link",
            boot: "boot", extra: "extra",
        ]
    )
}

/// What a layer says that an imported domain does not take.
fn keys_of_fields(fields: &DomainFields) -> Vec<&'static str> {
    keys!(
        fields,
        DomainFields,
        [title, description, interfaces],
        [
            os: "os", drivers: "drivers", arch: "arch", machine: "machine", virtualization: "virtualization",
            cpus: "cpus", topology: "topology", cpu: "cpu", pinning: "pinning", cpu_limits: "cpuLimits",
            iothreads: "iothreads", block_weight: "blockWeight", numa: "numa", hugepages: "hugepages",
            memory: "memory", current_memory: "currentMemory", memory_locked: "memoryLocked",
            shared_memory: "sharedMemory", share_pages: "sharePages", memory_limits: "memoryLimits",
            firmware: "firmware", secure_boot_keys: "secureBootKeys", tpm: "tpm", disks: "disks", cdroms: "cdroms",
            floppies: "floppies", graphics: "graphics", further_graphics: "furtherGraphics", video: "video",
            video_heads: "videoHeads", accel3d: "accel3d", sound: "sound", audio: "audio", inputs: "inputs",
            serial: "serial", further_serials: "furtherSerials", agent: "agent", further_channels: "furtherChannels",
            rng: "rng", balloon: "balloon", watchdog: "watchdog", watchdog_action: "watchdogAction", panic: "panic",
            crypto: "crypto", vsock: "vsock", shmem: "shmem", usb_redirections: "usbRedirections", shares: "shares",
            hostdevs: "hostdevs", boot: "boot", boot_menu: "bootMenu", direct_boot: "directBoot", smbios: "smbios",
            cloud_init: "cloudInit", clock: "clock", on: "on", hyperv: "hyperv", hyperv_vendor_id: "hypervVendorId", kvm_hidden: "kvmHidden",
            vmport: "vmport", snapshots: "snapshots", active: "active", restart: "restart", after: "after",
            qemu: "qemu", extra: "extra",
        ]
    )
}
