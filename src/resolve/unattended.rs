//! Reads `unattended` of a domain: what Windows is told when it installs itself.

mod directory;
pub(crate) mod lab;
mod language;
mod media;

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::lab::domain::boot::Order;
use crate::lab::drive::{Cdrom, Disk, Medium, Source};
use crate::lab::id::PoolId;
use crate::lab::storage::volume::Volume;
use crate::lab::unattended::{Account, Role, Secrets, Unattended};
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::drive::bus;
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::parse::WINDOWS_NAME_MAX;
use crate::resolve::text::shortened;
use crate::resolve::{cloud_init, parse, secret, text};
use crate::spec::guest::{Arch, BootDevice, Os};
use crate::spec::key::key;
use crate::spec::lifecycle::PowerAction;
use crate::spec::unattended as written;
use crate::spec::unattended::{Addresses, Remote};
use media::Media;

/// The longest name of an account of Windows, in characters
/// ([Microsoft](https://learn.microsoft.com/en-us/windows/win32/api/lmaccess/ns-lmaccess-user_info_0)).
const ACCOUNT_MAX: usize = 20;

/// The names of users and groups that every Windows has in lower case, and what Setup takes for no name.
const TAKEN: [&str; 11] = [
    "administrator",
    "administrators",
    "defaultaccount",
    "defaultuser0",
    "guest",
    "guests",
    "none",
    "nt authority",
    "system",
    "users",
    "wdagutilityaccount",
];

/// What comes of an ISO that is started from before the disk.
const AGAIN: &str = "Windows would be installed again at each start";
/// What comes of one that is behind something else.
const NEVER: &str = "the ISO is never started from";

/// The account of a client, unless the spec names one.
const ACCOUNT: &str = "lab";

/// Reads how Windows installs itself, if the spec says so.
pub(crate) fn unattended(
    guest: &Guest<'_>,
    (disks, volumes): (&[Disk], &[(PoolId, Volume)]),
    cdroms: &[Cdrom],
    problems: &mut Problems,
) -> Option<Unattended> {
    let layers = guest.layers.object(key!(unattended));
    if layers.is_empty() {
        return None;
    }
    let at = layers.pointer();
    if guest.arch == Arch::Aarch64 && guest.os.is_windows_server() {
        problems.push(
            Problem::only_for(
                Place::key(&at),
                "`unattended` of an aarch64 server, of which Microsoft has no ISO",
                "clients",
            )
            .related(Place::key(&guest.instance.at), "the domain")
            .help("choose `\"arch\": \"x86_64\"`, or a client"),
        );
    }
    if !guest.os.is_windows() {
        problems.push(
            Problem::conflict(Place::key(&at), format!("`unattended` of a guest with os `{}`", guest.os.name()))
                .label("only for Windows")
                .related(Place::key(&guest.instance.at), "the domain that is no Windows")
                .help("set `os` to the version of Windows; if it comes from `defaults`, move it into a profile of the Windows domains; a cloud image has `cloudInit`"),
        );
        return None;
    }
    system_disk(&layers, disks, volumes, problems);
    installer(&layers, guest, (disks, cdroms), problems);
    let media = media::media(&layers, guest.os, problems);
    let role = directory::role(guest, &layers, problems);
    home(&layers, &media, &role, problems);
    let remote: BTreeSet<Remote> = layers.items(key!(remote)).map(|(remote, _)| *remote).collect();
    let ssh_keys = text::each(layers.items(key!(ssh_keys)), cloud_init::credential::ssh_key, problems);
    ssh(&layers, guest.os, &remote, problems);
    let password_file = layers.needed(key!(password_file), problems).and_then(|word| secret::file(word, problems));
    let scripts = layers.items(key!(scripts));
    let scripts = scripts.filter_map(|(path, at)| script(path, &Place::value(at), problems)).collect();
    let guest_tools = guest_tools(&layers, guest, problems);
    let computer_name = computer_name(layers.get(key!(computer_name)), guest, problems);
    let account = account(layers.get(key!(user)), guest.os, problems);
    different_names(&at, &computer_name, &account, &role, problems);
    Some(Unattended {
        bus: bus::default_of_cdroms(guest),
        image: media.image,
        product_key: media.product_key,
        account,
        language: language::language(&layers, problems),
        time_zone: language::time_zone(layers.get(key!(time_zone)), problems),
        computer_name,
        is_static: match layers.value(key!(network)) {
            Some(addresses) => addresses == Addresses::Static,
            None => matches!(role, Role::Creates { .. }),
        },
        dns: dns(&layers, problems),
        adapters: Vec::new(),
        remote,
        ssh_keys,
        guest_tools,
        run: text::each(layers.items(key!(run)), cloud_init::command, problems),
        secrets: Secrets {
            password_file: password_file.unwrap_or_default(),
            product_key_file: layers.get(key!(product_key_file)).and_then(|word| secret::file(word, problems)),
            recovery_password_file: match role {
                Role::Creates { .. } => directory::recovery_password_file(&layers, problems),
                Role::Alone | Role::Joins { .. } => None,
            },
            join_password_file: match role {
                Role::Joins { .. } => directory::join_password_file(&layers, problems),
                Role::Alone | Role::Creates { .. } => None,
            },
            scripts,
        },
        role,
        at,
    })
}

