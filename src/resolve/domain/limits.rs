//! Reads the CPU limits of a domain, and refuses those that the kernel does.

use crate::lab::domain::limits::{Bandwidth, CpuLimits};
use crate::problem::{Problem, Problems};
use crate::resolve::layers::{At, Layers};
use crate::spec::DomainFields;
use crate::spec::key::key;

/// The shortest quota that the kernel takes, in microseconds.
const QUOTA_MIN: i64 = 1000;

/// Resolves the limits of a domain's CPUs.
pub(crate) fn cpu_limits(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> CpuLimits {
    let limits = layers.object(key!(cpu_limits));
    let mut quota = |key| limits.get(key).map(|at| checked(at, problems));
    CpuLimits {
        shares: limits.value(key!(shares)),
        vcpu: Bandwidth { period: limits.value(key!(period)), quota: quota(key!(quota)) },
        global: Bandwidth { period: limits.value(key!(global_period)), quota: quota(key!(global_quota)) },
        emulator: Bandwidth { period: limits.value(key!(emulator_period)), quota: quota(key!(emulator_quota)) },
        iothread: Bandwidth { period: limits.value(key!(iothread_period)), quota: quota(key!(iothread_quota)) },
    }
}

/// Reads a quota, and refuses one that the kernel does not take.
fn checked(quota: At<'_, i64>, problems: &mut Problems) -> i64 {
    if (0..QUOTA_MIN).contains(quota.value) {
        problems.push(
            Problem::out_of_range(quota.place(), format!("a quota of {} microseconds", quota.value))
                .label("below the kernel's minimum")
                .help("write at least 1000, or -1 for no limit"),
        );
    }
    *quota.value
}
