//! What becomes of a start without what is in an optical or floppy drive.

use crate::problem::{Problem, Problems};
use crate::resolve::layers::At;
use crate::spec::drive::StartupPolicy;

/// Reads what libvirt does at a start when the medium of a drive is missing.
pub(crate) fn startup_policy(
    written: Option<At<'_, StartupPolicy>>,
    is_full: bool,
    problems: &mut Problems,
) -> Option<StartupPolicy> {
    let policy = written?;
    if !is_full {
        problems.push(
            Problem::conflict(policy.key_place(), "`startupPolicy` of a drive without a file or volume")
                .label("needs a file or a volume beside it")
                .help("leave `startupPolicy` out"),
        );
    }
    Some(*policy.value)
}
