//! What the guest's operating system and architecture ask of the virtual hardware itself: CPU features, clock, power.

use super::tree::Tree;
use crate::lab::Domain;
use crate::lab::firmware::Firmware;
use crate::spec::guest::{Arch, Os};

/// The features of the machine.
pub(super) fn features(domain: &Domain) -> Tree {
    let features = Tree::new().with("acpi", Tree::new());
    // Firmware with Secure Boot keeps its variables where only system management mode reaches them.
    let protected = match domain.firmware {
        Firmware::Bios => false,
        Firmware::Uefi { secure, .. } => secure,
    };
    match domain.arch {
        Arch::X86_64 => features
            .with("apic", Tree::new())
            .with_some("hyperv", domain.hyperv.then(hyperv))
            .with_some("smm", protected.then(|| Tree::new().with("state", true))),
        Arch::Aarch64 => features,
    }
}

/// The Hyper-V interface that Windows is quickest with
/// ([QEMU's recommendation](https://www.qemu.org/docs/master/system/i386/hyperv.html#recommendations)).
fn hyperv() -> Tree {
    let on = || Tree::new().with("state", true);
    Tree::new()
        .with("mode", "custom")
        .with("relaxed", on())
        .with("vapic", on())
        .with("spinlocks", on().with("retries", 8191_u32))
        .with("vpindex", on())
        .with("runtime", on())
        .with("synic", on())
        .with("stimer", on().with("direct", on()))
        .with("frequencies", on())
        .with("tlbflush", on())
        .with("ipi", on())
}

/// The clock and its timers ([libvirt](https://libvirt.org/formatdomain.html#time-keeping)).
///
/// Windows keeps its hardware clock in local time. The timers are those that `virt-install` gives to Windows and Linux
/// on a PC: lost ticks of the hardware clock are made up for, and the HPET, which costs much, is left out.
pub(super) fn clock(domain: &Domain) -> Tree {
    let clock = Tree::new().with("offset", if domain.os.is_windows() { "localtime" } else { "utc" });
    match (domain.os, domain.arch) {
        (Os::None, _) | (_, Arch::Aarch64) => clock,
        (_, Arch::X86_64) => {
            let timers = [
                Some(Tree::new().with("name", "rtc").with("tickpolicy", "catchup")),
                Some(Tree::new().with("name", "pit").with("tickpolicy", "delay")),
                Some(Tree::new().with("name", "hpet").with("present", false)),
                domain.hyperv.then(|| Tree::new().with("name", "hypervclock").with("present", true)),
            ];
            clock.with_each("timer", timers.into_iter().flatten())
        }
    }
}

/// Suspending a guest from inside is switched off on a PC: most do not wake up again.
pub(super) fn power(domain: &Domain) -> Option<Tree> {
    let off = || Tree::new().with("enabled", false);
    match domain.arch {
        Arch::X86_64 => Some(Tree::new().with("suspend-to-mem", off()).with("suspend-to-disk", off())),
        Arch::Aarch64 => None,
    }
}
