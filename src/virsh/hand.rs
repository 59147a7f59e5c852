//! What changes libvirt's objects, each a command of virsh or, for what libvirt does not do, of `ip`. Only who activates has a [`Hand`]; who looks has a [`Virsh`].

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{Error, Query, Virsh, Which, ports, prefix, quoted};
use crate::activation::definition::Tap;
use crate::lab::identity::ObjectKind;

/// How long libvirt may take to do something: to start a domain with much memory takes its time.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long is waited for a libvirt that has gone away.
const RETURN: Duration = Duration::from_secs(60);
/// How often we look.
const PAUSE: Duration = Duration::from_millis(500);

/// A libvirt that may be changed.
#[derive(Debug)]
pub struct Hand {
    pub(super) virsh: Virsh,
    /// Where definitions are for virsh to read: root's alone, as they have passwords in them.
    pub(super) directory: tempfile::TempDir,
}

impl Hand {
    /// Takes the libvirt that `virsh` looks at in hand.
    ///
    /// # Errors
    ///
    /// When there is no place for files.
    pub fn new(virsh: Virsh) -> io::Result<Self> {
        let own = fs::Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new().prefix("lab2nix-").permissions(own).tempdir()?;
        Ok(Self { virsh: Virsh { patience: PATIENCE, ..virsh }, directory })
    }

