//! What a guest is told that other parts of the lab know: the addresses and DNS servers of its interfaces, and who creates the
//! domain that it joins.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use super::directory::place_of_join;
use crate::lab::domain::Domain;
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::Network;
use crate::lab::subnet::Family;
use crate::lab::unattended::{Adapter, Role, Unattended};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::spec::network::Mode;

/// A guest that creates a domain.
struct Controller {
    /// Where it says so.
    at: Pointer,
    /// Its machine, which can have several forms.
    machine: Uuid,
    /// The domain's name in DNS.
    name: String,
    /// Its static addresses.
    addresses: Vec<IpAddr>,
    /// Its administrator, and the file with the password.
    user: String,
    password_file: String,
}

/// Tells all guests what the lab knows.
pub(crate) fn complete(domains: &mut [Domain], networks: &[Network], problems: &mut Problems) {
    let controllers: Vec<Controller> = domains.iter().filter_map(controller).collect();
    let is_one_unknown = controllers.iter().any(|controller| controller.name.is_empty());
    created_once(&controllers, problems);
    named_once(domains, problems);
    for domain in domains {
        let Some(unattended) = &mut domain.unattended else { continue };
        let of_join = match &unattended.role {
            Role::Joins { name, .. } => controllers.iter().find(|controller| controller.name == *name),
            Role::Alone | Role::Creates { .. } => None,
        };
        // A name that is none has been reported.
        if !is_reported(&unattended.role) && (of_join.is_some() || !is_one_unknown) {
            joins(unattended, &domain.name, of_join, problems);
        }
        if matches!(unattended.role, Role::Joins { .. }) && domain.interfaces.is_empty() {
            let what = format!("domain `{}` joins a domain without a network", domain.name);
            problems.push(
                Problem::needs(place_of_join(&unattended.at), what, "an interface")
                    .help("add `\"interfaces\": [{ \"network\": … }]`"),
            );
        }
        let of_controller = of_join.map(|controller| controller.addresses.as_slice()).unwrap_or_default();
        let of_controller = (!of_controller.is_empty()).then_some(of_controller);
        let dns = unattended.dns.as_deref().or(of_controller);
        let adapters =
            domain.interfaces.iter().map(|interface| adapter(interface, networks, unattended.is_static, dns));
        let adapters = adapters.filter(|adapter| !adapter.addresses.is_empty() || !adapter.dns.is_empty()).collect();
        unattended.adapters = adapters;
        has_address(unattended, &domain.name, problems);
    }
}

/// Refuses two guests that create one domain: the second one joins it.
fn created_once(controllers: &[Controller], problems: &mut Problems) {
    for (index, controller) in controllers.iter().enumerate() {
        let is_other = |first: &&Controller| first.name == controller.name && first.machine != controller.machine;
        if let Some(first) = controllers[..index].iter().find(is_other) {
            problems.push(
                Problem::conflict(Place::key(&controller.at), format!("two guests that create `{}`", controller.name))
                    .label("the other one")
                    .related(Place::key(&first.at), "the domain is created here")
                    .help("a second controller has `joinDomain`, and is promoted by a script"),
            );
        }
    }
}

/// Refuses two computers of one name in a domain, where the second one takes the account of the first.
fn named_once(domains: &[Domain], problems: &mut Problems) {
    let mut computers: BTreeMap<(&str, String), &Domain> = BTreeMap::new();
    for domain in domains {
        let Some(unattended) = &domain.unattended else { continue };
        let (Role::Creates { name, .. } | Role::Joins { name, .. }) = &unattended.role else { continue };
        let computer = (name.as_str(), unattended.computer_name.to_lowercase());
        match computers.get(&computer) {
            Some(first) if first.machine_uuid == domain.machine_uuid => {}
            Some(first) => problems.push(
                Problem::conflict(
                    Place::key(&unattended.at),
                    format!("`{}` and `{}` are one computer of `{name}`", first.name, domain.name),
                )
                .label(format!("its name is `{}`, too", unattended.computer_name))
                .help("give each its own `computerName`"),
            ),
            None => drop(computers.insert(computer, domain)),
        }
    }
}

