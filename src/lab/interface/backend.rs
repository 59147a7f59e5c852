//! How an interface reaches the host. This decides which of its settings libvirt can apply.

/// How an interface gets to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// By a tap device on a bridge.
    Bridge,
    /// By a tap device on an Open vSwitch bridge.
    OpenVSwitch,
    /// By macvtap.
    Macvtap,
    /// By a virtual function, which the guest drives.
    VirtualFunction,
    /// By a process.
    User,
}

impl Backend {
    /// Whether the host has a device for it, which can have a name, queues and limits.
    pub(crate) fn has_device(self) -> bool {
        match self {
            Self::Bridge | Self::OpenVSwitch | Self::Macvtap => true,
            Self::VirtualFunction | Self::User => false,
        }
    }
}
