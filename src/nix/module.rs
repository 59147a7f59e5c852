//! `default.nix`, the module that says what a lab is. What makes it the host's is beside it ([`super::host`]).

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::file::{Error, ListHead, NIXVIRT, PKGS, header, list_file_name, put, style};
use super::print::{self, Style};
use super::template::{NixText, render};
use super::{Attrs, Expr, Ident, Lambda, Lines, Name, NulInText, Piece, Select, Text, TextFile};
use crate::host::{Claims, HostNeeds, Link, Ports};
use crate::host_file::{HOST_FILES, IMAGES_OPTION};
use crate::lab::Lab;
use crate::lab::identity::Kind;
use crate::nocloud::{self, FileKind};
use crate::spec::Paths;
use crate::spec::guest::Arch;

/// What a lab is to its host, as a file.
#[derive(Debug)]
pub struct ModuleFile {
    /// Its text, with its first line.
    pub text: String,
    /// What it says of the lab, by attribute.
    pub values: Vec<(&'static str, Expr)>,
    /// The attributes that are the lists of the files beside it.
    pub sections: Vec<&'static str>,
}

/// The name of the file that says what the lab is.
pub const MODULE_FILE_NAME: &str = "default.nix";

/// The option that the labs of a host are listed in.
pub const LABS_OPTION: &str = "services.lab2nix.labs";

/// The module that says what the lab is. `spec` is the name of the spec's file.
///
/// # Errors
///
/// See [`Error`].
pub fn module_file(lab: &Lab, lists: &[ListHead], spec: &str) -> Result<ModuleFile, Error> {
    let target = &lab.target;
    let style = style(target.format);
    let word = |text: &str| NixText::value(text.to_owned());
    let sections: Vec<(Kind, &[Ident])> =
        lists.iter().filter_map(|list| Some((list.kind, list.formals.as_deref()?))).collect();
    let takes = |name: &str| sections.iter().any(|(_, formals)| formals.iter().any(|it| it.as_str() == name));
    // Files of the host come from its own options, and so do images.
    let seeds = seeds(lab)?;
    let formals = [
        ("config", takes(HOST_FILES) || takes(IMAGES_OPTION)),
        (PKGS, takes(PKGS) || !seeds.is_empty()),
        (NIXVIRT, takes(NIXVIRT)),
    ];
    let unwritable = |error: NulInText| Error::Unwritable { name: MODULE_FILE_NAME.to_owned(), why: error.to_string() };
    let names = names(lab).map_err(unwritable)?;
    let mut needs = needs(&HostNeeds::of(lab), target.paths).map_err(unwritable)?;
    if !seeds.is_empty() {
        needs.push(("seeds", seeds.into()));
    }
    let bindings = |values: &[(&'static str, Expr)]| -> Vec<minijinja::Value> {
        let binding = |(name, value): &(&'static str, Expr)| {
            minijinja::context! { name => word(name), value => NixText::value(print::print_at(value, style, 6)) }
        };
        values.iter().map(binding).collect()
    };
    let text = render(
        "module",
        minijinja::context! {
            header => NixText::value(header(spec)),
            head => NixText::value(head(&formals, style)),
            empty => NixText::value(print::print(&Attrs::new().into(), style)),
            names => bindings(&names),
            needs => bindings(&needs),
            sections => sections.iter().map(|(kind, formals)| {
                let arguments = formals.iter().map(Ident::as_str);
                let is_option = |name: &&str| [HOST_FILES, IMAGES_OPTION].contains(name);
                let (of_options, given): (Vec<&str>, Vec<&str>) = arguments.partition(is_option);
                minijinja::context! {
                    name => word(section(*kind)),
                    arguments => (!given.is_empty()).then(|| NixText::value(given.join(" "))),
                    options => (!of_options.is_empty()).then(|| NixText::value(of_options.join(" "))),
                    none => formals.is_empty(),
                }
            }).collect::<Vec<_>>(),
        },
    )?;
    let sections = sections.iter().map(|(kind, _)| section(*kind)).collect();
    Ok(ModuleFile { text, values: names.into_iter().chain(needs).collect(), sections })
}

/// The attribute that a list is.
fn section(kind: Kind) -> &'static str {
    list_file_name(kind).trim_end_matches(".nix")
}

/// The start of a function of the formals that are used, up to its body; nothing where none is.
fn head(formals: &[(&'static str, bool)], style: Style) -> String {
    let formals: Vec<Ident> = formals.iter().filter(|(_, used)| *used).map(|(name, _)| Ident::literal(name)).collect();
    if formals.is_empty() {
        return String::new();
    }
    let body = Expr::from(Attrs::new());
    let printed_body = print::print(&body, style);
    let lambda = Lambda::new(formals, body).expect("the formals are different");
    let mut head = print::print(&Expr::Lambda(lambda), style);
    head.truncate(head.len() - printed_body.len());
    head
}

/// What the lab is known by.
fn names(lab: &Lab) -> Result<Vec<(&'static str, Expr)>, NulInText> {
    Ok(vec![("name", text(&lab.name)?), ("connection", text(&lab.target.connection)?)])
}

/// What the lab asks of its host, without what it does not need.
fn needs(host: &HostNeeds, paths: Paths) -> Result<Vec<(&'static str, Expr)>, NulInText> {
    let HostNeeds {
        firmware,
        secure_firmware,
        driver_disc,
        tpm,
        virtiofs,
        passt,
        open_vswitch,
        filesystems,
        iscsi,
        rbd,
        directories,
        tftp,
        images,
        imported,
        machines,
        steady_networks,
        zfs,
        hugepages,
        pci_devices,
        bridges,
        links,
        claims,
    } = host;
    // What is named by its store path needs no other.
    let stable = paths == Paths::Stable;
    let architectures = |found: &BTreeSet<Arch>| found.iter().map(|arch| Text::literal(arch.name()).into()).collect();
    let mut needs = Vec::new();
    let mut set = |name: &'static str, needed: bool, value: Expr| {
        if needed {
            needs.push((name, value));
        }
    };
    set("directories", !directories.is_empty() || !tftp.is_empty(), self::directories(host)?.into());
    set("bridges", !bridges.is_empty(), self::bridges(bridges)?.into());
    set("images", !images.is_empty(), owners(images)?.into());
    set("imported", !imported.is_empty(), self::imported(imported)?.into());
    set("machines", !machines.is_empty(), self::machines(machines)?.into());
    let steady = steady_networks.iter().map(|uuid| text(uuid)).collect::<Result<Vec<_>, _>>()?;
    set("steadyNetworks", !steady.is_empty(), Expr::List(steady));
    set("zfs", *zfs, true.into());
    for (name, owner) in [("hugepages", hugepages), ("pciDevices", pci_devices)] {
        if let Some(owner) = owner {
            set(name, true, text(owner)?);
        }
    }
    set("firmware", stable && !firmware.is_empty(), Expr::List(architectures(firmware)));
    set("secureBoot", stable && *secure_firmware, true.into());
    set("driverDisc", stable && *driver_disc, true.into());
    set("tpm", *tpm, true.into());
    set("virtiofs", *virtiofs, true.into());
    set("passt", *passt, true.into());
    set("openVSwitch", *open_vswitch, true.into());
    let filesystems = filesystems.iter().map(|filesystem| text(filesystem)).collect::<Result<Vec<_>, _>>()?;
    set("filesystems", !filesystems.is_empty(), Expr::List(filesystems));
    set("iscsi", *iscsi, true.into());
    set("rbd", *rbd, true.into());
    set("links", !links.is_empty(), self::links(links)?.into());
    let claims = self::claims(claims)?;
    set("identities", !claims.is_empty(), claims.into());
    Ok(needs)
}

/// The files of the discs of domains, by the domain.
fn seeds(lab: &Lab) -> Result<Attrs, Error> {
    let mut all = Attrs::new();
    for seed in nocloud::seeds(lab) {
        let unwritable = |why: String| Error::Unwritable { name: seed.domain.to_owned(), why };
        let nul = |error: NulInText| unwritable(error.to_string());
        let mut files = Attrs::with_capacity(seed.files.len());
        for file in &seed.files {
            let attribute = match file.kind {
                FileKind::MetaData => "metaData",
                FileKind::UserData => "userData",
                FileKind::NetworkConfig => "networkConfig",
            };
            let text = Lines::new([Piece::Text(Text::new(file.text.clone()).map_err(nul)?)]);
            let written = TextFile {
                function: Select::literal(PKGS, &["writeText"]),
                name: Text::new(format!("{}-{}", seed.domain, file.kind.file_name())).map_err(nul)?,
                text: text.map_err(|error| unwritable(error.to_string()))?,
            };
            put(&mut files, Name::literal(attribute), written.into());
        }
        put(&mut all, Name::new(seed.domain.to_owned()).map_err(nul)?, files.into());
    }
    Ok(all)
}

/// The directories that have to exist, those that TFTP serves last. A mode that starts with `:` is for directories that
/// are made.
fn directories(host: &HostNeeds) -> Result<Attrs, NulInText> {
    let mut directories = Attrs::with_capacity(host.directories.len());
    for (path, permissions) in &host.directories {
        let mut directory = Attrs::new();
        let mut set = |name: &'static str, value: &str| -> Result<(), NulInText> {
            put(&mut directory, Name::literal(name), text(value)?);
            Ok(())
        };
        match permissions {
            None => set("mode", ":0711")?,
            Some(permissions) => {
                set("mode", &permissions.mode)?;
                set("user", &permissions.owner.to_string())?;
                set("group", &permissions.group.to_string())?;
            }
        }
        put(&mut directories, Name::new(path.clone())?, directory.into());
    }
    for path in host.tftp.iter().filter(|path| !host.directories.contains_key(*path)) {
        let mut directory = Attrs::new();
        put(&mut directory, Name::literal("mode"), text(":0755")?);
        put(&mut directories, Name::new(path.clone())?, directory.into());
    }
    Ok(directories)
}

/// The ports that are served on each bridge.
fn bridges(bridges: &IndexMap<String, Ports>) -> Result<Attrs, NulInText> {
    let mut all = Attrs::with_capacity(bridges.len());
    for (bridge, Ports { is_open, tcp, udp }) in bridges {
        let mut served = Attrs::new();
        if *is_open {
            put(&mut served, Name::literal("open"), true.into());
        }
        for (name, ports) in [("tcp", tcp), ("udp", udp)] {
            if !ports.is_empty() {
                put(&mut served, Name::literal(name), Expr::List(ports.iter().map(|port| (*port).into()).collect()));
            }
        }
        put(&mut all, Name::new(bridge.clone())?, served.into());
    }
    Ok(all)
}

/// What no other lab of the host may have, each with what has it.
fn claims(claims: &Claims) -> Result<Attrs, NulInText> {
    let Claims { bridges, subnets, uuids, macs, devices, storage, files, cids, ports } = claims;
    let mut all = Attrs::new();
    let owned = [
        ("bridges", bridges),
        ("subnets", subnets),
        ("uuids", uuids),
        ("macs", macs),
        ("devices", devices),
        ("storage", storage),
        ("files", files),
        ("cids", cids),
    ];
    for (name, owners) in owned {
        if !owners.is_empty() {
            put(&mut all, Name::literal(name), self::owners(owners)?.into());
        }
    }
    let mut listened = Attrs::with_capacity(ports.len());
    for (port, addresses) in ports {
        put(&mut listened, Name::new(port.clone())?, owners(addresses)?.into());
    }
    if !listened.is_empty() {
        put(&mut all, Name::literal("ports"), listened.into());
    }
    Ok(all)
}

/// What links are like, by device.
fn links(links: &IndexMap<String, Link>) -> Result<Attrs, NulInText> {
    let mut all = Attrs::with_capacity(links.len());
    for (device, Link { netem, is_shaped }) in links {
        let mut link = Attrs::new();
        put(&mut link, Name::literal("netem"), text(netem)?);
        if *is_shaped {
            put(&mut link, Name::literal("shaped"), true.into());
        }
        put(&mut all, Name::new(device.clone())?, link.into());
    }
    Ok(all)
}

/// The machine types by architecture, each with a domain that has it.
fn machines(machines: &BTreeMap<Arch, BTreeMap<String, String>>) -> Result<Attrs, NulInText> {
    let mut all = Attrs::with_capacity(machines.len());
    for (arch, found) in machines {
        put(&mut all, Name::literal(arch.name()), owners(found)?.into());
    }
    Ok(all)
}

/// The domains that stay as they are, each with its UUID where the spec says it.
fn imported(imported: &IndexMap<String, Option<String>>) -> Result<Attrs, NulInText> {
    let mut attrs = Attrs::with_capacity(imported.len());
    for (name, uuid) in imported {
        let mut domain = Attrs::new();
        if let Some(uuid) = uuid {
            put(&mut domain, Name::literal("uuid"), text(uuid)?);
        }
        put(&mut attrs, Name::new(name.clone())?, domain.into());
    }
    Ok(attrs)
}

/// What there is once, each with what has it.
fn owners<'a>(
    owners: impl IntoIterator<Item = (&'a String, &'a String), IntoIter: ExactSizeIterator>,
) -> Result<Attrs, NulInText> {
    let owners = owners.into_iter();
    let mut attrs = Attrs::with_capacity(owners.len());
    for (name, owner) in owners {
        put(&mut attrs, Name::new(name.clone())?, text(owner)?);
    }
    Ok(attrs)
}

fn text(text: &str) -> Result<Expr, NulInText> {
    Ok(Expr::Str(Text::new(text.to_owned())?))
}