/// The drive of the disc with the guest tools, unless there is one.
pub(crate) fn driver_disc(unattended: &Unattended, cdroms: &[Cdrom]) -> Option<Cdrom> {
    let is_there = cdroms.iter().any(|cdrom| matches!(cdrom.medium, Medium::DriverDisc));
    (unattended.guest_tools && !is_there).then(|| Cdrom {
        at: unattended.at.clone(),
        medium: Medium::DriverDisc,
        bus: unattended.bus,
        startup_policy: None,
        boot: None,
        extra: Vec::new(),
    })
}

/// Refuses disks of which nobody knows which one Setup takes for the first.
fn system_disk(
    layers: &Layers<'_, written::Unattended>,
    disks: &[Disk],
    volumes: &[(PoolId, Volume)],
    problems: &mut Problems,
) {
    let Some((first, others)) = disks.split_first() else {
        problems.push(
            Problem::needs(layers.key_place(), "Windows installs itself, but the domain has no disk", "a disk")
                .help("add `\"disks\": [{ \"pool\": …, \"size\": \"60GiB\" }]`"),
        );
        return;
    };
    if let Source::Volume { pool, name, .. } = &first.source
        && let Some(volume) = volumes.iter().find(|(of, volume)| of == pool && volume.name == *name)
        && volume.1.present.as_ref().is_some_and(|present| present.backing.is_some())
    {
        problems.push(
            Problem::conflict(Place::value(&first.at), "a disk with an image, which Windows Setup empties")
                .label("its first disk is the one that Windows is installed on")
                .related(layers.key_place(), "Windows installs itself")
                .help("give the first disk a `size` alone"),
        );
    }
    if let Some(other) = others.iter().find(|other| other.bus != first.bus) {
        problems.push(
            Problem::conflict(
                Place::value(&other.at),
                format!(
                    "a disk on another bus than the first one, `{}`, which Windows is to be installed on",
                    first.name
                ),
            )
            .label("may be the first disk for Setup, which empties that one")
            .related(layers.key_place(), "Windows installs itself")
            .help(format!("give it `\"bus\": \"{}\"`, or add it when Windows is installed", first.bus.name())),
        );
    }
}

