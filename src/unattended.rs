//! The disc by which Windows installs itself: an answer file for Windows Setup, and what the script does that is run at the first
//! logon.
//!
//! The host makes the disc when the lab is activated, as passwords are to be in no store: it puts them in the places that
//! [`password`] and [`PRODUCT_KEY`] mark, adds the script (`nix/host/setup.ps1`), and what the guest gets from other files.

mod oobe;
mod setup;
mod specialize;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::{Answer, Architecture, Component, Element, Pass};
use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::lab::drive::{Medium, Source};
use crate::lab::storage::Pool;
use crate::lab::unattended::{Language, Role, Secrets, Unattended};
use crate::nocloud::pretty;
use crate::spec::drive::DiskBus;
use crate::spec::guest::{Arch, Os};
use crate::spec::interface::InterfaceModel;
use crate::windows;

/// The disc of a domain.
#[derive(Debug)]
pub struct Disc<'a> {
    pub domain: &'a str,
    /// What the host keeps in mind by whether it is installed.
    pub uuid: Uuid,
    /// Which Windows it installs.
    pub os: Os,
    /// The file that it is installed to, if it is one.
    pub disk: Option<String>,
    /// The file of the ISO that it is installed from, if it is one, and the image on that, if it is named.
    pub installer: Option<String>,
    pub image: Option<String>,
    /// The folders of the virtio-win ISO with the drivers that Setup lacks.
    pub drivers: Vec<String>,
    /// What is to be added when the lab is activated.
    pub secrets: &'a Secrets,
    /// What Setup is told.
    pub answer: Answer,
    /// What the script is told.
    pub settings: Value,
}

/// A file of a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// What Setup is told.
    Answer,
    /// What the script is told.
    Settings,
}

impl FileKind {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Answer, Self::Settings];

    /// Where it is on the disc.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Answer => "autounattend.xml",
            Self::Settings => "settings.json",
        }
    }
}

impl Disc<'_> {
    /// A file of it as text, without what is added when the lab is activated.
    #[must_use]
    pub fn text(&self, kind: FileKind) -> String {
        match kind {
            FileKind::Answer => self.answer.text(),
            FileKind::Settings => format!("{}\n", pretty(&self.settings)),
        }
    }
}

/// What stands in an answer file for a product key of the host's.
pub const PRODUCT_KEY: &str = "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX";

/// What stands in an answer file for the password, as Setup has it in an element that ends it with this word: the base64 of both in
/// UTF-16 ([Microsoft](https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-gpsi/)).
#[must_use]
pub fn password(word: &str) -> String {
    format!("@password+{word}@")
}

/// The discs of a lab's domains, in the order of the domains.
pub fn discs(lab: &Lab) -> impl Iterator<Item = Disc<'_>> {
    lab.domains_in_order().filter_map(|domain| Some(disc(domain, domain.unattended.as_ref()?, lab)))
}

fn disc<'a>(domain: &'a Domain, unattended: &'a Unattended, lab: &Lab) -> Disc<'a> {
    let architecture = match domain.arch {
        Arch::X86_64 => Architecture::Amd64,
        Arch::Aarch64 => Architecture::Arm64,
    };
    let passes = [setup::components(domain, unattended), specialize::components(domain, unattended)];
    let components = passes.into_iter().flatten().chain(oobe::components(domain, unattended)).collect();
    Disc {
        domain: &domain.name,
        uuid: domain.machine_uuid,
        os: domain.os,
        installer: domain.cdroms.iter().find_map(|cdrom| match &cdrom.medium {
            Medium::File(path) => Some(path.clone()),
            Medium::Volume { pool, name, .. } => volume_file(lab.pool(*pool), name),
            Medium::HostVolume { .. } | Medium::DriverDisc | Medium::Empty => None,
        }),
        image: unattended.image.clone(),
        drivers: drivers(domain, architecture),
        disk: domain.disks.first().and_then(|disk| file(&disk.source, lab)),
        secrets: &unattended.secrets,
        answer: Answer { architecture, components },
        settings: settings(unattended),
    }
}

