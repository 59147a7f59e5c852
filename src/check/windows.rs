//! Compares a domain with what Windows requires of a computer.

use crate::lab::domain::Domain;
use crate::lab::domain::firmware::Firmware;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::parse::WINDOWS_NAME_MAX;
use crate::spec::guest::{Arch, Os};

/// Warns of Windows guests that do not install, or not under their names.
pub(crate) fn check(domain: &Domain, problems: &mut Problems) {
    let length = domain.name.chars().count();
    if domain.os.is_windows() && length > WINDOWS_NAME_MAX {
        problems.push(
            Problem::new(
                Id::WindowsNameTooLong,
                Place::key(&domain.at),
                format!("`{}` is longer than {WINDOWS_NAME_MAX} characters, the limit of Windows computer names", domain.name),
            )
            .once_per_place()
            .label(format!("{length} characters"))
            .help("nothing to do if the guest has another name; otherwise choose a shorter one: `id` with the old one keeps the domain's identity"),
        );
    }
    if let Some(unattended) = &domain.unattended
        && !(unattended.guest_tools && domain.agent)
        && domain.ready.place.is_none()
    {
        problems.push(
            Problem::new(
                Id::UnseenInstallation,
                Place::key(&unattended.at),
                format!("nobody sees when Windows is installed in domain `{}`", domain.name),
            )
            .once_per_place()
            .label("needs the guest tools and the agent")
            .help(match domain.arch {
                Arch::X86_64 => "leave `guestTools` and `agent` on; else say in `ready` by what it shows, such as `{ \"winrm\": true }`",
                Arch::Aarch64 => "there are none for this processor: say in `ready` by what it shows, such as `{ \"winrm\": true }`",
            }),
        );
    }
    let has_uefi = matches!(domain.firmware, Firmware::Uefi { .. });
    // One that installs itself is told not to look for a TPM.
    if domain.os == Os::Windows11 && !(has_uefi && (domain.tpm || domain.unattended.is_some())) {
        let lacks = match (has_uefi, domain.tpm) {
            (false, false) => "UEFI and a TPM",
            (false, true) => "UEFI",
            (true, _) => "a TPM",
        };
        problems.push(
            Problem::new(
                Id::WindowsRequirements,
                Place::key(&domain.at),
                format!("domain `{}` lacks {lacks}, without which Windows 11 does not install", domain.name),
            )
            .once_per_place()
            .label("refused by its setup")
            .help("leave `firmware` and `tpm` to the preset"),
        );
    }
}
