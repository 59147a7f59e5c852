//! What other tools, libvirt and people call the keys of a spec.

/// What a key is called elsewhere, and the keys that are meant, of which an object has one or none.
const CALLED: &[(&str, &[&str])] = &[
    ("address", &["ip", "gateway", "listen"]),
    ("autostart", &["active"]),
    ("bios", &["firmware"]),
    ("capacity", &["size"]),
    ("cdrom", &["cdroms"]),
    ("cidr", &["subnet"]),
    ("cores", &["cpus"]),
    ("count", &["replicas"]),
    ("dependsOn", &["after"]),
    ("dir", &["path"]),
    ("directory", &["path"]),
    ("display", &["graphics"]),
    ("drives", &["disks"]),
    ("efi", &["firmware"]),
    ("file", &["path"]),
    ("filesystems", &["shares"]),
    ("forward", &["mode"]),
    ("gpu", &["hostdevs"]),
    ("hostname", &["cloudInit"]),
    ("image", &["disks"]),
    ("ip", &["interfaces", "subnet"]),
    ("iso", &["cdroms"]),
    ("mac", &["interfaces"]),
    ("mem", &["memory"]),
    ("mounts", &["shares"]),
    ("networks", &["interfaces"]),
    ("nic", &["interfaces"]),
    ("nics", &["interfaces"]),
    ("passthrough", &["hostdevs"]),
    ("path", &["file"]),
    ("pci", &["hostdevs"]),
    ("ram", &["memory"]),
    ("range", &["dhcp"]),
    ("running", &["active"]),
    ("secureBoot", &["firmware"]),
    ("source", &["file"]),
    ("spice", &["graphics"]),
    ("start", &["active"]),
    ("sshKeys", &["cloudInit"]),
    ("storage", &["disks", "pool"]),
    ("type", &["os"]),
    ("uefi", &["firmware"]),
    ("usb", &["hostdevs"]),
    ("vcpu", &["cpus"]),
    ("vcpus", &["cpus"]),
    ("vnc", &["graphics"]),
    ("volumes", &["disks"]),
];

/// The key that is meant, of those that the object has.
pub(super) fn called(key: &str, has: impl Fn(&str) -> bool) -> Option<&'static str> {
    let key = key.replace(['_', '-'], "");
    let (_, meant) = CALLED.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key))?;
    meant.iter().copied().find(|name| has(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::schema;
    use serde_json::Value;

    /// What is called so elsewhere is there, and is no key of the object that means something else.
    #[test]
    fn every_key_that_is_meant_is_somewhere() {
        let schema = schema::cached();
        let definitions = schema["$defs"].as_object().expect("it has definitions").values();
        let objects: Vec<&Value> = definitions.chain([schema]).map(|object| &object["properties"]).collect();
        for (name, meant) in CALLED {
            for key in *meant {
                let has = objects.iter().any(|keys| keys.get(key).is_some() && keys.get(name).is_none());
                assert!(has, "no object has `{key}` and no `{name}`");
            }
        }
    }

    #[test]
    fn an_object_has_it_or_not() {
        assert_eq!(called("autostart", |name| name == "active"), Some("active"));
        assert_eq!(called("RAM", |_| true), Some("memory"));
        assert_eq!(called("depends_on", |_| true), Some("after"));
        assert_eq!(called("ip", |name| name == "subnet"), Some("subnet"));
        assert_eq!(called("ip", |_| false), None);
        assert_eq!(called("memory", |_| true), None);
    }
}
