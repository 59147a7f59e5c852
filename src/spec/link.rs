//! How good links are, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// A link profile: the rate, delay and packet loss of a link, so that a lab on one host behaves like the network that
/// it models. An interface selects it with `"link": { "profile": "<name>" }`. A profile without any key changes
/// nothing.
///
/// `rate` is libvirt's `bandwidth` in both directions. The host applies the other keys with netem
/// ([tc-netem](https://man7.org/linux/man-pages/man8/tc-netem.8.html)) on the interface's tap device: they affect what
/// the guest receives. Between two domains that both have the profile, it applies once in each direction. If only one
/// of them has it, it applies only to what that domain receives, so a round trip has the `delay` once. The generated
/// module runs a service for each such interface, `lab2nix-link-<device>`, while its domain runs. A change of any key
/// other than `rate` takes effect at the next switch and does not restart domains. A user's libvirt session
/// (`mkHomeModule`) has no such service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkProfile {
    /// The rate in each direction, in bits per second: a whole number and `bit`, `kbit`, `Mbit` or `Gbit` (decimal),
    /// from `8kbit` to `1000Gbit`. It is rounded to libvirt's unit of 1000 bytes per second. Excess packets to the
    /// guest are queued; excess packets from the guest are dropped, after a burst of a quarter of a second at this
    /// rate, at least 128 KiB. Not for an interface with a `bandwidth`. Default: no limit.
    #[schemars(example = &"10Mbit")]
    pub rate: Option<String>,
    /// The delay added to packets that the guest receives, in whole seconds (`s`), milliseconds (`ms`) or microseconds
    /// (`us`), at most a minute. Default: none.
    #[schemars(example = &"50ms")]
    pub delay: Option<String>,
    /// The random variation of `delay` in both directions, at most `delay`. Packets are reordered when it is longer
    /// than the time between two packets, which does not happen on a real single link. Default: none.
    #[schemars(example = &"5ms")]
    pub jitter: Option<String>,
    /// The random packet loss, from `0%` to `100%` of the packets that the guest would receive. One packet on the host
    /// can contain several TCP segments (GSO). Default: none.
    #[schemars(example = &"2.5%")]
    pub loss: Option<String>,
}