/// Refuses a domain that has nothing to install from, that never starts from it, or that would be installed again and again.
fn installer(
    layers: &Layers<'_, written::Unattended>,
    guest: &Guest<'_>,
    (disks, cdroms): (&[Disk], &[Cdrom]),
    problems: &mut Problems,
) {
    let is_iso =
        |medium: &Medium| matches!(medium, Medium::File(_) | Medium::Volume { .. } | Medium::HostVolume { .. });
    if !cdroms.iter().any(|cdrom| is_iso(&cdrom.medium)) {
        problems.push(
            Problem::needs(
                layers.key_place(),
                "Windows installs itself, but no optical drive has an ISO",
                "the ISO of Windows among `cdroms`",
            )
            .help("add `\"cdroms\": [{ \"file\": \"/var/lib/libvirt/iso/….iso\" }]`, or leave `unattended` out when Windows is installed"),
        );
    }
    let mut refuse = |place: Place, what: &str, label: &str, help: &str| {
        problems.push(
            Problem::conflict(place, what)
                .label(label)
                .related(layers.key_place(), "Windows installs itself")
                .help(help),
        );
    };
    if let Some(boot) = guest.layers.get(key!(boot)) {
        let at = |kind: BootDevice| boot.value.iter().position(|device| *device == kind);
        let help = "write `[\"hd\", \"cdrom\"]`, or leave `boot` out: an empty disk is passed over";
        match (at(BootDevice::Hd), at(BootDevice::Cdrom)) {
            (Some(hd), Some(cdrom)) if hd < cdrom => {}
            (_, Some(_)) => refuse(boot.place(), "a boot order in which the ISO comes before the disk", AGAIN, help),
            (_, None) => refuse(boot.place(), "a boot order without the ISO", NEVER, help),
        }
    }
    let order = |order: &Option<Order>| order.as_ref().map(|order| order.value);
    let disk = disks.first().and_then(|disk| Some((order(&disk.boot)?, disk)));
    let isos = cdroms.iter().filter(|cdrom| is_iso(&cdrom.medium));
    let iso = isos.filter_map(|cdrom| Some((order(&cdrom.boot)?, cdrom))).min_by_key(|(number, _)| *number);
    let help =
        "give the first disk `\"boot\": 1` and the drive with the ISO `\"boot\": 2`, or leave `boot` out of both";
    match (disk, iso) {
        (None, None) => {
            // Of one kind, the firmware is told of the first one.
            if let Some(first) = cdroms.first().filter(|first| !is_iso(&first.medium)) {
                let what = "an optical drive before the one with the ISO of Windows";
                refuse(Place::value(&first.at), what, NEVER, "move the drive with the ISO to the front of `cdroms`");
            }
        }
        (Some((disk, _)), Some((iso, _))) if disk < iso => {}
        (_, Some((_, iso))) => {
            refuse(Place::value(&iso.at), "a boot order in which the ISO comes before the disk", AGAIN, help);
        }
        (Some((_, disk)), None) => refuse(Place::value(&disk.at), "a boot order without the ISO", NEVER, help),
    }
    let direct = guest.layers.object(key!(direct_boot));
    if !direct.is_empty() {
        refuse(direct.key_place(), "a kernel of the host", NEVER, "leave `directBoot` out");
    }
    if let Some(reboot) =
        guest.layers.object(key!(on)).get(key!(reboot)).filter(|word| *word.value == PowerAction::Destroy)
    {
        let what = "a domain that stops when its guest reboots";
        refuse(
            reboot.place(),
            what,
            "Windows Setup reboots several times",
            "leave `reboot` out until Windows is installed",
        );
    }
}

/// Reads whether the guest tools are installed, of which there are none for Arm.
fn guest_tools(layers: &Layers<'_, written::Unattended>, guest: &Guest<'_>, problems: &mut Problems) -> bool {
    let written = layers.get(key!(guest_tools));
    if let Some(written) = written.filter(|written| *written.value && guest.arch == Arch::Aarch64) {
        problems.push(
            Problem::only_for(written.key_place(), "`guestTools` of an aarch64 domain", "x86_64")
                .help("leave `guestTools` out: the ISO has none for this processor"),
        );
    }
    written.map_or(guest.arch == Arch::X86_64, |written| *written.value)
}

/// Reads a script, which Windows runs by the end of its name.
fn script(path: &str, place: &Place, problems: &mut Problems) -> Option<String> {
    let file = secret::file_at(path, place.clone(), problems)?;
    if !file.to_lowercase().ends_with(".ps1") {
        problems.push(
            Problem::bad_name(place.clone(), format!("`{}` is not the name of a PowerShell script", shortened(&file)))
                .label("PowerShell refuses it")
                .help("give it a name that ends in `.ps1`"),
        );
    }
    Some(file)
}

/// Refuses names that Windows has once: of the computer, of an account on it, and of the domain that it creates.
fn different_names(at: &Pointer, computer: &str, account: &Account, role: &Role, problems: &mut Problems) {
    let mut refuse = |other: &str, what: &str, help: &str| {
        if computer.eq_ignore_ascii_case(other) {
            problems.push(
                Problem::conflict(Place::key(at), format!("the computer and {what} are both called `{other}`"))
                    .label("Windows takes a name once")
                    .help(help),
            );
        }
    };
    if let Account::Local(user) = account {
        refuse(user, "its user", "choose another `user`, or another `computerName`");
    }
    if let Role::Creates { netbios, .. } = role {
        refuse(netbios, "the domain that it creates", "choose another `netbios`, or another `computerName`");
    }
}

/// Refuses what an edition for the home lacks.
fn home(layers: &Layers<'_, written::Unattended>, media: &Media, role: &Role, problems: &mut Problems) {
    if !media.edition.starts_with("home") {
        return;
    }
    let help = "choose another `edition`, such as `pro`";
    if matches!(role, Role::Joins { .. }) {
        let place = directory::place_of_join(&layers.pointer());
        problems.push(
            Problem::conflict(place, format!("`joinDomain` of the edition `{}`", media.edition))
                .label("cannot join")
                .help(help),
        );
    }
    if let Some((_, at)) = layers.items(key!(remote)).find(|(remote, _)| **remote == Remote::Rdp) {
        let what = format!("`rdp` of the edition `{}`", media.edition);
        problems.push(Problem::conflict(Place::value(at), what).label("has no server for it").help(help));
    }
}

