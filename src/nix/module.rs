//! `default.nix`, the module that says what a lab is. What makes it the host's is beside it ([`super::host`]).

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::file::{Error, ListHead, NIXVIRT, PKGS, header, list_file_name, put, style};
use super::print::{self, Style};
use super::template::{NixText, render};
use super::{Attrs, Expr, Ident, Lambda, Lines, Name, NulInText, Piece, Select, Text, TextFile};
use crate::host::{Claims, Forwarded, HostNeeds, Link, Owner, Ports};
use crate::host_file::{HOST_FILES, IMAGES_OPTION};
use crate::lab::Lab;
use crate::lab::cloud_init::{SecretFile, Secrets};
use crate::lab::identity::ObjectKind;
use crate::lab::storage::Permissions;
use crate::lab::unattended::Secrets as DiscSecrets;
use crate::nocloud::{self, FileKind};
use crate::spec::Paths;
use crate::unattended::{self, FileKind as DiscFile, script_name};

/// The generated `default.nix`: what a lab needs of its host.
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
    let sections: Vec<(ObjectKind, &[Ident])> =
        lists.iter().filter_map(|list| Some((list.kind, list.formals.as_deref()?))).collect();
    let takes = |name: &str| sections.iter().any(|(_, formals)| formals.iter().any(|it| it.as_str() == name));
    // Files of the host come from its own options, and so do images.
    let seeds = seeds(lab)?;
    let discs = discs(lab)?;
    let formals = [
        ("config", takes(HOST_FILES) || takes(IMAGES_OPTION)),
        (PKGS, takes(PKGS) || !seeds.is_empty() || !discs.is_empty()),
        (NIXVIRT, takes(NIXVIRT)),
    ];
    let unwritable = |error: NulInText| Error::Unwritable { name: MODULE_FILE_NAME.to_owned(), why: error.to_string() };
    let names = names(lab).map_err(unwritable)?;
    let mut needs = needs(&HostNeeds::of(lab), target.paths).map_err(unwritable)?;
    if !seeds.is_empty() {
        needs.push(("seeds", seeds.into()));
    }
    if !discs.is_empty() {
        needs.push(("unattended", discs.into()));
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

/// The attribute of the lab that holds a list.
fn section(kind: ObjectKind) -> &'static str {
    list_file_name(kind).trim_end_matches(".nix")
}

/// Prints a function of the formals that are used, up to its body; prints nothing without formals.
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

/// The attributes that name the lab.
fn names(lab: &Lab) -> Result<Vec<(&'static str, Expr)>, NulInText> {
    Ok(vec![("name", text(&lab.name)?), ("connection", text(&lab.target.connection)?)])
}

/// The attributes that ask something of the host.
fn needs(host: &HostNeeds, paths: Paths) -> Result<Vec<(&'static str, Expr)>, NulInText> {
    let HostNeeds {
        firmware,
        secure_firmware,
        driver_disc,
        tpm,
        virtiofs,
        passt,
        forwards,
        open_vswitch,
        filesystems,
        iscsi,
        rbd,
        directories,
        tftp,
        images,
        imported,
        external,
        machines,
        on_change,
        steady_networks,
        zfs,
        hugepages,
        pci_devices,
        bridges,
        links,
        hosts,
        claims,
    } = host;
    // What is named by its store path needs no other.
    let stable = paths == Paths::Stable;
    let architectures = firmware.iter().filter(|_| stable).map(|arch| Text::literal(arch.name()).into());
    let needs = [
        ("directories", self::directories(directories, tftp)?),
        ("bridges", set(bridges, self::ports)?),
        ("images", owners(images)?),
        ("imported", set(imported, |uuid| set(uuid.iter().map(|uuid| ("uuid", uuid)), |uuid| text(uuid)))?),
        ("external", set(external.iter().map(|(kind, names)| (*kind, names)), texts)?),
        ("machines", set(machines.iter().map(|(arch, found)| (arch.name(), found)), owners)?),
        ("onChange", set(on_change, |on_change| text(on_change.name()))?),
        ("steadyNetworks", texts(steady_networks)?),
        ("zfs", (*zfs).into()),
        ("hugepages", optional_text(hugepages.as_deref())?),
        ("pciDevices", optional_text(pci_devices.as_deref())?),
        ("firmware", Expr::List(architectures.collect())),
        ("secureBoot", (stable && *secure_firmware).into()),
        ("driverDisc", (stable && *driver_disc).into()),
        ("tpm", (*tpm).into()),
        ("virtiofs", (*virtiofs).into()),
        ("passt", (*passt).into()),
        ("openVSwitch", (*open_vswitch).into()),
        ("filesystems", texts(filesystems)?),
        ("iscsi", (*iscsi).into()),
        ("rbd", (*rbd).into()),
        ("forwards", set(forwards, forwarded)?),
        ("links", set(links, link)?),
        ("hosts", set(hosts, texts)?),
        ("identities", self::claims(claims)?),
    ];
    Ok(needs.into_iter().filter(|(_, value)| says_something(value)).collect())
}

