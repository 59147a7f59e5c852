//! The files of the host that definitions name, in one table: for each kind, the stable path and the Nix option.
//!
//! `nix/host/` puts the files in these places. Whether a definition says the path or the option is the spec's choice
//! ([`Paths`]); everything that writes or reads definitions asks here for either. And where the files are on a host that does
//! not run `NixOS` ([`HostSystem`]).

use std::borrow::Cow;

use clap::ValueEnum;

use crate::lab::identity::ObjectKind;
use crate::lab::storage::IMAGES;
use crate::spec::Paths;
use crate::spec::guest::Arch;
use crate::spec::pool::ImageFormat;

/// What a host runs, as far as it decides where files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HostSystem {
    /// NixOS: the paths of QEMU, the firmware and ISOs in NixOS and the generated module.
    #[default]
    Nixos,
    /// Any libvirt: it chooses QEMU and the firmware; ISOs and images are in /var/lib/libvirt/lab2nix.
    Debian,
    /// The same, with firmware variables that support snapshots, and the ISO of the package virtio-win.
    Fedora,
}

/// A file of the host that definitions name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostFile {
    /// QEMU for an architecture.
    Emulator(Arch),
    /// The UEFI firmware of an architecture.
    Firmware(Arch),
    /// What the firmware's variables start from, in a format.
    Variables(Arch, ImageFormat),
    /// The UEFI firmware with Secure Boot, for `x86_64`.
    SecureFirmware,
    /// What its variables start from, with Microsoft's keys, in a format.
    SecureVariables(ImageFormat),
    /// What its variables start from, without keys, in a format.
    SetupVariables(ImageFormat),
    /// The virtio-win ISO, with the `VirtIO` drivers for Windows.
    DriverDisc,
    /// The `NoCloud` seed that a domain's guest reads at its first boot.
    Seed {
        /// The lab's name.
        lab: String,
        domain: String,
    },
    /// The same of a guest that gets files of the host. It is made when the lab is activated, and is in no store.
    SecretSeed {
        /// The lab's name.
        lab: String,
        domain: String,
    },
    /// The disc by which Windows installs itself. It is made when the lab is activated, and is in no store.
    Answers {
        /// The lab's name.
        lab: String,
        domain: String,
    },
    /// An image that the lab's flake provides: its name there, a path of attributes.
    Image(String),
}

