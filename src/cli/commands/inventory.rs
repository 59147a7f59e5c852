//! `inventory`: who is in labs, and how they are reached.

use std::fs;
use std::io;
use std::path::Path;

use super::{ATTENTION, Failure, print, print_as_it_is, read_all, talk};
use crate::cli::{Cli, InventoryArguments, InventoryFormat};
use crate::inventory::choice::Choice;
use crate::inventory::hypervisor::Hypervisor;
use crate::inventory::view::{DomainView, View};
use crate::inventory::{ansible, hosts, rdp, ssh};
use crate::lab::Lab;
use crate::pipeline;
use crate::problem::quoted_list;
use crate::visible;

pub(super) fn inventory(cli: &Cli, arguments: &InventoryArguments) -> Result<u8, Failure> {
    let choice = Choice::parse(&arguments.only)?;
    if arguments.out.is_some() && arguments.format != InventoryFormat::Rdp {
        return Err(Failure::OutOfRdp);
    }
    let Some(specs) = read_all(cli, &arguments.specs)? else { return Ok(ATTENTION) };
    let labs: Vec<&Lab> =
        specs.iter().map(|(_, checked)| Ok(checked.lab()?.0)).collect::<Result<_, pipeline::Error>>()?;
    let of_labs = labs.first().map(|lab| lab.target.connection.as_str());
    let connection = arguments.connect.as_deref().or(of_labs);
    let hypervisor = connection.map(Hypervisor::parse).transpose()?.unwrap_or_default();
    let view = View::new(&labs, &choice, &hypervisor)?;
    match arguments.format {
        InventoryFormat::Json => print(&view.json())?,
        InventoryFormat::Ansible => {
            tell(cli, &view, |domain| domain.managed().is_some());
            print(&ansible::render(&view))?;
        }
        InventoryFormat::Ssh => {
            // Few of them serve it.
            tell(cli, &view, |domain| domain.ssh.is_some() || domain.is_windows && domain.managed().is_some());
            print(&ssh::render(&view))?;
        }
        InventoryFormat::Hosts => {
            tell(cli, &view, |domain| !domain.addresses.is_empty() || domain.is_forwarded);
            let nameless =
                view.domains.iter().filter(|domain| !domain.addresses.is_empty() && domain.host_names.is_empty());
            let names = quoted_list(nameless.map(|domain| domain.alias.as_str()));
            if !names.is_empty() {
                talk(
                    cli,
                    &format!(
                        "note: not valid as a host name: {names}; give the guest one with `hostname` in `cloudInit`\n"
                    ),
                );
            }
            print(&hosts::render(&view))?;
        }
        InventoryFormat::Rdp => desktops(cli, &view, arguments)?,
    }
    Ok(0)
}

/// Says which domains are not reached, and what to do about it.
fn tell(cli: &Cli, view: &View, is_reached: impl Fn(&DomainView) -> bool) {
    let left_out = view.domains.iter().filter(|domain| !is_reached(domain));
    let names = quoted_list(left_out.map(|domain| domain.alias.as_str()));
    if !names.is_empty() {
        talk(cli, &format!("note: the spec has no address of {names}: {HELP}\n"));
    }
}

/// How a domain is reached.
const HELP: &str = "give an interface `ip`, `addresses` in `cloudInit`, or `forwards`";

/// The files of remote desktops: one is printed, several are written.
fn desktops(cli: &Cli, view: &View, arguments: &InventoryArguments) -> Result<(), Failure> {
    let made = view.domains.iter().filter_map(|domain| Some((domain, rdp::render(domain)?)));
    let made: Vec<(&DomainView, String)> = made.collect();
    match (&arguments.out, &made[..]) {
        (_, []) => Err(no_desktop(view)),
        (Some(dir), files) => {
            tell(cli, view, |domain| domain.rdp.is_some() || !domain.is_windows);
            for (domain, text) in files {
                write(cli, &dir.join(rdp::file_name(domain)), text, arguments.force)?;
            }
            Ok(())
        }
        (None, [(_, text)]) => print_as_it_is(text),
        (None, files) => {
            Err(Failure::SeveralFiles { domains: quoted_list(files.iter().map(|(domain, _)| domain.alias.as_str())) })
        }
    }
}

fn no_desktop(view: &View) -> Failure {
    let mut windows = view.domains.iter().filter(|domain| domain.is_windows).peekable();
    if windows.peek().is_some() {
        return Failure::NoDesktop { domains: quoted_list(windows.map(|domain| domain.alias.as_str())), help: HELP };
    }
    let domains = quoted_list(view.domains.iter().map(|domain| domain.alias.as_str()));
    Failure::NoWindows { domains: if domains.is_empty() { "no domain".to_owned() } else { domains } }
}

/// Writes a file, unless another one is there that may not be replaced.
fn write(cli: &Cli, path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let failed = |source: io::Error| Failure::Write { path: path.to_owned(), source };
    match fs::read(path) {
        Ok(there) if there == text.as_bytes() => return Ok(()),
        Ok(_) if !force => return Err(Failure::Differs { path: path.to_owned() }),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        Ok(_) | Err(_) => {}
    }
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)?;
    talk(cli, &format!("wrote {}\n", visible::path(path)));
    Ok(())
}