/// Whether a lab would be another without a value: what is off, empty or not there goes without saying.
fn says_something(value: &Expr) -> bool {
    match value {
        Expr::Null => false,
        Expr::Bool(value) => *value,
        Expr::List(items) => !items.is_empty(),
        Expr::Attrs(attrs) => !attrs.is_empty(),
        _ => true,
    }
}

/// The files of the seed ISOs of domains, by the domain.
fn seeds(lab: &Lab) -> Result<Attrs, Error> {
    let mut all = Attrs::new();
    for seed in nocloud::seeds(lab) {
        let nul = |error: NulInText| Error::Unwritable { name: seed.domain.to_owned(), why: error.to_string() };
        let mut files = Attrs::with_capacity(seed.files.len());
        for file in &seed.files {
            let attribute = match file.kind {
                FileKind::MetaData => "metaData",
                FileKind::UserData => "userData",
                FileKind::NetworkConfig => "networkConfig",
            };
            let name = format!("{}-{}", seed.domain, file.kind.file_name());
            put(&mut files, Name::literal(attribute), text_file(seed.domain, name, file.text.clone())?);
        }
        let secrets = secrets(seed.secrets).map_err(nul)?;
        if says_something(&secrets) {
            put(&mut files, Name::literal("secrets"), secrets);
        }
        put(&mut all, Name::new(seed.domain.to_owned()).map_err(nul)?, files.into());
    }
    Ok(all)
}

/// A file of a domain's disc in the store.
fn text_file(domain: &str, name: String, text: String) -> Result<Expr, Error> {
    let unwritable = |why: String| Error::Unwritable { name: domain.to_owned(), why };
    let nul = |error: NulInText| unwritable(error.to_string());
    let text = Lines::new([Piece::Text(Text::new(text).map_err(nul)?)]);
    let written = TextFile {
        function: Select::literal(PKGS, &["writeText"]),
        name: Text::new(name).map_err(nul)?,
        text: text.map_err(|error| unwritable(error.to_string()))?,
    };
    Ok(written.into())
}

/// The discs by which Windows installs itself, by the domain.
fn discs(lab: &Lab) -> Result<Attrs, Error> {
    let mut all = Attrs::new();
    for disc in unattended::discs(lab) {
        let nul = |error: NulInText| Error::Unwritable { name: disc.domain.to_owned(), why: error.to_string() };
        let mut attrs = Attrs::new();
        for (attribute, kind) in [("answer", DiscFile::Answer), ("settings", DiscFile::Settings)] {
            let name = format!("{}-{}", disc.domain, kind.file_name());
            put(&mut attrs, Name::literal(attribute), text_file(disc.domain, name, disc.text(kind))?);
        }
        put(&mut attrs, Name::literal("uuid"), text(&disc.uuid.to_string()).map_err(nul)?);
        if !disc.drivers.is_empty() {
            put(&mut attrs, Name::literal("drivers"), texts(&disc.drivers).map_err(nul)?);
        }
        for (name, value) in [("disk", &disc.disk), ("image", &disc.image), ("installer", &disc.installer)] {
            if let Some(value) = value {
                put(&mut attrs, Name::literal(name), text(value).map_err(nul)?);
            }
        }
        put(&mut attrs, Name::literal("secrets"), secrets_of_disc(disc.secrets).map_err(nul)?);
        put(&mut all, Name::new(disc.domain.to_owned()).map_err(nul)?, attrs.into());
    }
    Ok(all)
}

/// The files of the host that the disc of a Windows gets when the lab is activated.
fn secrets_of_disc(secrets: &DiscSecrets) -> Result<Expr, NulInText> {
    let DiscSecrets { password_file, product_key_file, recovery_password_file, join_password_file, scripts } = secrets;
    let scripts = scripts.iter().enumerate().map(|(index, path)| (script_name(index, path), path));
    let optional = |file: &Option<String>| optional_text(file.as_deref());
    let secrets = [
        ("passwordFile", text(password_file)?),
        ("productKeyFile", optional(product_key_file)?),
        ("recoveryPasswordFile", optional(recovery_password_file)?),
        ("joinPasswordFile", optional(join_password_file)?),
        ("scripts", set(scripts, |path| text(path))?),
    ];
    set(secrets.into_iter().filter(|(_, value)| says_something(value)), Ok)
}

