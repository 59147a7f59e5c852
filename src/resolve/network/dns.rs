//! Reads the DNS server of a network: forwarders, hosts, services and texts.

use std::collections::BTreeMap;

use crate::lab::network::dns::{Dns, Srv};
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::network::dnsmasq::fits_line;
use crate::resolve::parse;
use crate::resolve::text::shortened;
use crate::spec;
use crate::spec::key::key;

/// Reads the DNS server.
pub(crate) fn dns(layers: &Layers<'_, spec::Network>, problems: &mut Problems) -> Dns {
    let dns = layers.object(key!(dns));
    let forwarders = dns.items(key!(forwarders));
    let forwarders = forwarders.filter_map(|(text, at)| parse::any_address_at(text, Place::value(at), problems));
    let forwarders = forwarders.collect();
    let mut by_name = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
    let hosts = dns.get(key!(hosts));
    let forward_domains = dns.get(key!(forward_domains));
    let wildcards = dns.get(key!(wildcards));
    for (written, found) in [hosts, forward_domains, wildcards].into_iter().zip(&mut by_name) {
        for (written, (name, text)) in written.into_iter().flat_map(|at| at.value.iter().map(move |item| (at, item))) {
            let at = written.pointer().key(name);
            let named = match name.strip_prefix("*.") {
                Some(below) => {
                    problems.push(with_star(below, &at));
                    false
                }
                None => parse::host_name(name, Place::key(&at), problems),
            };
            found.extend(
                parse::any_address_at(text, Place::value(at), problems)
                    .filter(|_| named)
                    .map(|address| (name.clone(), address)),
            );
        }
    }
    let [hosts, forward_domains, wildcards] = by_name;
    let local_only = dns.get(key!(local_only)).filter(|only| *only.value);
    if let Some(local_only) = local_only.filter(|_| dns.get(key!(domain)).is_none()) {
        problems.push(
            Problem::needs(local_only.key_place(), "`localOnly` without a `domain`", "a `domain` beside it")
                .help("add `\"domain\": …`, or leave `localOnly` out"),
        );
    }
    Dns {
        enable: dns.value(key!(enable)).unwrap_or(true),
        domain: dns.get(key!(domain)).and_then(|word| host(word, problems)),
        local_only: local_only.is_some(),
        forwarders,
        forward_domains,
        forward_plain_names: dns.value(key!(forward_plain_names)),
        hosts,
        wildcards,
        srv: services(&dns, problems),
        txt: texts(&dns, problems),
    }
}

/// Makes the problem of a name that stands for all below it with a star.
fn with_star(below: &str, at: &Pointer) -> Problem {
    Problem::bad_name(Place::key(at), format!("`*.{below}` is not the name of a host"))
        .label("contains a `*`")
        .help(format!("write `\"{below}\"` in `wildcards` or `forwardDomains`: there it includes all names below it"))
}

/// Reads the name of a host or a domain.
fn host(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    parse::host_name(word.value, word.place(), problems).then(|| word.value.clone())
}

fn services(dns: &Layers<'_, spec::network::Dns>, problems: &mut Problems) -> Vec<Srv> {
    let services = dns.objects(key!(srv)).filter_map(|layers| {
        let service = layers.get(key!(service)).and_then(|word| service(word, problems));
        let domain = layers.get(key!(domain)).map(|word| host(word, problems));
        let target = layers.get(key!(target)).and_then(|word| host(word, problems));
        Some(Srv {
            service: service?,
            protocol: layers.value(key!(protocol)).unwrap_or_default(),
            domain: domain.map_or(Some(None), |domain| domain.map(Some))?,
            target: target?,
            port: layers.value(key!(port))?,
            priority: layers.value(key!(priority)),
            weight: layers.value(key!(weight)),
        })
    });
    services.collect()
}

/// Reads the name of a service, in the characters that libvirt takes.
fn service(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    let is_valid = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && text.len() <= 62;
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be the name of a service", shortened(text)))
                .label("not a service")
                .help("use letters, digits, `-` and `_`, without the leading `_`, such as `\"ldap\"`"),
        );
    }
    is_valid.then(|| text.clone())
}

/// Reads the texts. Each makes one line for dnsmasq together with its name.
fn texts(dns: &Layers<'_, spec::network::Dns>, problems: &mut Problems) -> BTreeMap<String, String> {
    let Some(written) = dns.get(key!(txt)) else {
        return BTreeMap::new();
    };
    let mut texts = BTreeMap::new();
    for (name, text) in written.value {
        let at = written.pointer().key(name);
        let named = parse::host_name(name, Place::key(&at), problems);
        // The text gets quotes, and escapes within them.
        let rest = name.len() + 2 + text.matches(['"', '\\']).count();
        if fits_line(text, rest, Place::value(at), problems) && named {
            texts.insert(name.clone(), text.clone());
        }
    }
    texts
}
