//! What an interface has on the host: a tap device of a name, queues, limits. A virtual function or a user-mode network has
//! no such device, and a bridge, Open vSwitch and macvtap can each do something else with it.

use std::collections::HashMap;

use uuid::Uuid;

use crate::lab::domain::Domain;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::link::{self, Made};
use crate::lab::link::Netem;
use crate::lab::network::Network;
use crate::lab::network::bandwidth::{self, Bandwidth};
use crate::lab::profile::{Layers, Word};
use crate::lab::scope::{Entry, Scope};
use crate::lab::{Placed, device_name};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, quoted_list};
use crate::spec::interface as written;
use crate::spec::interface::InterfaceModel;
use crate::spec::macvtap::MacvtapMode;
use crate::spec::network::Mode;

/// The starts of names that libvirt keeps for devices that it names itself: it drops the first four from definitions, and
/// names bridges with the last.
const RESERVED: [&str; 5] = ["vnet", "vif", "macvtap", "macvlan", "virbr"];

/// What an interface has on the host.
#[derive(Debug)]
pub struct Tap {
    /// The name of its device.
    pub target: Option<Placed<String>>,
    /// What its name is made from, where it needs one and has none.
    pub(in crate::lab) made: Option<Made>,
    /// How many pairs of queues it has.
    pub queues: Option<u16>,
    /// What macvtap does with traffic between those that share its interface.
    pub macvtap_mode: MacvtapMode,
    /// How much traffic may pass.
    pub bandwidth: Option<Bandwidth>,
    /// What the kernel does besides with what the guest receives.
    pub netem: Option<Netem>,
    /// Whether libvirt limits what the guest receives.
    pub is_shaped: bool,
    /// Whether it is kept from others that are.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what the guest reports of its filters.
    pub trust_rx_filters: Option<bool>,
}

/// How an interface gets to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lab) enum Path {
    /// By a tap device on a bridge.
    Bridge,
    /// By a tap device on an Open vSwitch bridge.
    OpenVSwitch,
    /// By macvtap.
    Macvtap,
    /// By a virtual function, which the guest drives.
    Function,
    /// By a process.
    User,
}

impl Path {
    /// That of an interface.
    pub(in crate::lab) fn of(attachment: &Attachment, scope: &Scope<'_>) -> Self {
        match attachment {
            Attachment::Network(id) => match scope.networks[id.0].mode {
                Mode::Nat | Mode::Route | Mode::Open | Mode::Isolated | Mode::Bridge => Self::Bridge,
                Mode::Ovs => Self::OpenVSwitch,
                Mode::Macvtap => Self::Macvtap,
                Mode::Hostdev => Self::Function,
            },
            Attachment::Bridge { .. } => Self::Bridge,
            Attachment::Macvtap(_) => Self::Macvtap,
            Attachment::User => Self::User,
        }
    }

    fn has_device(self) -> bool {
        match self {
            Self::Bridge | Self::OpenVSwitch | Self::Macvtap => true,
            Self::Function | Self::User => false,
        }
    }
}

