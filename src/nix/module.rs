//! The module that wires the lists to the host, as a file.

use std::collections::BTreeSet;

use super::file::{Error, HOST_FILES, ListFile, NIXVIRT, PKGS, header, list_file_name, put, style};
use super::print::{self, Style};
use super::skeleton::{NixText, render};
use super::{Attrs, Expr, Ident, Lambda, Name, Text};
use crate::host::Host;
use crate::lab::Lab;
use crate::spec::domain::Arch;
use crate::spec::{Formatter, Paths};

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

/// The name of the file of the module.
pub const MODULE_FILE_NAME: &str = "default.nix";

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
    let takes = |name: &str| sections.iter().any(|(_, lambda)| lambda.formals().iter().any(|it| it.as_str() == name));
    let host_files = store && takes(HOST_FILES);
    let architectures = |found: &BTreeSet<Arch>| found.iter().map(|arch| word(arch.name())).collect::<Vec<_>>();
    let firmware = if store { Vec::new() } else { architectures(&host.firmware) };
    let host_files = if host_files { architectures(&host.architectures) } else { Vec::new() };
    let own_images = !firmware.is_empty() || !host_files.is_empty();
    let uses_nixvirt = host.driver_disc || takes(NIXVIRT);
    let uses_pkgs = takes(PKGS) || host.virtiofs || host.passt || host.secure_firmware || own_images;
    let formals = [("config", true), ("pkgs", uses_pkgs), (NIXVIRT, uses_nixvirt)];
    let unwritable =
        |error: super::NulInText| Error::Unwritable { name: MODULE_FILE_NAME.to_owned(), why: error.to_string() };
    let settings =
        [(TMPFILES, directories(&host).map_err(unwritable)?), (FIREWALL, bridges(&host).map_err(unwritable)?)];
    let values: Vec<(&'static str, Expr)> =
        settings.into_iter().filter(|(_, attrs)| !attrs.is_empty()).map(|(path, attrs)| (path, attrs.into())).collect();
    let links = !store && (host.secure_firmware || host.driver_disc || !firmware.is_empty());
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
            own_images => own_images,
            secure => host.secure_firmware,
            passt => host.passt,
            open_vswitch => host.open_vswitch,
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
    let formals = formals.iter().filter(|(_, used)| *used).map(|(name, _)| Ident::literal(name)).collect();
    let body = Expr::from(Attrs::new());
    let printed_body = print::print(&body, style);
    let lambda = Lambda::new(formals, body).expect("the formals are different");
    let mut head = print::print(&Expr::Lambda(lambda), style);
    head.truncate(head.len() - printed_body.len());
    head
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
                put(&mut open, Name::literal(name), Expr::List(ports.iter().map(|port| (*port).into()).collect()));
            }
        }
        put(&mut bridges, Name::new(bridge.clone())?, open.into());
    }
    Ok(bridges)
}
