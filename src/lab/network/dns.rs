//! The DNS server of a network.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::spec::interface::Protocol;

/// The DNS server of a network.
#[derive(Debug)]
pub struct Dns {
    /// Whether it runs.
    pub enable: bool,
    /// The DNS domain.
    pub domain: Option<String>,
    /// Whether names in `domain` are never asked for upstream.
    pub local_only: bool,
    /// The servers that other names are asked from.
    pub forwarders: Vec<IpAddr>,
    /// The servers for names in some domains only.
    pub forward_domains: BTreeMap<String, IpAddr>,
    /// Whether names without a dot are asked for upstream, where the spec says.
    pub forward_plain_names: Option<bool>,
    /// Further names with their addresses.
    pub hosts: BTreeMap<String, IpAddr>,
    /// Names with everything below them, with their addresses.
    pub wildcards: BTreeMap<String, IpAddr>,
    /// Where services are found.
    pub srv: Vec<Srv>,
    /// Texts, by name.
    pub txt: BTreeMap<String, String>,
}

/// Where a service is found.
#[derive(Debug)]
pub struct Srv {
    pub service: String,
    pub protocol: Protocol,
    /// The domain that has it.
    pub domain: Option<String>,
    /// The host that serves it.
    pub target: String,
    /// The port that it is served on.
    pub port: u16,
    /// When it is asked.
    pub priority: Option<u16>,
    /// How often it is asked.
    pub weight: Option<u16>,
}
