//! Objects and host as Nix files: what each file says, and its text.
//!
//! The skeletons are minijinja templates. Whatever goes into one has been printed by [`print`](super::print) or is a
//! word of this crate: the formatter of the templates refuses everything else.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object as TemplateObject, ObjectRepr, Value as TemplateValue};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::print::{self, Style};
use super::{Attrs, Expr, Ident, Lambda, Name, Select, Text};
use crate::files::MARKER;
use crate::host::Host;
use crate::lab::identity::Kind;
use crate::lab::{Lab, Target};
use crate::libvirt::tree::{HostFile, Tree, Value};
use crate::libvirt::{Object, Objects, VolumeObject};
use crate::spec::domain::Arch;
use crate::spec::pool::ImageFormat;
use crate::spec::{Active, Formatter, Paths};

/// The variable that `NixVirt` comes in.
const NIXVIRT: &str = "NixVirt";

/// The variable that files of the host come in, where they are store paths.
const HOST_FILES: &str = "hostFiles";

/// A list of objects, as a file.
#[derive(Debug)]
pub struct ListFile {
    /// What is in the list.
    pub kind: Kind,
    /// What the file says.
    pub expr: Expr,
    /// Its text, with its first line.
    pub text: String,
}

/// The module that wires the lists to the host, as a file.
#[derive(Debug)]
pub struct ModuleFile {
    /// Its text, with its first line.
    pub text: String,
    /// The values in it that come from the lab, each by the path of the option that it is bound to.
    pub values: Vec<(&'static str, Expr)>,
}

/// The option for directories that have to exist.
const TMPFILES: &str = "systemd.tmpfiles.settings.lab2nix";

/// The option for open ports.
const FIREWALL: &str = "networking.firewall.interfaces";

/// Why a file cannot be made. None of it is the spec's fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that Nix has no way to write.
    #[error("`{name}`: {why}")]
    Unwritable {
        /// The object.
        name: String,
        /// Why.
        why: String,
    },
    /// A skeleton does not render.
    #[error("the skeleton of a file does not render")]
    Skeleton(#[from] minijinja::Error),
}

/// The name of the file that lists objects of a kind.
#[must_use]
pub fn list_file_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Network => "networks.nix",
        Kind::Pool => "pools.nix",
        Kind::Domain => "domains.nix",
    }
}

/// The name of the file of the module.
pub const MODULE_FILE_NAME: &str = "default.nix";

/// The file that lists the objects of a kind. `spec` is the name of the spec's file.
///
/// # Errors
///
/// See [`Error`].
pub fn list_file(kind: Kind, objects: &Objects, target: &Target, spec: &str) -> Result<ListFile, Error> {
    let list = match kind {
        Kind::Network => &objects.networks,
        Kind::Pool => &objects.pools,
        Kind::Domain => &objects.domains,
    };
    let mut writer = Writer {
        paths: target.paths,
        uses_nixvirt: false,
        uses_host_files: false,
    };
    let body = match list {
        None => Expr::Null,
        Some(objects) => Expr::List(
            objects
                .iter()
                .map(|object| writer.item(object))
                .collect::<Result<_, _>>()?,
        ),
    };
    let formals = [(NIXVIRT, writer.uses_nixvirt), (HOST_FILES, writer.uses_host_files)];
    let formals = formals
        .into_iter()
        .filter(|(_, used)| *used)
        .map(|(name, _)| Ident::literal(name))
        .collect();
    let expr = Expr::Lambda(Lambda::new(formals, body).map_err(|error| Error::Unwritable {
        name: list_file_name(kind).to_owned(),
        why: error.to_string(),
    })?);
    let text = render(
        "list",
        minijinja::context! {
            header => NixText::value(header(spec)),
            list => NixText::value(print::print(&expr, style(target.format))),
        },
    )?;
    Ok(ListFile { kind, expr, text })
}