    /// Defines an object, which goes on as it is if it runs.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn define(&self, kind: ObjectKind, definition: &str) -> Result<(), Error> {
        let file = self.directory.path().join("definition.xml");
        fs::write(&file, definition).map_err(Error::Run)?;
        self.command(kind, &format!("define {}", quoted(&file.display().to_string())))
    }

    /// Adds something at the end of a list of a network, running and defined, or takes it away.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn update(&self, network: Uuid, verb: &str, section: &str, element: &str, parent: usize) -> Result<(), Error> {
        let element = quoted(element);
        let options = format!("--parent-index {parent} --live --config");
        self.command(ObjectKind::Network, &format!("update {network} {verb} {section} {element} {options}"))
    }

    /// Gives a domain that runs its title and description, also from its next start on. An empty text takes one away.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn describe(&self, domain: Uuid, title: &str, description: &str) -> Result<(), Error> {
        for (option, text) in [("--title", title), ("", description)] {
            let command = format!("desc {domain} --live --config {option} --new-desc {}", quoted(text));
            self.command(ObjectKind::Domain, &command)?;
        }
        Ok(())
    }

    /// Stops a network; domains on it go on.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn stop_network(&self, network: Uuid) -> Result<(), Error> {
        self.bring(network, "destroy", false)
    }

    /// Starts a network.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn start_network(&self, network: Uuid) -> Result<(), Error> {
        self.bring(network, "start", true)
    }

    /// Starts or stops a network. A libvirt that goes away meanwhile is waited for: in between, the network's domains have none.
    fn bring(&self, network: Uuid, verb: &str, shall_run: bool) -> Result<(), Error> {
        let began = Instant::now();
        let is_away = |why: &Error| matches!(why, Error::Refused { .. } | Error::Silent { .. });
        let mut was_denied = false;
        loop {
            let Err(why) = self.command(ObjectKind::Network, &format!("{verb} {network}")) else { return Ok(()) };
            match self.active(ObjectKind::Network) {
                Ok(active) if active.contains(&network) == shall_run => return Ok(()),
                // What it says when it goes away in the middle of it is like a denial.
                Ok(_) if was_denied && !is_away(&why) => return Err(why),
                Err(other) if !is_away(&other) => return Err(other),
                Ok(_) | Err(_) if began.elapsed() >= RETURN => return Err(why),
                Ok(_) | Err(_) => was_denied |= !is_away(&why),
            }
            thread::sleep(PAUSE);
        }
    }

    /// Cuts a domain off, as when the power fails, if it is not off already.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn power_off(&self, domain: Uuid) -> Result<(), Error> {
        let Err(why) = self.command(ObjectKind::Domain, &format!("destroy {domain}")) else { return Ok(()) };
        // Its guest may have been quicker.
        if self.active(ObjectKind::Domain)?.contains(&domain) { Err(why) } else { Ok(()) }
    }

    /// Wakes a domain whose guest has gone to sleep.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn wake(&self, domain: Uuid) -> Result<(), Error> {
        self.command(ObjectKind::Domain, &format!("dompmwakeup {domain}"))
    }

    /// Resets a domain, as its reset button does.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn reset(&self, domain: Uuid) -> Result<(), Error> {
        self.command(ObjectKind::Domain, &format!("reset {domain}"))
    }

    /// Presses the enter key of a domain's keyboard.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn press_enter(&self, domain: Uuid) -> Result<(), Error> {
        self.command(ObjectKind::Domain, &format!("send-key {domain} --codeset linux KEY_ENTER"))
    }

    /// Starts an object.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn start(&self, kind: ObjectKind, uuid: Uuid) -> Result<(), Error> {
        self.command(kind, &format!("start {uuid}"))
    }

    /// Puts the host's device of an interface on a bridge, if it is there.
    ///
    /// # Errors
    ///
    /// What `ip` says.
    pub fn attach(&self, tap: &Tap, bridge: &str) -> Result<(), Error> {
        let isolate = || ip(&["link", "set", "dev", &tap.device, "type", "bridge_slave", "isolated", "on"]);
        let attached = ip(&["link", "set", "dev", &tap.device, "master", bridge]);
        let attached = attached.and_then(|()| if tap.is_isolated { isolate() } else { Ok(()) });
        // Its guest may have stopped meanwhile.
        attached.or_else(|why| if ports::is_there(&tap.device) { Err(why) } else { Ok(()) })
    }

    /// Asks guests to shut down, and waits until they have. Returns those that have not in time.
    ///
    /// # Errors
    ///
    /// When libvirt does not answer. A guest that cannot be asked is one that does not shut down.
    pub fn shut_down(&self, domains: &[Uuid], patience: Duration) -> Result<Vec<Uuid>, Error> {
        let began = Instant::now();
        thread::scope(|scope| {
            for domain in domains {
                scope.spawn(move || self.ask_to_shut_down(*domain, PATIENCE));
            }
        });
        loop {
            let active = self.active(ObjectKind::Domain)?;
            let running: Vec<Uuid> = domains.iter().copied().filter(|domain| active.contains(domain)).collect();
            if running.is_empty() || began.elapsed() >= patience {
                return Ok(running);
            }
            thread::sleep(PAUSE.min(patience));
        }
    }

    /// Asks a guest to shut down: by its agent if it has one, else by the power button. Who is paused hears neither. An agent
    /// answers when it is done; nobody waits for it longer than `patience`, and presses the button afterwards.
    pub fn ask_to_shut_down(&self, domain: Uuid, patience: Duration) {
        let virsh = Virsh { patience, ..self.virsh.clone() };
        let by = |mode: &str| virsh.batches(&[], &[format!("shutdown {domain} --mode {mode}")]);
        if by("agent").is_ok_and(|answers| answers.iter().any(Result::is_err)) {
            let _ = by("acpi");
        }
    }

    /// What runs.
    fn active(&self, kind: ObjectKind) -> Result<Vec<Uuid>, Error> {
        let answers = self.virsh.ask(&[Query::List(kind, Which::Active)])?;
        let listed = answers.into_iter().next().unwrap_or_else(|| Ok(String::new())).map_err(Error::Denied)?;
        Ok(listed.split_whitespace().filter_map(|word| Uuid::try_parse(word).ok()).collect())
    }

    pub(super) fn command(&self, kind: ObjectKind, command: &str) -> Result<(), Error> {
        let answers = self.virsh.batches(&[], &[format!("{}{command}", prefix(kind))])?;
        match answers.into_iter().next() {
            Some(Err(why)) => Err(Error::Denied(why)),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}

fn ip(arguments: &[&str]) -> Result<(), Error> {
    let output = Command::new("ip").args(arguments).stdin(Stdio::null()).output().map_err(Error::Run)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Denied(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
