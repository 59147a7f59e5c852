//! The hypervisor interfaces that a guest sees.

/// The hypervisor interfaces that the guest sees.
#[derive(Debug)]
pub struct Hypervisor {
    /// Whether it has the Hyper-V enlightenments.
    pub hyperv: bool,
    /// The vendor that Hyper-V's interface names.
    pub hyperv_vendor: Option<String>,
    /// Whether KVM hides itself, where the spec says.
    pub kvm_hidden: bool,
    /// Whether there is VMware's port, where the spec says.
    pub vmport: Option<bool>,
}
