//! Definitions for a host that does not run `NixOS`: its libvirt finds QEMU and the firmware by what their packages say of
//! themselves (`/usr/share/qemu/firmware`), and the remaining files of the host are in other places.
//!
//! See [libvirt's page](https://libvirt.org/formatdomain.html#bios-bootloader) on firmware that it selects itself.

use std::borrow::Cow;

use super::Objects;
use super::tree::{Tree, Value};
use super::vocabulary::Vocabulary;
use crate::host_file::HostSystem;
use crate::lab::Lab;
use crate::lab::domain::firmware::Firmware;
use crate::lab::identity::ObjectKind;
use crate::spec::firmware::SecureBootKeys;
use crate::spec::pool::ImageFormat;

/// The objects of a lab as they are on a host.
#[must_use]
pub fn objects_on<'a>(system: HostSystem, lab: &Lab, objects: &'a Objects) -> Cow<'a, Objects> {
    if system == HostSystem::Nixos {
        return Cow::Borrowed(objects);
    }
    let mut objects = objects.clone();
    let vocabulary = Vocabulary::whole(lab.target.nixvirt);
    for (object, domain) in objects.domains.iter_mut().flatten().zip(lab.domains_in_order()) {
        let tree = &mut object.definition.tree;
        select_firmware(tree, &domain.firmware, system);
        // What is wrong with its texts has been reported.
        let _ = vocabulary.sort_and_check(tree, vocabulary.object(ObjectKind::Domain));
    }
    let lists = [&mut objects.networks, &mut objects.pools, &mut objects.domains];
    for object in lists.into_iter().flatten().flatten() {
        let volumes = object.volumes.iter_mut().filter_map(|volume| volume.definition.as_mut());
        for definition in volumes.chain([&mut object.definition]) {
            name_files(&mut definition.tree, system);
        }
    }
    Cow::Owned(objects)
}

/// Leaves the firmware to libvirt, unless the definition names another than that of `NixOS`.
fn select_firmware(domain: &mut Tree, firmware: &Firmware, system: HostSystem) {
    let Firmware::Uefi { secure, nvram, is_named, format } = firmware else { return };
    let Some(Value::Set(os)) = domain.get_mut("os") else { return };
    if matches!(os.find("nvram.template"), Some(Value::File(_))) {
        without(os, "nvram", &["template", "templateFormat"]);
    }
    if !matches!(os.find("loader.path"), Some(Value::File(_))) {
        return;
    }
    let feature = |name: &'static str, enabled: bool| Tree::new().with("enabled", enabled).with("name", name);
    let features = Tree::new().with_each(
        "feature",
        [
            feature("enrolled-keys", *secure == Some(SecureBootKeys::Microsoft)),
            feature("secure-boot", secure.is_some()),
        ],
    );
    os.entry("firmware", || "efi".into());
    os.entry("firmwareFeatures", || features.into());
    without(os, "loader", &["path", "readonly", "secure", "type"]);
    // Debian has the variables as raw files only, and libvirt does not convert them. It names the file after their format.
    let is_ours = !is_named && matches!(os.find("nvram.path"), Some(Value::Str(path)) if *path == nvram.value);
    if system == HostSystem::Debian && is_ours && *format == ImageFormat::Qcow2 {
        os.remove("nvram");
    }
}

/// Takes attributes from an element, and the element if it says nothing then.
fn without(tree: &mut Tree, element: &str, attributes: &[&str]) {
    if let Some(Value::Set(set)) = tree.get_mut(element) {
        set.retain(|name, _| !attributes.contains(&name));
        if set.is_empty() {
            tree.remove(element);
        }
    }
}

/// Writes the path of each file of the host, and leaves out those that libvirt finds by itself.
fn name_files(tree: &mut Tree, system: HostSystem) {
    tree.retain(|_, value| match value {
        Value::File(file) => match file.path_on(system) {
            Some(path) => {
                *value = Value::Str(path);
                true
            }
            None => false,
        },
        Value::Set(set) => {
            name_files(set, system);
            true
        }
        Value::List(items) => {
            for item in items {
                if let Value::Set(set) = item {
                    name_files(set, system);
                }
            }
            true
        }
        Value::Bool(_) | Value::Int(_) | Value::Str(_) => true,
    });
}
