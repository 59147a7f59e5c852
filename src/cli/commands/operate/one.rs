//! What is done with one domain by another program: its console, a shell in it, its screen.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::{Ground, Specs};
use crate::activation::world::Object;
use crate::cli::Cli;
use crate::cli::commands::{ATTENTION, Failure, print};
use crate::cli::operate::OneArguments;
use crate::inventory::choice::Choice;
use crate::inventory::hypervisor::Hypervisor;
use crate::lab::identity::ObjectKind;
use crate::operate::fleet::{Member, Purpose};
use crate::visible::shell;

pub(in crate::cli::commands) fn console(cli: &Cli, arguments: &OneArguments) -> Result<u8, Failure> {
    hand_over(cli, arguments, false, |member, ground| {
        let Some(uuid) = member.uuid else { return Err(Failure::NoDomain { name: member.name.to_owned() }) };
        let words = ["virsh", "--connect", ground.virsh.connection(), "console", &uuid.to_string()];
        Ok([words.map(str::to_owned).to_vec(), arguments.further.clone()].concat())
    })
}

pub(in crate::cli::commands) fn view(cli: &Cli, arguments: &OneArguments) -> Result<u8, Failure> {
    hand_over(cli, arguments, false, |member, ground| {
        let Some(uuid) = member.uuid else { return Err(Failure::NoDomain { name: member.name.to_owned() }) };
        let mut words = ["virt-viewer", "--connect", ground.virsh.connection(), "--wait"].map(str::to_owned).to_vec();
        if ground.world.object(ObjectKind::Domain, uuid).is_some_and(is_shut_in) {
            if !ground.virsh.is_local() {
                return Err(Failure::NoDisplay { name: member.name.to_owned() });
            }
            words.push("--attach".to_owned());
        }
        // Behind `--`, nothing is an option any more.
        let domain = ["--".to_owned(), uuid.to_string()];
        Ok([words, arguments.further.clone(), domain.to_vec()].concat())
    })
}

/// Whether a domain has displays and none of them listens anywhere, so that libvirt has to open one for a viewer.
fn is_shut_in(domain: &Object) -> bool {
    let document = domain.definition.document();
    let displays = document.descendants().filter(|node| node.has_tag_name("graphics"));
    let mut served = displays.filter(|display| matches!(display.attribute("type"), Some("spice" | "vnc"))).peekable();
    let listens_nowhere = |display: roxmltree::Node<'_, '_>| {
        display.children().any(|child| child.has_tag_name("listen") && child.attribute("type") == Some("none"))
    };
    served.peek().is_some() && served.all(listens_nowhere)
}

pub(in crate::cli::commands) fn ssh(cli: &Cli, arguments: &OneArguments) -> Result<u8, Failure> {
    hand_over(cli, arguments, true, |member, ground| {
        let reached = member.endpoint.as_ref().and_then(|endpoint| endpoint.reach(22));
        let (host, port) = reached.ok_or_else(|| Failure::NoAddress { name: member.name.to_owned() })?;
        let mut words = vec!["ssh".to_owned()];
        if let Some(jump) = Hypervisor::parse(ground.virsh.connection())?.jump() {
            words.extend(["-J".to_owned(), jump.text()]);
        }
        if port != 22 {
            words.extend(["-p".to_owned(), port.to_string()]);
        }
        words.extend(member.user.iter().flat_map(|user| ["-l".to_owned(), (*user).to_owned()]));
        words.push(host);
        words.extend(arguments.further.iter().cloned());
        Ok(words)
    })
}

/// Becomes the program that `words` makes of the domain and its libvirt, or prints what it would be: without libvirt where it
/// is reached `by_address`, which the spec has.
fn hand_over(
    cli: &Cli,
    arguments: &OneArguments,
    by_address: bool,
    words: impl FnOnce(&Member<'_>, &Ground<'_>) -> Result<Vec<String>, Failure>,
) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.lab.specs)? else { return Ok(ATTENTION) };
    let choice = Choice::name(&arguments.name);
    let ground = if by_address && arguments.print {
        Ground::unseen(&specs, &arguments.lab, &choice)?
    } else {
        let ground = Ground::chosen(&specs, &arguments.lab, &choice, Purpose::Use)?;
        ground.all_are_there()?;
        ground
    };
    let Some(member) = ground.fleet.members.first() else {
        return Err(Failure::NoDomain { name: arguments.name.clone() });
    };
    let mut words = words(member, &ground)?;
    if arguments.print {
        let quoted: Vec<String> = words.iter().map(|word| shell(word)).collect();
        print(&format!("{}\n", quoted.join(" ")))?;
        return Ok(0);
    }
    let error = Command::new(&words[0]).args(&words[1..]).exec();
    Err(if error.kind() == io::ErrorKind::NotFound {
        Failure::NoProgram { program: words.swap_remove(0) }
    } else {
        Failure::Output(error)
    })
}
