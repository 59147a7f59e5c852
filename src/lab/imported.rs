//! Domains that libvirt has already, and that stay as they are.

use uuid::Uuid;

use crate::lab::identity::{Kind, Namespace};
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::{self, Interface};
use crate::lab::network::Network;
use crate::lab::profile::Layers;
use crate::lab::scope::{Entry, Scope};
use crate::lab::{Placed, text, word};
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec::domain::DomainOwn;
use crate::spec::guest::Drivers;
use crate::spec::interface as written;
use crate::spec::{self, DomainFields};

/// A domain that libvirt has already.
#[derive(Debug)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub at: Pointer,
    /// Its UUID, where the spec says it.
    pub uuid: Option<Placed<Uuid>>,
    /// Its interfaces, as far as the spec says what they are.
    pub interfaces: Vec<Interface>,
}

/// Resolves an entry that says what a domain is which libvirt has already.
pub(super) fn resolve(
    name: &str,
    spec: &spec::Domain,
    namespace: Namespace,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Imported {
    let at = Pointer::root().key("domains").key(name);
    word::name(name, at.clone().name(), problems);
    for key in keys_of_own(&spec.own).into_iter().chain(keys_of_fields(&spec.fields)) {
        refuse(&format!("domain `{name}` stays as it is"), "imported", &at.key(key), &at, problems);
    }
    let layers = Layers::one(at.clone(), &spec.fields);
    if let Some(word) = layers.get("title", |f| f.title.as_ref()) {
        text::text_of(word, problems);
    }
    if let Some(word) = layers.get("description", |f| f.description.as_ref()) {
        text::text_of(word, problems);
    }
    for (index, interface) in spec.fields.interfaces.iter().flatten().enumerate() {
        let interface_at = at.key("interfaces").index(index);
        for key in keys_of_interface(interface) {
            refuse(&format!("domain `{name}` stays as it is"), "imported", &interface_at.key(key), &at, problems);
        }
        if interface.mac.is_none() {
            let message = format!("an interface of the imported domain `{name}` without the MAC address that it has");
            problems.push(
                Problem::new(Id::MissingField, interface_at.key("mac").name(), message)
                    .label("needs a `mac`")
                    .help(format!("add what `virsh domiflist {name}` has of it")),
            );
        }
    }
    let own = Layers::one(at.clone(), &spec.own);
    let entry = Entry { at: at.clone(), name: name.to_owned(), id: name.to_owned(), own: &spec.own, replica: 0 };
    let made = namespace.uuid(Kind::Domain, name);
    let interfaces = interface::interfaces(&layers, &entry, made, Drivers::Virtio, scope, problems);
    for interface in &interfaces {
        if let Attachment::Network(id) = &interface.attachment {
            stays(name, &at, &scope.networks[id.0], problems);
        }
    }
    let uuid = word::identity(&own, |own| own.uuid.as_ref(), problems);
    Imported { name: name.to_owned(), at, uuid, interfaces }
}

/// A network that changes takes the running domains on it along, those too that shall stay as they are.
fn stays(name: &str, at: &Pointer, network: &Network, problems: &mut Vec<Problem>) {
    let place = network.at.key("restart");
    let message = format!("a change of network `{}` would restart the imported domain `{name}`", network.name);
    let problem = match network.restart {
        Some(false) => return,
        Some(true) => Problem::new(Id::ConflictingFields, place.value(), message).label("at each activation"),
        None => Problem::new(Id::MissingField, place.name(), message).label("needs a `restart`"),
    };
    problems.push(
        problem
            .related(at.clone().name(), "the domain on it")
            .help("write `\"restart\": false` in the network: its changes then wait for whoever restarts it"),
    );
}

fn refuse(what: &str, beside: &str, at: &Pointer, domain: &Pointer, problems: &mut Vec<Problem>) {
    problems.push(
        Problem::new(Id::ConflictingFields, at.clone().name(), what)
            .label(format!("not with `{beside}`"))
            .related(domain.key(beside).name(), "it is imported")
            .help("leave it out: an imported domain has what libvirt has of it"),
    );
}

/// What an entry says that only a domain itself has, and that an imported one does not take.
fn keys_of_own(own: &DomainOwn) -> Vec<&'static str> {
    let DomainOwn { profiles, uuid: _, id, replicas, nvram, template, imported: _ } = own;
    let keys = [
        ("profiles", profiles.is_some()),
        ("id", id.is_some()),
        ("replicas", replicas.is_some()),
        ("nvram", nvram.is_some()),
        ("template", *template == Some(true)),
    ];
    keys.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
}

