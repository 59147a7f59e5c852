//! The files of a NoCloud seed ISO, which cloud-init in the guest reads at its first boot
//! ([`NoCloud`](https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html)).
//!
//! cloud-init reads YAML. What is written here is JSON, which is YAML too as the module `json` writes it: nothing in it depends on
//! indentation or on how a plain word looks.

mod json;
mod network;

pub use json::pretty;

use serde_json::{Map, Value, json};

use crate::lab::Lab;
use crate::lab::cloud_init::{CloudInit, Secrets};
use crate::lab::domain::Domain;
use crate::spec::guest::Os;

/// What makes a file cloud-config.
const CLOUD_CONFIG: &str = "#cloud-config\n";

/// The `NoCloud` seed of a domain.
#[derive(Debug)]
pub struct Seed<'a> {
    pub domain: &'a str,
    /// What is to be added to the user data when the lab is activated.
    pub secrets: &'a Secrets,
    /// The files, in a fixed order.
    pub files: Vec<SeedFile>,
}

/// A file of a seed.
#[derive(Debug)]
pub struct SeedFile {
    /// Which it is.
    pub kind: FileKind,
    pub value: Value,
    pub text: String,
}

/// The files that cloud-init looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Who the guest is.
    MetaData,
    /// What it does.
    UserData,
    /// How its network is.
    NetworkConfig,
}

impl FileKind {
    /// The name of the file.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::MetaData => "meta-data",
            Self::UserData => "user-data",
            Self::NetworkConfig => "network-config",
        }
    }

    /// The first line that the file has to have.
    #[must_use]
    pub fn first_line(self) -> &'static str {
        match self {
            Self::UserData => CLOUD_CONFIG,
            Self::MetaData | Self::NetworkConfig => "",
        }
    }
}

/// The seeds of a lab's domains, in the order of the domains.
pub fn seeds(lab: &Lab) -> impl Iterator<Item = Seed<'_>> {
    lab.domains_in_order().filter_map(|domain| Some(seed(domain, domain.cloud_init.as_ref()?)))
}

fn seed<'a>(domain: &'a Domain, init: &'a CloudInit) -> Seed<'a> {
    let meta_data = json!({ "instance-id": domain.machine_uuid.to_string(), "local-hostname": init.hostname });
    let network_config = init.network.as_ref().map(|network| network::config(network, domain));
    let files = [
        (FileKind::MetaData, Some(meta_data)),
        (FileKind::UserData, Some(Value::Object(user_data(init, domain.os)))),
        (FileKind::NetworkConfig, network_config),
    ];
    let file = |(kind, value): (FileKind, Option<Value>)| {
        let value = value?;
        Some(SeedFile { kind, text: format!("{}{}\n", kind.first_line(), pretty(&value)), value })
    };
    Seed { domain: &domain.name, secrets: &init.secrets, files: files.into_iter().filter_map(file).collect() }
}

/// What the guest does, as cloud-config.
fn user_data(init: &CloudInit, os: Os) -> Map<String, Value> {
    let mut config = Map::new();
    let mut extra = init.extra.clone();
    let mut users: Vec<Value> = Vec::new();
    match &init.user {
        Some(name) => users.push(user(name, init, os)),
        // Those of the image's default user.
        None => set_list(&mut config, "ssh_authorized_keys", &init.ssh_keys),
    }
    if let Some(Value::Array(further)) = extra.get_mut("users") {
        users.append(further);
        extra.shift_remove("users");
    }
    if !users.is_empty() {
        config.insert("users".to_owned(), Value::Array(users));
    }
    set_list(&mut config, "packages", &init.packages);
    set_list(&mut config, "runcmd", &init.runcmd);
    config.extend(extra);
    config
}

fn user(name: &str, init: &CloudInit, os: Os) -> Value {
    let mut user = Map::new();
    let mut set = |key: &str, value: Value| user.insert(key.to_owned(), value);
    set("name", name.into());
    set("sudo", "ALL=(ALL) NOPASSWD:ALL".into());
    // Others may not have it, and a user without its shell cannot log in.
    if os == Os::Linux {
        set("shell", "/bin/bash".into());
    }
    if let Some(hash) = &init.password_hash {
        set("lock_passwd", false.into());
        set("hashed_passwd", hash.clone().into());
    }
    set_list(&mut user, "ssh_authorized_keys", &init.ssh_keys);
    Value::Object(user)
}

/// Sets a list, unless there is nothing in it.
fn set_list<T: Into<Value> + Clone>(map: &mut Map<String, Value>, key: &str, items: &[T]) {
    if !items.is_empty() {
        map.insert(key.to_owned(), Value::Array(items.iter().cloned().map(Into::into).collect()));
    }
}
