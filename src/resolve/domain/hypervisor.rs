//! Reads which hypervisor interfaces a guest sees, and refuses those that its architecture does not have.

use crate::lab::domain::hypervisor::Hypervisor;
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::At;
use crate::resolve::text::shortened;
use crate::spec::guest::{Arch, Virtualization};
use crate::spec::key::key;

/// The longest vendor of Hyper-V's interface, in characters: that of a CPUID leaf.
const VENDOR_MAX: usize = 12;

/// Reads which hypervisor interfaces a guest sees. All of them exist only on PCs.
pub(crate) fn hypervisor(guest: &Guest<'_>, problems: &mut Problems) -> Hypervisor {
    let pc = guest.arch == Arch::X86_64;
    let hyperv = guest.layers.get(key!(hyperv));
    let vendor = guest.layers.get(key!(hyperv_vendor_id));
    let hidden = guest.layers.get(key!(kvm_hidden));
    let vmport = guest.layers.get(key!(vmport));
    if !pc {
        only_for_pc(hyperv.filter(|at| *at.value), "hyperv", "Hyper-V enlightenments", problems);
        only_for_pc(vendor, "hypervVendorId", "Hyper-V enlightenments", problems);
        only_for_pc(hidden.filter(|at| *at.value), "kvmHidden", "a hidden KVM", problems);
        only_for_pc(vmport, "vmport", "the VMware port", problems);
    }
    if let Some(word) = vendor
        && !is_vendor(word.value)
    {
        let message = format!("`{}` cannot be a Hyper-V vendor ID", shortened(word.value));
        problems.push(
            Problem::bad_name(word.place(), message)
                .label(format!("needs 1 to {VENDOR_MAX} characters, none of them a comma"))
                .help("use ASCII characters, such as `\"whatever\"`"),
        );
    }
    Hypervisor {
        hyperv: hyperv.map_or(guest.os.is_windows() && pc && guest.virtualization == Virtualization::Kvm, |written| {
            *written.value
        }),
        hyperv_vendor: vendor.filter(|word| is_vendor(word.value)).map(|word| word.value.clone()),
        kvm_hidden: hidden.is_some_and(|hidden| *hidden.value),
        vmport: vmport.map(|vmport| *vmport.value),
    }
}

/// Whether libvirt takes the vendor, and a CPUID leaf can hold it.
fn is_vendor(text: &str) -> bool {
    (1..=VENDOR_MAX).contains(&text.len())
        && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
        && !text.contains(',')
}

fn only_for_pc<T>(written: Option<At<'_, T>>, key: &str, what: &str, problems: &mut Problems) {
    problems.extend(written.map(|written| {
        Problem::only_for(written.place(), format!("{what} on an aarch64 domain"), "x86_64")
            .help(format!("leave `{key}` out"))
    }));
}