/// Refuses static addresses of a guest that has none.
fn has_address(unattended: &Unattended, domain: &str, problems: &mut Problems) {
    if unattended.is_static && unattended.adapters.iter().all(|adapter| adapter.addresses.is_empty()) {
        let what = match unattended.role {
            Role::Creates { .. } => "a domain controller without a static address",
            Role::Alone | Role::Joins { .. } => "static addresses, but none",
        };
        problems.push(
            Problem::needs(Place::key(&unattended.at), format!("domain `{domain}`: {what}"), "an `ip` of an interface")
                .help(match unattended.role {
                    Role::Creates { .. } => "give an interface on a network of the lab an `ip`",
                    Role::Alone | Role::Joins { .. } => {
                        "give an interface on a network of the lab an `ip`, or write `\"network\": \"dhcp\"`"
                    }
                }),
        );
    }
}

fn controller(domain: &Domain) -> Option<Controller> {
    let unattended = domain.unattended.as_ref()?;
    let Role::Creates { name, .. } = &unattended.role else { return None };
    let fixed = domain.interfaces.iter().flat_map(|interface| &interface.addresses);
    Some(Controller {
        at: unattended.at.key("createDomain"),
        machine: domain.machine_uuid,
        name: name.clone(),
        addresses: fixed.map(|address| address.host.addr()).collect(),
        user: unattended.user().to_owned(),
        password_file: unattended.secrets.password_file.clone(),
    })
}

/// Whether the name of the domain that is joined has been reported.
fn is_reported(role: &Role) -> bool {
    matches!(role, Role::Joins { name, .. } if name.is_empty())
}

/// Takes the password of who joins from the guest that creates the domain, and warns where nobody of the lab does.
fn joins(unattended: &mut Unattended, domain: &str, controller: Option<&Controller>, problems: &mut Problems) {
    let Role::Joins { name, .. } = &unattended.role else { return };
    if controller.is_none() && unattended.dns.is_none() {
        problems.push(
            Problem::new(
                Id::NoController,
                place_of_join(&unattended.at),
                format!("domain `{domain}` joins `{name}`, which no guest of the lab creates"),
            )
            .once_per_place()
            .label("found only if the DNS server of its network knows it")
            .help("add the addresses of its controllers: `\"dns\": [\"…\"]` in `unattended`"),
        );
    }
    if let Role::Joins { user, .. } = &mut unattended.role
        && user.is_empty()
    {
        controller.map_or("Administrator", |controller| &controller.user).clone_into(user);
    }
    // The password is that of its administrator, and of nobody else.
    let is_of_controller = match (&unattended.role, controller) {
        (Role::Joins { user, .. }, Some(controller)) => *user == controller.user,
        _ => false,
    };
    if unattended.secrets.join_password_file.is_none() {
        match controller {
            Some(controller) if is_of_controller => {
                unattended.secrets.join_password_file = Some(controller.password_file.clone());
            }
            _ => problems.push(
                Problem::needs(
                    place_of_join(&unattended.at),
                    "a domain that is joined without a password",
                    "a `passwordFile` in it",
                )
                .help("add `\"passwordFile\": \"/run/secrets/…\"`, with the password of its `user`"),
            ),
        }
    }
}

/// What an interface is told.
fn adapter(interface: &Interface, networks: &[Network], is_static: bool, dns: Option<&[IpAddr]>) -> Adapter {
    let network = match &interface.attachment {
        Attachment::Network(id) => networks.get(id.0),
        Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::User
        | Attachment::Macvtap(_)
        | Attachment::Tunnel(_) => None,
    };
    let mut adapter =
        Adapter { mac: interface.mac.value, addresses: Vec::new(), gateways: Vec::new(), dns: Vec::new() };
    let fixed = interface.addresses.iter().filter(|_| is_static).map(|address| address.host.addr());
    for address in fixed {
        let ip = network.and_then(|network| Some((network, network.ip(Family::of(address))?)));
        let Some((network, ip)) = ip else { continue };
        adapter.addresses.extend(IpNet::new(address, ip.subnet.prefix_len()));
        let gateway = ip.gateway.addr();
        if network.mode != Mode::Isolated {
            adapter.gateways.push(gateway);
        }
        if network.dns.enable {
            adapter.dns.push(gateway);
        }
    }
    if let Some(dns) = dns {
        adapter.dns = dns.to_vec();
    }
    adapter
}