/// The module that wires the lists to the host. `spec` is the name of the spec's file.
///
/// # Errors
///
/// See [`Error`].
pub fn module_file(lab: &Lab, lists: &[ListFile], spec: &str) -> Result<ModuleFile, Error> {
    let (host, target) = (Host::of(lab), &lab.target);
    let style = style(target.format);
    let word = |text: &str| NixText::value(text.to_owned());
    let sections: Vec<(&ListFile, &Lambda)> = lists
        .iter()
        .filter_map(|file| match &file.expr {
            Expr::Lambda(lambda) if *lambda.body() != Expr::Null => Some((file, lambda)),
            _ => None,
        })
        .collect();
    let store = target.paths == Paths::Store;
    let host_files = store && sections.iter().any(|(_, lambda)| lambda.formals().len() == 2);
    let architectures = |found: &BTreeSet<Arch>| found.iter().map(|arch| word(arch.name())).collect::<Vec<_>>();
    let firmware = if store {
        Vec::new()
    } else {
        architectures(&host.firmware)
    };
    let host_files = if host_files {
        architectures(&host.architectures)
    } else {
        Vec::new()
    };
    let uses_nixvirt = host.driver_disc || sections.iter().any(|(_, lambda)| !lambda.formals().is_empty());
    let uses_pkgs = host.virtiofs || !firmware.is_empty() || !host_files.is_empty();
    let formals = [("config", true), ("pkgs", uses_pkgs), (NIXVIRT, uses_nixvirt)];
    let unwritable = |error: super::NulInText| Error::Unwritable {
        name: MODULE_FILE_NAME.to_owned(),
        why: error.to_string(),
    };
    let settings = [
        (TMPFILES, directories(&host).map_err(unwritable)?),
        (FIREWALL, bridges(&host).map_err(unwritable)?),
    ];
    let values: Vec<(&'static str, Expr)> = settings
        .into_iter()
        .filter(|(_, attrs)| !attrs.is_empty())
        .map(|(path, attrs)| (path, attrs.into()))
        .collect();
    let links = !firmware.is_empty() || (host.driver_disc && !store);
    let uri = Expr::Str(Text::new(target.connection.clone()).map_err(unwritable)?);
    let text = render(
        "module",
        minijinja::context! {
            header => NixText::value(header(spec)),
            sep => word(match target.format { Formatter::Nixfmt => "\n", Formatter::Alejandra => " " }),
            head => NixText::value(head(&formals, style)),
            empty => NixText::value(print::print(&Attrs::new().into(), style)),
            firmware => firmware,
            host_files => host_files,
            driver_disc => host.driver_disc,
            links => links,
            tpm => host.tpm,
            virtiofs => host.virtiofs,
            settings => values.iter().map(|(path, value)| minijinja::context! {
                path => word(path),
                value => NixText::value(print::print_at(value, style, 2)),
                directories => *path == TMPFILES,
            }).collect::<Vec<_>>(),
            connection => NixText::value(print::print(&uri, style)),
            uri => word(&target.connection),
            sections => sections.iter().map(|(file, lambda)| {
                let arguments: Vec<&str> = lambda.formals().iter().map(Ident::as_str).collect();
                minijinja::context! {
                    name => word(list_file_name(file.kind).trim_end_matches(".nix")),
                    arguments => NixText::value(arguments.join(" ")),
                    none => arguments.is_empty(),
                }
            }).collect::<Vec<_>>(),
        },
    )?;
    Ok(ModuleFile { text, values })
}

/// The start of a function of the formals that are used, up to its body.
fn head(formals: &[(&'static str, bool)], style: Style) -> String {
    let formals = formals
        .iter()
        .filter(|(_, used)| *used)
        .map(|(name, _)| Ident::literal(name))
        .collect();
    let body = Expr::from(Attrs::new());
    let printed_body = print::print(&body, style);
    let lambda = Lambda::new(formals, body).expect("the formals are different");
    let mut head = print::print(&Expr::Lambda(lambda), style);
    head.truncate(head.len() - printed_body.len());
    head
}

/// The first line of every file.
fn header(spec: &str) -> String {
    let spec: String = spec.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("{MARKER} from {spec}: change that file, then run `lab2nix gen`.")
}

fn style(format: Formatter) -> Style {
    match format {
        Formatter::Nixfmt => Style::Nixfmt,
        Formatter::Alejandra => Style::Alejandra,
    }
}

/// The `systemd.tmpfiles` rules of the host's directories. A mode that starts with `:` is for directories that are made.
fn directories(host: &Host) -> Result<Attrs, super::NulInText> {
    let mut directories = Attrs::new();
    for (path, permissions) in &host.directories {
        let mut rule = Attrs::new();
        let mut set = |name: &'static str, text: String| -> Result<(), super::NulInText> {
            put(&mut rule, Name::literal(name), Expr::Str(Text::new(text)?));
            Ok(())
        };
        match permissions {
            None => set("mode", ":0711".to_owned())?,
            Some(permissions) => {
                set("mode", permissions.mode.clone())?;
                set("user", permissions.owner.to_string())?;
                set("group", permissions.group.to_string())?;
            }
        }
        let mut directory = Attrs::new();
        put(&mut directory, Name::literal("d"), rule.into());
        put(&mut directories, Name::new(path.clone())?, directory.into());
    }
    Ok(directories)
}

/// The ports to open on each bridge.
fn bridges(host: &Host) -> Result<Attrs, super::NulInText> {
    let mut bridges = Attrs::new();
    for (bridge, ports) in &host.bridges {
        let mut open = Attrs::new();
        for (name, ports) in [("allowedTCPPorts", &ports.tcp), ("allowedUDPPorts", &ports.udp)] {
            if !ports.is_empty() {
                put(
                    &mut open,
                    Name::literal(name),
                    Expr::List(ports.iter().map(|port| (*port).into()).collect()),
                );
            }
        }
        put(&mut bridges, Name::new(bridge.clone())?, open.into());
    }
    Ok(bridges)
}

/// Puts an attribute into a set whose names come from a map, so that none comes twice.
fn put(attrs: &mut Attrs, name: Name, value: Expr) {
    attrs.insert(name, value).expect("the names come from a map");
}

/// A value that Nix has no way to write.
#[derive(Debug, thiserror::Error)]
enum Unwritable {
    #[error(transparent)]
    Text(#[from] super::NulInText),
    #[error(transparent)]
    Name(#[from] super::DuplicateName),
    #[error(transparent)]
    Int(#[from] super::IntOutOfRange),
}

/// Makes the expressions of a file, and notes which variables they use.
struct Writer {
    paths: Paths,
    uses_nixvirt: bool,
    uses_host_files: bool,
}

impl Writer {
    /// One item of a list: the options of `NixVirt`'s module.
    fn item(&mut self, object: &Object) -> Result<Expr, Error> {
        let mut item = Attrs::new();
        put(
            &mut item,
            Name::literal("definition"),
            self.definition(object.kind.name(), &object.name, &object.definition)?,
        );
        match object.active {
            Active::Running => put(&mut item, Name::literal("active"), true.into()),
            Active::Stopped => put(&mut item, Name::literal("active"), false.into()),
            Active::AsItIs => {}
        }
        if let Some(restart) = object.restart {
            put(&mut item, Name::literal("restart"), restart.into());
        }
        if !object.volumes.is_empty() {
            let volumes = object
                .volumes
                .iter()
                .map(|volume| self.volume(volume))
                .collect::<Result<_, _>>()?;
            put(&mut item, Name::literal("volumes"), Expr::List(volumes));
        }
        Ok(item.into())
    }

    fn volume(&mut self, volume: &VolumeObject) -> Result<Expr, Error> {
        let mut item = Attrs::new();
        if let Some(definition) = &volume.definition {
            put(
                &mut item,
                Name::literal("definition"),
                self.definition("volume", &volume.name, definition)?,
            );
        } else {
            let name = Text::new(volume.name.clone()).map_err(|error| unwritable(&volume.name, &error))?;
            put(&mut item, Name::literal("present"), false.into());
            put(&mut item, Name::literal("name"), Expr::Str(name));
        }
        Ok(item.into())
    }

    fn definition(&mut self, kind: &'static str, name: &str, definition: &Tree) -> Result<Expr, Error> {
        self.uses_nixvirt = true;
        let attrs = self.set(definition).map_err(|error| unwritable(name, &error))?;
        Ok(Expr::Apply(Select::literal(NIXVIRT, &["lib", kind, "writeXML"]), attrs))
    }

    fn set(&mut self, tree: &Tree) -> Result<Attrs, Unwritable> {
        let mut attrs = Attrs::with_capacity(tree.len());
        for (name, value) in tree.entries() {
            attrs.insert(Name::new(name.clone())?, self.value(value)?)?;
        }
        Ok(attrs)
    }

    fn value(&mut self, value: &Value) -> Result<Expr, Unwritable> {
        Ok(match value {
            Value::Bool(value) => Expr::Bool(*value),
            Value::Int(value) => Expr::Int((*value).try_into()?),
            Value::Str(text) => Expr::Str(Text::new(text.clone())?),
            Value::File(file) => self.host_file(*file),
            Value::List(items) => Expr::List(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?),
            Value::Set(tree) => Expr::Attrs(self.set(tree)?),
        })
    }

    fn host_file(&mut self, file: HostFile) -> Expr {
        match self.paths {
            Paths::Stable => Expr::Str(Text::literal(stable_path(file))),
            Paths::Store => {
                self.uses_host_files = true;
                Expr::Select(Select::literal(HOST_FILES, store_path(file)))
            }
        }
    }
}

/// The path by which a file of the host is found whatever its version: `NixOS` links QEMU there, and the module of the
/// lab the others.
#[must_use]
pub fn stable_path(file: HostFile) -> &'static str {
    match file {
        HostFile::Emulator(Arch::X86_64) => "/run/libvirt/nix-emulators/qemu-system-x86_64",
        HostFile::Emulator(Arch::Aarch64) => "/run/libvirt/nix-emulators/qemu-system-aarch64",
        HostFile::Firmware(Arch::X86_64) => "/etc/lab2nix/x86_64/code.fd",
        HostFile::Firmware(Arch::Aarch64) => "/etc/lab2nix/aarch64/code.fd",
        HostFile::Variables(Arch::X86_64, ImageFormat::Qcow2) => "/etc/lab2nix/x86_64/vars.qcow2",
        HostFile::Variables(Arch::X86_64, ImageFormat::Raw) => "/etc/lab2nix/x86_64/vars.fd",
        HostFile::Variables(Arch::Aarch64, ImageFormat::Qcow2) => "/etc/lab2nix/aarch64/vars.qcow2",
        HostFile::Variables(Arch::Aarch64, ImageFormat::Raw) => "/etc/lab2nix/aarch64/vars.fd",
        HostFile::DriverDisc => "/etc/lab2nix/virtio-win.iso",
    }
}

/// The attribute of `hostFiles` that holds the store path of a file of the host.
fn store_path(file: HostFile) -> &'static [&'static str] {
    match file {
        HostFile::Emulator(Arch::X86_64) => &["x86_64", "emulator"],
        HostFile::Emulator(Arch::Aarch64) => &["aarch64", "emulator"],
        HostFile::Firmware(Arch::X86_64) => &["x86_64", "code"],
        HostFile::Firmware(Arch::Aarch64) => &["aarch64", "code"],
        HostFile::Variables(Arch::X86_64, ImageFormat::Qcow2) => &["x86_64", "vars"],
        HostFile::Variables(Arch::X86_64, ImageFormat::Raw) => &["x86_64", "rawVars"],
        HostFile::Variables(Arch::Aarch64, ImageFormat::Qcow2) => &["aarch64", "vars"],
        HostFile::Variables(Arch::Aarch64, ImageFormat::Raw) => &["aarch64", "rawVars"],
        HostFile::DriverDisc => &["driverDisc"],
    }
}

fn unwritable(name: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Unwritable {
        name: name.to_owned(),
        why: error.to_string(),
    }
}

/// Text that is ready to stand in a Nix file.
#[derive(Debug)]
struct NixText(String);

impl TemplateObject for NixText {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl NixText {
    fn value(text: String) -> TemplateValue {
        TemplateValue::from_object(Self(text))
    }
}

fn render(name: &str, context: TemplateValue) -> Result<String, minijinja::Error> {
    let mut environment = Environment::empty();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, _, value| match value.downcast_object_ref::<NixText>() {
        Some(NixText(text)) => out.write_str(text).map_err(Into::into),
        None => Err(minijinja::Error::new(
            minijinja::ErrorKind::InvalidOperation,
            format!("`{value}` is not Nix text that this crate printed"),
        )),
    });
    environment.add_template("list", include_str!("list.nix.jinja"))?;
    environment.add_template("module", include_str!("module.nix.jinja"))?;
    environment.get_template(name)?.render(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skeleton_prints_nothing_that_was_not_printed_before() {
        let plain = render(
            "list",
            minijinja::context! { header => "# x", list => NixText::value("[ ]".to_owned()) },
        );
        assert!(plain.is_err());
        let missing = render(
            "list",
            minijinja::context! { header => NixText::value("# x".to_owned()) },
        );
        assert!(missing.is_err());
    }
}
