//! Reads an entry with `import`, a domain that libvirt already has: takes its identity and its interfaces, and refuses
//! the keys that would change it, because the lab leaves the domain as it is.

use crate::lab::identity::{Namespace, ObjectKind};
use crate::lab::imported::Imported;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::Network;
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::layers::Layers;
use crate::resolve::names::Names;
use crate::resolve::{domain, interface, parse, text};
use crate::spec;
use crate::spec::domain::DomainOwn;
use crate::spec::guest::Os;
use crate::spec::key::key;
use crate::spec::key::written_keys;
use crate::spec::{DomainFields, interface as written};

/// Resolves an entry of a domain that libvirt already has.
pub(crate) fn resolve(
    name: &str,
    spec: &spec::Domain,
    namespace: Namespace,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Imported {
    let at = Pointer::root().key("domains").key(name);
    parse::name(name, Place::key(&at), problems);
    for key in keys_of_own(&spec.own).chain(keys_of_fields(&spec.fields)) {
        refuse(name, &at.key(key), &at, problems);
    }
    let layers = Layers::one(at.clone(), &spec.fields);
    domain::title(&layers, problems);
    if let Some(word) = layers.get(key!(description)) {
        text::prose_of(word, problems);
    }
    for (index, interface) in spec.fields.interfaces.iter().flatten().enumerate() {
        let interface_at = at.key("interfaces").index(index);
        for key in keys_of_interface(interface) {
            refuse(name, &interface_at.key(key), &at, problems);
        }
        if interface.mac.is_none() {
            let message = format!("an interface of the imported domain `{name}` without its MAC address");
            problems.push(
                Problem::needs(Place::key(interface_at.key("mac")), message, "a `mac`")
                    .help(format!("add the one that `virsh domiflist {name}` shows")),
            );
        }
    }
    let own = Layers::one(at.clone(), &spec.own);
    let instance = Instance {
        at: at.clone(),
        name: name.to_owned(),
        id: name.to_owned(),
        own: &spec.own,
        profiles: Vec::new(),
        replica: 0,
        base: None,
    };
    // Of what it cannot have, nothing is read: it has been refused above.
    let guest = Guest::new(&layers, &instance, names, Os::default(), &mut Problems::default());
    let derived = namespace.uuid(ObjectKind::Domain, name);
    let interfaces = interface::interfaces(&guest, derived, problems);
    let manage = interface::managed(&layers, &interfaces, problems);
    for interface in &interfaces {
        if let Attachment::Network(id) = &interface.attachment {
            stays(name, &at, &names.networks[id.0], problems);
        }
    }
    // The domain has it already, also where it is that of an example.
    let uuid = own.get(key!(uuid)).and_then(|word| Some(word.with(parse::uuid(word, problems)?)));
    Imported { name: name.to_owned(), at, uuid, interfaces, manage }
}

/// Warns of a network that would restart an imported domain: when it changes, NixVirt restarts the domains on it.
fn stays(name: &str, at: &Pointer, network: &Network, problems: &mut Problems) {
    let place = network.at.key("restart");
    let message = format!("a change of network `{}` would restart the imported domain `{name}`", network.name);
    let problem = match network.restart {
        Some(false) => return,
        Some(true) => Problem::conflict(Place::value(place), message).label("at each activation"),
        None => Problem::needs(Place::key(place), message, "a `restart`"),
    };
    problems.push(
        problem
            .related(Place::key(at), "the domain on it")
            .help("set `\"restart\": false` in the network: its changes then wait until you restart it"),
    );
}

/// Reports a key that an imported domain does not take.
fn refuse(name: &str, at: &Pointer, domain: &Pointer, problems: &mut Problems) {
    problems.push(
        Problem::conflict(Place::key(at), format!("domain `{name}` stays as it is"))
            .label("not with `imported`")
            .related(Place::key(domain.key("imported")), "it is imported")
            .help("leave it out: an imported domain stays as libvirt has it"),
    );
}

/// Lists the keys of an entry's own that an imported domain does not take.
fn keys_of_own(own: &DomainOwn) -> impl Iterator<Item = &'static str> {
    written_keys!(
        own => DomainOwn {
            profiles, id, replicas, nvram, template, variant_of, base, plugged,
        },
        except { uuid, imported }
    )
}

/// Lists the keys of an interface that an imported domain's does not take.
fn keys_of_interface(interface: &written::Interface) -> impl Iterator<Item = &'static str> {
    written_keys!(
        interface => written::Interface {
            user, macvtap, macvtap_mode, tunnel, forwards, vlan, portgroup, model, queues, target, bandwidth, port_isolation,
            trust_rx_filters, mtu, link, guest, boot, extra,
        },
        except { name, network, bridge, ip, ip6, mac }
    )
}

/// Lists the keys of a layer that an imported domain does not take.
fn keys_of_fields(fields: &DomainFields) -> impl Iterator<Item = &'static str> {
    written_keys!(
        fields => DomainFields {
            os, drivers, arch, machine, virtualization, cpus, topology, cpu, pinning, cpu_limits, iothreads,
            block_weight, numa, hugepages, memory, current_memory, memory_locked, shared_memory, share_pages,
            memory_limits, firmware, secure_boot_keys, tpm, disks, cdroms, floppies, graphics, further_graphics, video,
            video_heads, accel3d, sound, audio, inputs, serial, further_serials, agent, further_channels, rng, balloon,
            watchdog, watchdog_action, panic, crypto, vsock, shmem, usb_redirections, shares, hostdevs, boot, boot_menu,
            direct_boot, smbios, cloud_init, unattended, clock, on, hyperv, hyperv_vendor_id, kvm_hidden, vmport, snapshots, active,
            on_change, restart, after, ready, qemu, extra,
        },
        except { title, description, interfaces, manage }
    )
}
