//! How much of the host's CPUs a domain gets.

/// How much of the host's CPUs a domain gets, where the spec says.
#[derive(Debug)]
pub struct CpuLimits {
    /// The weight against others.
    pub shares: Option<u32>,
    /// Of each virtual CPU.
    pub vcpu: Bandwidth,
    /// Of the whole domain.
    pub global: Bandwidth,
    /// Of QEMU's own work.
    pub emulator: Bandwidth,
    /// Of each I/O thread.
    pub iothread: Bandwidth,
}

/// How long something runs in each period, in microseconds.
#[derive(Debug)]
pub struct Bandwidth {
    pub period: Option<u32>,
    /// How long it runs in one; -1 for no limit.
    pub quota: Option<i64>,
}