/// The attributes that lead to a disc of a domain. They need no quotes whatever the domain is called: no name of a domain has a `'`.
fn attributes_of_disc(seeds: &'static str, lab: &str, domain: &str) -> Vec<Cow<'static, str>> {
    vec![seeds.into(), format!("lab-{lab}").into(), format!("domain-{}", domain.replace('.', "'")).into()]
}

/// Where a file of the host is.
#[derive(Debug, PartialEq, Eq)]
pub struct Location {
    /// The path that stays the same in all versions of the file: `NixOS` links QEMU there, and the module of the host the
    /// others.
    pub stable_path: Cow<'static, str>,
    /// The option of `services.lab2nix` that holds the store path.
    pub option: &'static str,
    /// The attributes that lead to the store path in that option.
    pub attributes: Vec<Cow<'static, str>>,
}

/// The option of the files that the module of the host provides.
pub const HOST_FILES: &str = "hostFiles";

/// The option of the images that the lab's flake provides.
pub const IMAGES_OPTION: &str = "images";

/// The directory of what nobody packages, on a host without `NixOS`. It is not in `/etc`, from which the `AppArmor` profiles of
/// Debian's libvirt let no domain read.
const FILES_ELSEWHERE: &str = "/var/lib/libvirt/lab2nix";

/// The attribute of [`HOST_FILES`] that holds the seeds.
const SEEDS: &str = "seeds";

/// The attribute of [`HOST_FILES`] that holds the paths of those that are made when a lab is activated.
const SECRET_SEEDS: &str = "secretSeeds";

/// The attribute of [`HOST_FILES`] that holds the paths of the discs by which Windows installs itself.
const ANSWERS: &str = "unattended";

impl HostFile {
    /// The domain whose own disc it is, if it is one.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Seed { domain, .. } | Self::SecretSeed { domain, .. } | Self::Answers { domain, .. } => Some(domain),
            _ => None,
        }
    }

    /// Where the file is: the table of all files.
    #[must_use]
    pub fn location(&self) -> Location {
        use Arch::{Aarch64, X86_64};
        use ImageFormat::{Qcow2, Raw};
        let (path, attributes): (&str, &[&str]) = match self {
            Self::Emulator(X86_64) => ("/run/libvirt/nix-emulators/qemu-system-x86_64", &["x86_64", "emulator"]),
            Self::Emulator(Aarch64) => ("/run/libvirt/nix-emulators/qemu-system-aarch64", &["aarch64", "emulator"]),
            Self::Firmware(X86_64) => ("/etc/lab2nix/x86_64/code.fd", &["x86_64", "code"]),
            Self::Firmware(Aarch64) => ("/etc/lab2nix/aarch64/code.fd", &["aarch64", "code"]),
            Self::Variables(X86_64, Qcow2) => ("/etc/lab2nix/x86_64/vars.qcow2", &["x86_64", "vars"]),
            Self::Variables(X86_64, Raw) => ("/etc/lab2nix/x86_64/vars.fd", &["x86_64", "rawVars"]),
            Self::Variables(Aarch64, Qcow2) => ("/etc/lab2nix/aarch64/vars.qcow2", &["aarch64", "vars"]),
            Self::Variables(Aarch64, Raw) => ("/etc/lab2nix/aarch64/vars.fd", &["aarch64", "rawVars"]),
            Self::SecureFirmware => ("/etc/lab2nix/x86_64-secure/code.fd", &["x86_64-secure", "code"]),
            Self::SecureVariables(Qcow2) => ("/etc/lab2nix/x86_64-secure/vars.qcow2", &["x86_64-secure", "vars"]),
            Self::SecureVariables(Raw) => ("/etc/lab2nix/x86_64-secure/vars.fd", &["x86_64-secure", "rawVars"]),
            Self::SetupVariables(Qcow2) => {
                ("/etc/lab2nix/x86_64-secure/setup-vars.qcow2", &["x86_64-secure", "setupVars"])
            }
            Self::SetupVariables(Raw) => {
                ("/etc/lab2nix/x86_64-secure/setup-vars.fd", &["x86_64-secure", "rawSetupVars"])
            }
            Self::DriverDisc => ("/etc/lab2nix/virtio-win.iso", &["driverDisc"]),
            Self::Seed { lab, domain } => {
                return Location {
                    stable_path: format!("/etc/lab2nix/seeds/{lab}/{domain}.iso").into(),
                    option: HOST_FILES,
                    attributes: attributes_of_disc(SEEDS, lab, domain),
                };
            }
            Self::SecretSeed { lab, domain } => {
                return Location {
                    stable_path: format!("/run/lab2nix/seeds/{lab}/{domain}.iso").into(),
                    option: HOST_FILES,
                    attributes: attributes_of_disc(SECRET_SEEDS, lab, domain),
                };
            }
            Self::Answers { lab, domain } => {
                return Location {
                    stable_path: format!("/run/lab2nix/unattended/{lab}/{domain}.iso").into(),
                    option: HOST_FILES,
                    attributes: attributes_of_disc(ANSWERS, lab, domain),
                };
            }
            Self::Image(name) => {
                return Location {
                    stable_path: format!("{IMAGES}/{name}").into(),
                    option: IMAGES_OPTION,
                    attributes: name.split('.').map(|step| step.to_owned().into()).collect(),
                };
            }
        };
        let attributes = attributes.iter().copied().map(Cow::Borrowed).collect();
        Location { stable_path: path.into(), option: HOST_FILES, attributes }
    }

    /// Where the file is on a host; `None` where libvirt finds it by itself: by what QEMU's packages say of their firmware.
    #[must_use]
    pub fn path_on(&self, system: HostSystem) -> Option<Cow<'static, str>> {
        let own = match self {
            _ if system == HostSystem::Nixos => return Some(self.location().stable_path),
            Self::Emulator(_)
            | Self::Firmware(_)
            | Self::Variables(..)
            | Self::SecureFirmware
            | Self::SecureVariables(_)
            | Self::SetupVariables(_) => return None,
            Self::DriverDisc if system == HostSystem::Fedora => {
                return Some("/usr/share/virtio-win/virtio-win.iso".into());
            }
            Self::DriverDisc => "virtio-win.iso".to_owned(),
            Self::Seed { lab, domain } | Self::SecretSeed { lab, domain } => format!("seeds/{lab}/{domain}.iso"),
            Self::Answers { lab, domain } => format!("unattended/{lab}/{domain}.iso"),
            Self::Image(name) => format!("images/{name}"),
        };
        Some(format!("{FILES_ELSEWHERE}/{own}").into())
    }

    /// The file that the attributes of an option lead to.
    #[must_use]
    pub fn at(option: &str, attributes: &[&str]) -> Option<Self> {
        let candidate = match (option, attributes) {
            (IMAGES_OPTION, [_, ..]) => Self::Image(attributes.join(".")),
            (HOST_FILES, [discs @ (SEEDS | SECRET_SEEDS | ANSWERS), lab, domain]) => {
                let domain = domain.strip_prefix("domain-")?.replace('\'', ".");
                let lab = lab.strip_prefix("lab-")?.to_owned();
                match *discs {
                    SEEDS => Self::Seed { lab, domain },
                    ANSWERS => Self::Answers { lab, domain },
                    _ => Self::SecretSeed { lab, domain },
                }
            }
            _ => return Self::all().find(|file| file.is_at(option, attributes)),
        };
        candidate.is_at(option, attributes).then_some(candidate)
    }

    fn is_at(&self, option: &str, attributes: &[&str]) -> bool {
        let location = self.location();
        location.option == option && location.attributes == attributes
    }

    /// Whether definitions name the file by its option rather than by its stable path.
    #[must_use]
    pub fn is_named_by_option(&self, paths: Paths) -> bool {
        // An overlay keeps its backing file for good, so it names the store path, which no other image gets.
        paths == Paths::Store || matches!(self, Self::Image(_))
    }

    /// Every file that is the same for all labs of a host.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |arch: Arch| {
            let variables = [ImageFormat::Qcow2, ImageFormat::Raw].map(|format| Self::Variables(arch, format));
            [Self::Emulator(arch), Self::Firmware(arch)].into_iter().chain(variables)
        };
        let formats = [ImageFormat::Qcow2, ImageFormat::Raw];
        let variables = formats.map(Self::SecureVariables).into_iter().chain(formats.map(Self::SetupVariables));
        let secure = [Self::SecureFirmware].into_iter().chain(variables);
        [Arch::X86_64, Arch::Aarch64].into_iter().flat_map(of).chain(secure).chain([Self::DriverDisc])
    }
}

