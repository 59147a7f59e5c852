//! What the guest's operating system and architecture ask of the virtual hardware itself: CPU features, clock, power.

use super::tree::Tree;
use crate::lab::Domain;
use crate::lab::domain::clock::{Clock, Offset};
use crate::lab::domain::firmware::Firmware;
use crate::lab::domain::hypervisor::Hypervisor;
use crate::spec::clock::{PitTickPolicy, RtcTickPolicy, RtcTrack, TscMode};
use crate::spec::guest::{Arch, Virtualization};

/// The features of the machine.
pub(super) fn features(domain: &Domain) -> Tree {
    let features = Tree::new().with("acpi", Tree::new());
    // Firmware with Secure Boot keeps its variables where only system management mode reaches them.
    let protected = match domain.firmware {
        Firmware::Bios => false,
        Firmware::Uefi { secure, .. } => secure.is_some(),
    };
    match domain.arch {
        Arch::X86_64 => features
            .with("apic", Tree::new())
            .with_some("hyperv", hyperv(&domain.hypervisor))
            .with_some("vmport", domain.hypervisor.vmport.map(state))
            .with_some("kvm", domain.hypervisor.kvm_hidden.then(|| Tree::new().with("hidden", state(true))))
            .with_some("smm", protected.then(|| state(true))),
        Arch::Aarch64 => features.with_some("gic", needs_gic_3(domain).then(|| Tree::new().with("version", "3"))),
    }
}

/// Whether an emulated domain has more CPUs than version 2 of the interrupt controller, which libvirt chooses for it
/// ([QEMU](https://www.qemu.org/docs/master/system/arm/virt.html)): under KVM, libvirt chooses what the host has.
fn needs_gic_3(domain: &Domain) -> bool {
    const GIC_2_CPUS: u32 = 8;
    domain.virtualization == Virtualization::Emulated && domain.cpus.count > GIC_2_CPUS
}

/// Whether a feature is on.
fn state(on: bool) -> Tree {
    Tree::new().with("state", on)
}

/// The Hyper-V interface that Windows is quickest with
/// ([QEMU's recommendation](https://www.qemu.org/docs/master/system/i386/hyperv.html#recommendations)), and the vendor that
/// it names, which can be there alone.
fn hyperv(hypervisor: &Hypervisor) -> Option<Tree> {
    let on = || state(true);
    let mode = Tree::new().with("mode", "custom");
    let interface = if hypervisor.hyperv {
        mode.with("relaxed", on())
            .with("vapic", on())
            .with("spinlocks", on().with("retries", 8191_u32))
            .with("vpindex", on())
            .with("runtime", on())
            .with("synic", on())
            .with("stimer", on().with("direct", on()))
            .with("frequencies", on())
            .with("tlbflush", on())
            .with("ipi", on())
    } else {
        mode
    };
    let vendor = hypervisor.hyperv_vendor.clone().map(|value| on().with("value", value));
    let interface = interface.with_some("vendor_id", vendor);
    (interface.len() > 1).then_some(interface)
}

/// The clock and its timers ([libvirt](https://libvirt.org/formatdomain.html#time-keeping)).
pub(super) fn clock(clock: &Clock) -> Tree {
    let Clock { offset, rtc, pit, hpet, tsc, kvmclock, hypervclock } = clock;
    let tree = match offset {
        Offset::Utc => Tree::new().with("offset", "utc"),
        Offset::Localtime => Tree::new().with("offset", "localtime"),
        Offset::Timezone(timezone) => Tree::new().with("offset", "timezone").with("timezone", timezone.clone()),
    };
    let named = |name: &'static str| Tree::new().with("name", name);
    let switched = |name: &'static str, present: Option<bool>| named(name).with_some("present", present);
    let rtc = named("rtc")
        .with_some("track", rtc.track.map(RtcTrack::name))
        .with_some("tickpolicy", rtc.tick_policy.map(RtcTickPolicy::name))
        .with_some("present", rtc.present);
    let pit = named("pit")
        .with_some("tickpolicy", pit.tick_policy.map(PitTickPolicy::name))
        .with_some("present", pit.present);
    let tsc = named("tsc").with_some("mode", tsc.mode.map(TscMode::name)).with_some("present", tsc.present);
    let timers = [
        rtc,
        pit,
        switched("hpet", *hpet),
        tsc,
        switched("kvmclock", *kvmclock),
        switched("hypervclock", *hypervclock),
    ];
    // A timer of which nothing is said is left to QEMU.
    tree.with_each("timer", timers.into_iter().filter(|timer| timer.len() > 1))
}

/// Suspending a guest from inside is switched off on a PC: most do not wake up again.
pub(super) fn power(domain: &Domain) -> Option<Tree> {
    let off = || Tree::new().with("enabled", false);
    match domain.arch {
        Arch::X86_64 => Some(Tree::new().with("suspend-to-mem", off()).with("suspend-to-disk", off())),
        Arch::Aarch64 => None,
    }
}