/// Reads who logs on: a client lets its `Administrator` not.
fn account(word: Option<Word<'_>>, os: Os, problems: &mut Problems) -> Account {
    let Some(word) = word else {
        return if os.is_windows_server() { Account::Administrator } else { Account::Local(ACCOUNT.to_owned()) };
    };
    if os.is_windows_server() {
        problems.push(Problem::key_only_for(&word.pointer(), "a server, which has its `Administrator`", "clients"));
    }
    let name = word.value;
    let is_name = (1..=ACCOUNT_MAX).contains(&name.chars().count())
        && !name.contains(|c: char| c.is_control() || r#""/\[]:|<>+=;,?*%@"#.contains(c))
        && !name.ends_with(['.', ' '])
        && !name.starts_with(' ');
    let is_taken = TAKEN.contains(&name.to_lowercase().as_str());
    if !is_name || is_taken {
        let label = if is_taken { "Windows has it already" } else { "not a name of an account" };
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be a user of Windows", shortened(name)))
                .label(label)
                .help(format!(
                    "choose another name, of at most {ACCOUNT_MAX} letters, digits, blanks, `.`, `-` and `_`"
                )),
        );
    }
    Account::Local(name.clone())
}

/// Returns the computer's name: the written one with the number of the replica, or the domain's name.
fn computer_name(written: Option<Word<'_>>, guest: &Guest<'_>, problems: &mut Problems) -> String {
    let instance = guest.instance;
    let (name, place) = match (written, instance.own.replicas) {
        (Some(word), Some(_)) => (format!("{}-{}", word.value, instance.replica + 1), word.place()),
        (Some(word), None) => (word.value.clone(), word.place()),
        (None, _) => (instance.machine_name().to_owned(), Place::key(&instance.at)),
    };
    // A name that no domain can have has been reported.
    let is_reported = written.is_none() && !parse::name(&instance.name, place.clone(), &mut Problems::default());
    if !is_computer_name(&name) && !is_reported {
        let help = match written {
            Some(_) => format!(
                "use at most {WINDOWS_NAME_MAX} of A to Z, 0 to 9 and `-`, which is neither the first nor the last; not digits alone"
            ),
            None => "set `computerName` in `unattended`".to_owned(),
        };
        problems.push(
            Problem::bad_name(place, format!("`{}` cannot be a Windows computer's name", shortened(&name)))
                .label("not a computer name")
                .help(help),
        );
    }
    name
}

/// Whether Windows takes it for a computer's name
/// ([Microsoft](https://learn.microsoft.com/en-us/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou)).
fn is_computer_name(name: &str) -> bool {
    (1..=WINDOWS_NAME_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.bytes().all(|b| b.is_ascii_digit())
}

/// Reads the DNS servers, if the spec says any.
fn dns(layers: &Layers<'_, written::Unattended>, problems: &mut Problems) -> Option<Vec<IpAddr>> {
    let written = layers.get(key!(dns))?;
    Some(written.items().filter_map(|(text, at)| parse::any_address_at(text, Place::value(at), problems)).collect())
}

/// Refuses SSH where there is none, and keys for none.
fn ssh(layers: &Layers<'_, written::Unattended>, os: Os, remote: &BTreeSet<Remote>, problems: &mut Problems) {
    let has_ssh = remote.contains(&Remote::Ssh);
    if let Some((_, at)) = layers.items(key!(remote)).find(|(remote, _)| **remote == Remote::Ssh)
        && os == Os::WindowsServer2016
    {
        problems.push(
            Problem::only_for(
                Place::value(at),
                "`ssh` of windows-server-2016, for which Microsoft has no OpenSSH",
                "newer Windows",
            )
            .help("use `winrm`, or install another SSH server by a script"),
        );
    }
    if let Some(keys) = layers.get(key!(ssh_keys)).filter(|keys| !has_ssh && !keys.value.is_empty()) {
        problems.push(
            Problem::needs(keys.key_place(), "SSH keys, but no SSH server", "`ssh` in `remote`")
                .help("add `\"remote\": [\"ssh\"]`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computer_names() {
        for valid in ["DC01", "a", "PC-1", "1a", &"x".repeat(15)] {
            assert!(is_computer_name(valid), "{valid}");
        }
        for bad in ["", "-a", "a-", "123", "a_b", "a.b", "é", &"x".repeat(16)] {
            assert!(!is_computer_name(bad), "{bad}");
        }
    }
}