/// What the interface has on the host, `model` being the device that the guest sees.
pub(in crate::lab) fn tap(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    model: InterfaceModel,
    (entry, uuid, index, scope): (&Entry<'_>, Uuid, u32, &Scope<'_>),
    problems: &mut Vec<Problem>,
) -> Tap {
    let path = Path::of(attachment, scope);
    let queues = layers.get("queues", |i| i.queues.as_ref());
    let target = layers.get("target", |i| i.target.as_ref());
    let macvtap_mode = layers.get("macvtapMode", |i| i.macvtap_mode.as_ref());
    let isolation = layers.get("portIsolation", |i| i.port_isolation.as_ref());
    let trust = layers.get("trustRxFilters", |i| i.trust_rx_filters.as_ref());
    let limits = layers.object("bandwidth", |i| i.bandwidth.as_ref());
    let model_at = layers.get("model", |i| i.model.as_ref()).map(|at| at.pointer());
    let link_at = layers.get("link", |i| i.link.as_ref()).map(|at| at.pointer());

    let (what, label) = attachment.describe(scope);
    let with_macvtap = matches!(attachment, Attachment::Macvtap(_));
    let refused = [
        ("queues", queues.map(|at| at.pointer()), path.has_device()),
        ("target", target.map(|at| at.pointer()), path.has_device()),
        ("bandwidth", (!limits.is_empty()).then(|| limits.pointer()), path.has_device()),
        ("portIsolation", isolation.map(|at| at.pointer()), path == Path::Bridge),
        ("trustRxFilters", trust.map(|at| at.pointer()), path.has_device()),
        ("macvtapMode", macvtap_mode.map(|at| at.pointer()), with_macvtap),
        ("model", model_at.clone(), path != Path::Function),
        ("link", link_at, path != Path::Function),
    ];
    for (key, at, _) in refused.into_iter().filter(|(.., is_fine)| !is_fine) {
        problems.extend(at.map(|at| {
            Problem::new(Id::NotOnThisMode, at.name(), format!("{what} takes no `{key}`")).label(label.clone()).help(
                match (key, path) {
                    ("macvtapMode", Path::Macvtap) => "leave it out; the network has its own `macvtapMode`",
                    ("macvtapMode", _) => "leave it out, or use `macvtap`",
                    (_, Path::Function) => "leave it out; the guest has the device itself",
                    _ => "leave it out, or use a network with a bridge",
                },
            )
        }));
    }
    let only_virtio = [("queues", queues.map(|at| at.pointer())), ("trustRxFilters", trust.map(|at| at.pointer()))];
    for (key, at) in only_virtio.into_iter().filter(|_| path.has_device() && model != InterfaceModel::Virtio) {
        problems.extend(at.map(|at| needs_virtio(key, at, model_at.clone())));
    }
    let network = match attachment {
        Attachment::Network(id) => Some(&scope.networks[id.0]).filter(|network| network.mode.makes_bridge()),
        Attachment::Bridge { .. } | Attachment::User | Attachment::Macvtap(_) => None,
    };
    let profile = link::profile(layers, attachment, scope, problems);
    let given = bandwidth::of_interface(&limits, network, (path, &label), problems);
    let given = (given, (!limits.is_empty()).then(|| limits.pointer()));
    let bandwidth = link::bandwidth(profile, given, path, problems);
    let portgroup = layers.value("portgroup", |i| i.portgroup.as_ref());
    let target = target.and_then(|word| self::target(word, entry, problems));
    Tap {
        made: profile.filter(|_| target.is_none()).map(|_| Made { uuid, index, place: entry.at.clone().name() }),
        target,
        queues: queues.map(|queues| *queues.value),
        macvtap_mode: macvtap_mode.map(|mode| *mode.value).unwrap_or_default(),
        is_shaped: link::is_shaped(bandwidth.as_ref(), portgroup.as_ref(), attachment, scope),
        bandwidth,
        netem: profile.and_then(|profile| profile.netem.clone()),
        port_isolation: isolation.map(|isolation| *isolation.value),
        trust_rx_filters: trust.map(|trust| *trust.value),
    }
}

/// The problem of a key that another model does nothing with.
fn needs_virtio(key: &str, at: Pointer, model_at: Option<Pointer>) -> Problem {
    let problem =
        Problem::new(Id::ConflictingFields, at.name(), format!("`{key}` with a model that has no such thing"))
            .label("only for model `virtio`");
    let problem = match model_at {
        Some(model) => problem.related(model.value(), "another one"),
        None => problem,
    };
    problem.help("add `\"model\": \"virtio\"`, or leave it out")
}

/// The name of a device of the host, with the number of the replica.
fn target(word: Word<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Option<Placed<String>> {
    let first = device_name::of_interface(word, problems)?;
    if RESERVED.iter().any(|start| first.starts_with(start)) {
        let starts = quoted_list(RESERVED).replace(" and ", " or ");
        problems.push(
            Problem::of_value(
                Id::BadName,
                word.place(),
                format!("`{first}` cannot be the name of an interface's device"),
            )
            .label("kept by libvirt")
            .help(format!("choose a name that does not start with {starts}")),
        );
        return None;
    }
    let name = match entry.own.replicas {
        None => first,
        Some(_) => format!("{first}-{}", entry.replica + 1),
    };
    if name.len() > device_name::MAX {
        let message = format!("`{name}` is longer than {} bytes", device_name::MAX);
        problems.push(
            Problem::of_value(Id::BridgeNameTooLong, word.place(), message)
                .label("with the number of the replica")
                .help("the kernel's names of interfaces end there; choose a shorter one"),
        );
        return None;
    }
    Some(Placed { value: name, place: word.place() })
}

/// Reports every device of the host whose name another one has.
pub(in crate::lab) fn check<'a>(
    networks: &[Network],
    domains: impl Iterator<Item = &'a Domain>,
    problems: &mut Vec<Problem>,
) {
    let mut taken: HashMap<&str, Place> = HashMap::new();
    for network in networks {
        for bridge in network.bridge.iter().filter(|bridge| !bridge.value.is_empty()) {
            taken.entry(&bridge.value).or_insert_with(|| bridge.place.clone());
        }
        if let Some(dev) = &network.dev {
            taken.entry(dev).or_insert_with(|| network.at.key("dev").value());
        }
    }
    for target in domains.flat_map(|domain| &domain.interfaces).filter_map(|interface| interface.tap.target.as_ref()) {
        match taken.get(target.value.as_str()) {
            None => {
                taken.insert(&target.value, target.place.clone());
            }
            Some(first) => {
                let message = format!("two devices of the host are named `{}`", target.value);
                let problem = Problem::of_value(Id::DuplicateName, target.place.clone(), message)
                    .help("give each interface a `target` of its own, or leave it out");
                problems.push(if *first == target.place {
                    problem.label("in several domains")
                } else {
                    problem.label("the second one").related(first.clone(), "the first one")
                });
            }
        }
    }
}
