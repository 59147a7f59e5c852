//! How much of the host's processors and disks a domain gets.

use crate::lab::domain::limits::{Bandwidth, CpuLimits};
use crate::problem::{Problem, Problems};
use crate::resolve::layers::{At, Layers};
use crate::spec::DomainFields;
use crate::spec::cpu::CpuLimits as Written;

/// The least that the kernel lets something run in a period, in microseconds.
const QUOTA_MIN: i64 = 1000;

/// Resolves the limits of a domain's CPUs.
pub(crate) fn cpu_limits(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> CpuLimits {
    let limits = layers.object("cpuLimits", |f| f.cpu_limits.as_ref());
    let period = |key, field: fn(&Written) -> Option<&u32>| limits.value(key, field);
    let mut quota = |key, field: fn(&Written) -> Option<&i64>| limits.get(key, field).map(|at| checked(at, problems));
    CpuLimits {
        shares: limits.value("shares", |l| l.shares.as_ref()),
        vcpu: Bandwidth {
            period: period("period", |l| l.period.as_ref()),
            quota: quota("quota", |l| l.quota.as_ref()),
        },
        global: Bandwidth {
            period: period("globalPeriod", |l| l.global_period.as_ref()),
            quota: quota("globalQuota", |l| l.global_quota.as_ref()),
        },
        emulator: Bandwidth {
            period: period("emulatorPeriod", |l| l.emulator_period.as_ref()),
            quota: quota("emulatorQuota", |l| l.emulator_quota.as_ref()),
        },
        iothread: Bandwidth {
            period: period("iothreadPeriod", |l| l.iothread_period.as_ref()),
            quota: quota("iothreadQuota", |l| l.iothread_quota.as_ref()),
        },
    }
}

/// A quota that the kernel takes.
fn checked(quota: At<'_, i64>, problems: &mut Problems) -> i64 {
    if (0..QUOTA_MIN).contains(quota.value) {
        problems.push(
            Problem::out_of_range(quota.place(), format!("a quota of {} microseconds", quota.value))
                .label("less than the kernel has")
                .help("write at least 1000, or -1 for no limit"),
        );
    }
    *quota.value
}
