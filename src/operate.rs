//! Runs a lab: starts its domains in their order and sees that they are ready, shuts them down, runs commands in their guests,
//! and says how they are. [`fleet`] has the domains that somebody means; [`ready`] looks at one; the others are a command each.
//!
//! Whoever only looks has a [`Virsh`](crate::virsh::Virsh); whoever talks to guests an [`Agent`](crate::virsh::agent::Agent); and
//! only who starts and stops a [`Hand`](crate::virsh::hand::Hand).

pub mod down;
pub mod due;
pub mod fleet;
pub mod install;
pub mod progress;
pub mod ready;
pub mod run;
pub mod save;
pub mod status;
pub mod up;
pub mod wait;