/// The folders of the drivers of what a domain starts from and reaches others by, as far as Windows lacks them.
fn drivers(domain: &Domain, architecture: Architecture) -> Vec<String> {
    let has = |bus: DiskBus| domain.disks.iter().any(|disk| disk.bus == bus);
    let has_interface = domain.interfaces.iter().any(|interface| interface.model == Some(InterfaceModel::Virtio));
    let needed = [("viostor", has(DiskBus::Virtio)), ("vioscsi", has(DiskBus::Scsi)), ("NetKVM", has_interface)];
    let needed = needed.into_iter().filter(|(_, is_needed)| *is_needed);
    needed.filter_map(|(driver, _)| windows::driver_folder(driver, domain.os, architecture.name())).collect()
}

/// The file of a disk, if it is one.
fn file(source: &Source, lab: &Lab) -> Option<String> {
    match source {
        Source::Volume { pool, name, .. } => volume_file(lab.pool(*pool), name),
        Source::File(path) => Some(path.clone()),
        Source::HostVolume { .. } | Source::Block(_) => None,
    }
}

fn volume_file(pool: &Pool, name: &str) -> Option<String> {
    pool.r#type.has_files().then(|| pool.volume_path(name))
}

/// What the script is told: what Setup does not do, or may not have done.
fn settings(unattended: &Unattended) -> Value {
    let mut settings = Map::new();
    let mut set = |key: &str, value: Value| settings.insert(key.to_owned(), value);
    set("computerName", unattended.computer_name.clone().into());
    let adapters = unattended.adapters.iter().map(|adapter| {
        json!({
            "mac": with_hyphens(&adapter.mac.to_string()),
            "addresses": adapter.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "gateways": adapter.gateways,
            "dns": adapter.dns,
        })
    });
    set("adapters", adapters.collect());
    match &unattended.role {
        Role::Alone => {}
        Role::Creates { name, netbios } => {
            set("createDomain", json!({ "name": name, "netbios": netbios }));
        }
        Role::Joins { name, user, unit } => {
            set("joinDomain", json!({ "name": name, "user": user, "unit": unit }));
        }
    }
    set("remote", unattended.remote.iter().map(|remote| remote.name()).collect());
    set("sshKeys", unattended.ssh_keys.clone().into());
    set("guestTools", unattended.guest_tools.into());
    set("run", unattended.run.clone().into());
    let names = unattended.secrets.scripts.iter().enumerate().map(|(index, path)| script_name(index, path));
    set("scripts", names.collect());
    Value::Object(settings)
}

/// What a script of the host is called on the disc, in letters that its file system keeps: two of the same name may come from different
/// directories.
#[must_use]
pub fn script_name(index: usize, path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem: String = stem.chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{:02}-{stem}.ps1", index + 1)
}

/// A MAC address as Windows has it.
fn with_hyphens(mac: &str) -> String {
    mac.replace(':', "-").to_uppercase()
}

/// A component of Windows.
fn component(pass: Pass, name: &str, elements: Vec<Element>) -> Component {
    Component { pass, name: name.to_owned(), elements }
}

/// What an installed Windows is told of languages.
fn international(pass: Pass, language: &Language) -> Component {
    component(pass, "Microsoft-Windows-International-Core", spoken(language))
}

fn spoken(Language { ui, locale, keyboard }: &Language) -> Vec<Element> {
    vec![
        Element::text("InputLocale", keyboard),
        Element::text("SystemLocale", locale),
        Element::text("UILanguage", ui),
        Element::text("UserLocale", locale),
    ]
}

/// A password that is put there when the lab is activated.
fn secret(element: &str, word: &str) -> Element {
    Element::group(element, [Element::text("Value", password(word)), Element::text("PlainText", "false")])
}

/// Commands that Setup runs one after the other.
fn run(commands: impl IntoIterator<Item = String>) -> Option<Element> {
    let items: Vec<Element> = (1..)
        .zip(commands)
        .map(|(order, path): (u32, String)| {
            let parts = [Element::text("Order", order.to_string()), Element::text("Path", path)];
            Element::group("RunSynchronousCommand", parts)
        })
        .collect();
    (!items.is_empty()).then(|| Element::group("RunSynchronous", items))
}

/// A command that sets a number in the registry.
fn set_number(key: &str, value: &str) -> String {
    format!("reg.exe add {key} /v {value} /t REG_DWORD /d 1 /f")
}