/// The files of the host that a domain's guest gets when the lab is activated.
fn secrets(Secrets { password_file, files }: &Secrets) -> Result<Expr, NulInText> {
    let file = |SecretFile { path, from_host, mode, owner }: &SecretFile| {
        let said =
            [("mode", mode), ("owner", owner)].into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
        set([("path", path), ("fromHost", from_host)].into_iter().chain(said), |value| text(value))
    };
    let files = Expr::List(files.iter().map(file).collect::<Result<_, _>>()?);
    let secrets = [("passwordFile", optional_text(password_file.as_deref())?), ("files", files)];
    set(secrets.into_iter().filter(|(_, value)| says_something(value)), Ok)
}

/// The directories that have to exist, those that TFTP serves last. A mode that starts with `:` is for directories that
/// are created.
fn directories(
    directories: &IndexMap<String, Option<Permissions>>,
    tftp: &BTreeSet<String>,
) -> Result<Expr, NulInText> {
    let named = directories.iter().map(|(path, permissions)| match permissions {
        None => (path, vec![("mode", ":0711".to_owned())]),
        Some(Permissions { mode, owner, group }) => {
            (path, vec![("mode", mode.clone()), ("user", owner.to_string()), ("group", group.to_string())])
        }
    });
    let served = tftp.iter().filter(|path| !directories.contains_key(*path));
    let served = served.map(|path| (path, vec![("mode", ":0755".to_owned())]));
    set(named.chain(served), |directory| set(directory, |value| text(&value)))
}

/// The ports that are served on a bridge.
fn ports(Ports { is_open, tcp, udp }: &Ports) -> Result<Expr, NulInText> {
    let list = |ports: &[u16]| Expr::List(ports.iter().map(|port| (*port).into()).collect());
    let served = [("open", (*is_open).into()), ("tcp", list(tcp)), ("udp", list(udp))];
    set(served.into_iter().filter(|(_, value)| says_something(value)), Ok)
}

/// Things that no other lab of the host may have, each with its owner.
fn claims(claims: &Claims) -> Result<Expr, NulInText> {
    let Claims { bridges, subnets, uuids, macs, devices, storage, files, cids, ports } = claims;
    let claims = [
        ("bridges", claimed(bridges)?),
        ("subnets", claimed(subnets)?),
        ("uuids", claimed(uuids)?),
        ("macs", claimed(macs)?),
        ("devices", claimed(devices)?),
        ("storage", claimed(storage)?),
        ("files", claimed(files)?),
        ("cids", claimed(cids)?),
        ("ports", set(ports, claimed)?),
    ];
    set(claims.into_iter().filter(|(_, value)| says_something(value)), Ok)
}

/// What a link is like.
fn link(Link { netem, is_shaped }: &Link) -> Result<Expr, NulInText> {
    let link = [("netem", text(netem)?), ("shaped", (*is_shaped).into())];
    set(link.into_iter().filter(|(_, value)| says_something(value)), Ok)
}

/// Things that exist once on a host, each with who has it.
fn claimed(claims: &IndexMap<String, Owner>) -> Result<Expr, NulInText> {
    set(claims, |owner| text(&owner.name))
}

/// Things of the host, each with the object that needs it.
fn owners<'a>(owners: impl IntoIterator<Item = (&'a String, &'a String)>) -> Result<Expr, NulInText> {
    set(owners, |owner| text(owner))
}

/// What leads from a port of the host to a domain.
fn forwarded(forwarded: &Forwarded) -> Result<Expr, NulInText> {
    let ends = [("listen", &forwarded.listen), ("to", &forwarded.to)];
    set(ends, |end| text(end))
}

/// A set of values under the names that a map has for them.
fn set<N: Into<String>, T>(
    values: impl IntoIterator<Item = (N, T)>,
    value: impl Fn(T) -> Result<Expr, NulInText>,
) -> Result<Expr, NulInText> {
    let mut attrs = Attrs::new();
    for (name, of_name) in values {
        put(&mut attrs, Name::new(name.into())?, value(of_name)?);
    }
    Ok(attrs.into())
}

fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<Expr, NulInText> {
    texts.into_iter().map(|each| text(each)).collect::<Result<_, _>>().map(Expr::List)
}

fn optional_text(optional: Option<&str>) -> Result<Expr, NulInText> {
    optional.map_or(Ok(Expr::Null), text)
}

fn text(text: &str) -> Result<Expr, NulInText> {
    Text::new(text.to_owned()).map(Expr::Str)
}
