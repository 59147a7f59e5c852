//! How good links are, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// How good a link is: how much it carries, how long that takes and how much of it is lost, so that a lab on one host is as
/// slow as what it stands for. An interface takes it with `"link": { "profile": "<name>" }`. One without any key is as good as
/// the host makes it.
///
/// `rate` is libvirt's `bandwidth` in both directions. The others are the host's, by netem
/// ([tc-netem](https://man7.org/linux/man-pages/man8/tc-netem.8.html)) on the interface's device: they change what the guest
/// receives. Between two domains that both have the profile, each direction has it once; with one such domain only what that
/// one receives has it, so that the way there and back together has the `delay` once. The generated module runs a service for
/// each such interface, `lab2nix-link-<device>`, as long as its domain runs. A change of anything but `rate` takes effect at the
/// next switch and leaves running domains alone. In a session of a user's own (`mkHomeModule`) there is no such service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkProfile {
    /// How much passes in each direction, in bits per second: a whole number and `bit`, `kbit`, `Mbit` or `Gbit`, which are
    /// decimal, from `8kbit` to `1000Gbit`. libvirt counts it in 1000 bytes per second, to which it is rounded. What the guest
    /// receives waits, what it sends too much is dropped, after as much as passes in a quarter of a second and at least
    /// 128 KiB. Not for an interface with a `bandwidth`. Default: no limit.
    #[schemars(example = &"10Mbit")]
    pub rate: Option<String>,
    /// How long what the guest receives takes, in whole seconds (`s`), milliseconds (`ms`) or microseconds (`us`), at most a
    /// minute. Default: no longer than the host takes.
    #[schemars(example = &"50ms")]
    pub delay: Option<String>,
    /// By how much a single packet is faster or slower than `delay`, at random and at most `delay`. Packets overtake each
    /// other when it is longer than the time between two of them, as they do in no single link. Default: not at all.
    #[schemars(example = &"5ms")]
    pub jitter: Option<String>,
    /// How many of the packets that the guest would receive are lost, at random, from `0%` to `100%`. A packet of the host's can
    /// be several of TCP's at once. Default: none.
    #[schemars(example = &"2.5%")]
    pub loss: Option<String>,
}