/// What an interface says that one of an imported domain does not take.
fn keys_of_interface(interface: &written::Interface) -> Vec<&'static str> {
    let written::Interface {
        name: _,
        network: _,
        bridge: _,
        ip: _,
        ip6: _,
        mac: _,
        user,
        macvtap,
        macvtap_mode,
        forwards,
        vlan,
        portgroup,
        model,
        queues,
        target,
        bandwidth,
        port_isolation,
        trust_rx_filters,
        mtu,
        link,
        boot,
        extra,
    } = interface;
    let keys = [
        ("user", user.is_some()),
        ("macvtap", macvtap.is_some()),
        ("macvtapMode", macvtap_mode.is_some()),
        ("forwards", forwards.is_some()),
        ("vlan", vlan.is_some()),
        ("portgroup", portgroup.is_some()),
        ("model", model.is_some()),
        ("queues", queues.is_some()),
        ("target", target.is_some()),
        ("bandwidth", bandwidth.is_some()),
        ("portIsolation", port_isolation.is_some()),
        ("trustRxFilters", trust_rx_filters.is_some()),
        ("mtu", mtu.is_some()),
        ("link", link.is_some()),
        ("boot", boot.is_some()),
        ("extra", extra.is_some()),
    ];
    keys.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
}

/// What a layer says that an imported domain does not take.
fn keys_of_fields(fields: &DomainFields) -> Vec<&'static str> {
    let DomainFields {
        title: _,
        description: _,
        interfaces: _,
        os,
        drivers,
        arch,
        machine,
        virtualization,
        cpus,
        topology,
        cpu,
        pinning,
        cpu_limits,
        iothreads,
        block_weight,
        numa,
        hugepages,
        memory,
        current_memory,
        memory_locked,
        shared_memory,
        share_pages,
        memory_limits,
        firmware,
        secure_boot_keys,
        tpm,
        disks,
        cdroms,
        floppies,
        graphics,
        further_graphics,
        video,
        video_heads,
        accel3d,
        sound,
        audio,
        inputs,
        serial,
        further_serials,
        agent,
        further_channels,
        rng,
        balloon,
        watchdog,
        watchdog_action,
        panic,
        crypto,
        vsock,
        shmem,
        usb_redirections,
        shares,
        hostdevs,
        boot,
        boot_menu,
        direct_boot,
        smbios,
        clock,
        on,
        hyperv,
        hyperv_vendor_id,
        kvm_hidden,
        vmport,
        snapshots,
        active,
        restart,
        after,
        qemu,
        extra,
    } = fields;
    let keys = [
        ("os", os.is_some()),
        ("drivers", drivers.is_some()),
        ("arch", arch.is_some()),
        ("machine", machine.is_some()),
        ("virtualization", virtualization.is_some()),
        ("cpus", cpus.is_some()),
        ("topology", topology.is_some()),
        ("cpu", cpu.is_some()),
        ("pinning", pinning.is_some()),
        ("cpuLimits", cpu_limits.is_some()),
        ("iothreads", iothreads.is_some()),
        ("blockWeight", block_weight.is_some()),
        ("numa", numa.is_some()),
        ("hugepages", hugepages.is_some()),
        ("memory", memory.is_some()),
        ("currentMemory", current_memory.is_some()),
        ("memoryLocked", memory_locked.is_some()),
        ("sharedMemory", shared_memory.is_some()),
        ("sharePages", share_pages.is_some()),
        ("memoryLimits", memory_limits.is_some()),
        ("firmware", firmware.is_some()),
        ("secureBootKeys", secure_boot_keys.is_some()),
        ("tpm", tpm.is_some()),
        ("disks", disks.is_some()),
        ("cdroms", cdroms.is_some()),
        ("floppies", floppies.is_some()),
        ("graphics", graphics.is_some()),
        ("furtherGraphics", further_graphics.is_some()),
        ("video", video.is_some()),
        ("videoHeads", video_heads.is_some()),
        ("accel3d", accel3d.is_some()),
        ("sound", sound.is_some()),
        ("audio", audio.is_some()),
        ("inputs", inputs.is_some()),
        ("serial", serial.is_some()),
        ("furtherSerials", further_serials.is_some()),
        ("agent", agent.is_some()),
        ("furtherChannels", further_channels.is_some()),
        ("rng", rng.is_some()),
        ("balloon", balloon.is_some()),
        ("watchdog", watchdog.is_some()),
        ("watchdogAction", watchdog_action.is_some()),
        ("panic", panic.is_some()),
        ("crypto", crypto.is_some()),
        ("vsock", vsock.is_some()),
        ("shmem", shmem.is_some()),
        ("usbRedirections", usb_redirections.is_some()),
        ("shares", shares.is_some()),
        ("hostdevs", hostdevs.is_some()),
        ("boot", boot.is_some()),
        ("bootMenu", boot_menu.is_some()),
        ("directBoot", direct_boot.is_some()),
        ("smbios", smbios.is_some()),
        ("clock", clock.is_some()),
        ("on", on.is_some()),
        ("hyperv", hyperv.is_some()),
        ("hypervVendorId", hyperv_vendor_id.is_some()),
        ("kvmHidden", kvm_hidden.is_some()),
        ("vmport", vmport.is_some()),
        ("snapshots", snapshots.is_some()),
        ("active", active.is_some()),
        ("restart", restart.is_some()),
        ("after", after.is_some()),
        ("qemu", qemu.is_some()),
        ("extra", extra.is_some()),
    ];
    keys.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
}
