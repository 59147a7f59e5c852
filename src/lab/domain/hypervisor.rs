//! What a guest is told of the hypervisor that it runs under.

/// What the guest is told of its hypervisor.
#[derive(Debug)]
pub struct Hypervisor {
    /// Whether it is told that it runs under Hyper-V.
    pub hyperv: bool,
    /// The vendor that Hyper-V's interface names.
    pub hyperv_vendor: Option<String>,
    /// Whether KVM hides itself, where the spec says.
    pub kvm_hidden: bool,
    /// Whether there is VMware's port, where the spec says.
    pub vmport: Option<bool>,
}