/// The directory of what libvirt says of imported domains.
const IMPORTED: &str = "/run/lab2nix/imported/";

/// The directory of what libvirt says of what it has and no lab manages.
const EXTERNAL: &str = "/run/lab2nix/external/";

/// Where the host writes what libvirt says of an imported domain.
#[must_use]
pub fn imported_path(lab: &str, domain: &str) -> String {
    format!("{IMPORTED}{lab}/{domain}.xml")
}

/// Where the host writes what libvirt says of an object of this kind that it has and no lab manages.
#[must_use]
pub fn external_path(kind: ObjectKind, name: &str) -> String {
    format!("{EXTERNAL}{}/{name}.xml", kind.name())
}

/// The object that stays as it is whose definition the host writes to this path: its kind and its name.
#[must_use]
pub fn kept_at(path: &str) -> Option<(ObjectKind, &str)> {
    let (directory, file) = path.rsplit_once('/')?;
    let name = file.strip_suffix(".xml")?;
    if path.starts_with(IMPORTED) {
        return Some((ObjectKind::Domain, name));
    }
    let of_kind = directory.strip_prefix(EXTERNAL)?;
    let kind = [ObjectKind::Network, ObjectKind::Pool].into_iter().find(|kind| kind.name() == of_kind)?;
    Some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_lead_to_files() {
        let seed = HostFile::Seed { lab: "one".to_owned(), domain: "web.1".to_owned() };
        let secret = HostFile::SecretSeed { lab: "one".to_owned(), domain: "web.1".to_owned() };
        let answers = HostFile::Answers { lab: "one".to_owned(), domain: "web.1".to_owned() };
        for file in HostFile::all().chain([seed, secret, answers, HostFile::Image("debian.trixie".to_owned())]) {
            let Location { option, attributes, .. } = file.location();
            let attributes: Vec<&str> = attributes.iter().map(AsRef::as_ref).collect();
            assert_eq!(HostFile::at(option, &attributes), Some(file));
        }
        for (option, attributes) in [
            (HOST_FILES, &["x86_64"][..]),
            (HOST_FILES, &["seeds", "lab-one", "domain-web.1"]),
            (IMAGES_OPTION, &[]),
            ("config", &["driverDisc"]),
        ] {
            assert_eq!(HostFile::at(option, attributes), None);
        }
    }
}
