//! A floppy drive of a domain.

use crate::lab::domain::boot::Order;
use crate::lab::placed::ExtraAt;
use crate::spec::drive::StartupPolicy;

#[derive(Debug)]
pub struct Floppy {
    pub file: Option<String>,
    /// Whether the guest may only read it.
    pub readonly: bool,
    /// What becomes of a start without the image.
    pub startup_policy: Option<StartupPolicy>,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}
