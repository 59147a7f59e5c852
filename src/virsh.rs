//! Asks libvirt, by its own `virsh`: what a host has, and what a definition looks like once libvirt has read it.
//!
//! What is asked of a host is a [`Query`], a closed list of things that only look, over a connection that libvirt itself
//! keeps from changing anything (`virsh --readonly`). Definitions are read by drivers of libvirt that run inside `virsh`, in a
//! directory of our own, and never see the host's objects.

pub mod agent;
mod apart;
pub mod hand;
pub mod normalize;
pub mod ports;
pub mod save;
pub mod state;

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use uuid::Uuid;
use wait_timeout::ChildExt as _;

use crate::lab::identity::ObjectKind;

/// A `virsh`, and the libvirt that it talks to.
#[derive(Debug, Clone)]
pub struct Virsh {
    /// The program, and what stands before its own arguments.
    program: Vec<OsString>,
    connection: String,
    /// How long it may take to answer. It answers at once, or not at all.
    patience: Duration,
    /// Whether a key that interrupts us on a terminal leaves it alone.
    is_apart: bool,
}

/// Why libvirt has not answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no `virsh`.
    #[error(
        "`virsh` is not installed: it comes with libvirt (on NixOS `virtualisation.libvirtd.enable`, on Debian the package `libvirt-clients`)"
    )]
    Missing,
    /// It cannot be run.
    #[error("cannot run `virsh`")]
    Run(#[source] io::Error),
    /// It did not answer in time.
    #[error("no answer from `{connection}` within {seconds} seconds")]
    Silent {
        /// Whose answer.
        connection: String,
        /// How long it had.
        seconds: u64,
    },
    /// There is no such libvirt, or not for us.
    #[error("cannot connect to `{connection}`: {why}{}", access(connection, why))]
    Refused {
        /// Which one.
        connection: String,
        /// What libvirt says.
        why: String,
    },
    /// It is another one than that of this machine, which would make other definitions.
    #[error("`{connection}` has {there}, but this machine has {here}: run `lab2nix plan` there")]
    Versions {
        /// Which one.
        connection: String,
        /// Its versions.
        there: String,
        /// Those of this machine.
        here: String,
    },
    /// KVM is there and not for us, and without it libvirt's driver takes no domain that has it.
    #[error(
        "cannot open /dev/kvm, which libvirt's embedded driver needs for domains with KVM: run it as root, or in the group `kvm`"
    )]
    Kvm(#[source] io::Error),
    /// What is asked for cannot be done.
    #[error("{0}")]
    Denied(String),
    /// It said what nobody expected.
    #[error("lab2nix does not understand the output of `virsh`: {0}")]
    Strange(String),
}

/// What a connection needs.
fn access(connection: &str, why: &str) -> &'static str {
    if connection == "qemu:///system" {
        return if ["authentication", "Permission denied"].iter().any(|word| why.contains(word)) {
            "; that needs root, or the group of libvirt (`libvirtd`, on other systems than NixOS `libvirt`)"
        } else if why.contains("Failed to connect socket") {
            "; libvirtd does not run here: on NixOS, `virtualisation.libvirtd.enable`, elsewhere `systemctl start libvirtd`"
        } else {
            "; that needs a libvirtd that runs, and root or its group (`libvirtd`, on other systems than NixOS `libvirt`)"
        };
    }
    match connection.split_once("://") {
        Some((transport, _)) if transport.contains("ssh") => {
            "; that needs ssh to its host, and there root or the group of libvirt"
        }
        _ if connection.contains(':') => "",
        _ => "; a connection is a URI, such as `qemu:///system` or `qemu+ssh://root@host/system`",
    }
}

/// Something that can be asked of libvirt, none of which changes anything.
#[derive(Debug, Clone)]
pub enum Query {
    /// The UUIDs of objects of a kind.
    List(ObjectKind, Which),
    /// The definition of an object, as it has it from its next start on.
    Definition(ObjectKind, Uuid),
    /// The definition of a domain, as it runs.
    Running(Uuid),
    /// The names of a domain's snapshots.
    Snapshots(Uuid),
    /// The definition of a snapshot of a domain.
    Snapshot(Uuid, String),
    /// What a domain does: a word or two, such as `shut off`.
    State(Uuid),
    /// What a running domain has read and written, drive by drive.
    Blocks(Uuid),
    /// Whether somebody else does something with a running domain: `ok` if not.
    Control(Uuid),
    /// The definition of a pool as it is now, with how full it is.
    Pool(Uuid),
    /// The volumes of a pool: a table of names and paths.
    Volumes(Uuid),
    /// The definition of a volume.
    Volume(Uuid, String),
    /// The versions of libvirt and of QEMU.
    Version,
}

/// Which objects are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// Those that run.
    Active,
    /// Those that are kept when they are stopped.
    Persistent,
    /// Domains whose memory is saved.
    Saved,
    /// Domains that have snapshots.
    Snapshotted,
}

impl Query {
    /// The command of virsh.
    fn command(&self) -> String {
        match self {
            Self::List(kind, which) => {
                let which = match which {
                    Which::All => " --all",
                    Which::Active => "",
                    Which::Persistent => " --all --persistent",
                    Which::Saved => " --all --with-managed-save",
                    Which::Snapshotted => " --all --with-snapshot",
                };
                format!("{}list --uuid{which}", prefix(*kind))
            }
            Self::Definition(kind, uuid) => format!("{}dumpxml --inactive {uuid}", prefix(*kind)),
            Self::Running(uuid) => format!("dumpxml {uuid}"),
            Self::Snapshots(uuid) => format!("snapshot-list --name {uuid}"),
            Self::Snapshot(domain, name) => {
                format!("snapshot-dumpxml --domain {domain} --snapshotname {}", quoted(name))
            }
            Self::State(uuid) => format!("domstate {uuid}"),
            Self::Blocks(uuid) => format!("domstats --block {uuid}"),
            Self::Control(uuid) => format!("domcontrol {uuid}"),
            Self::Pool(uuid) => format!("pool-dumpxml {uuid}"),
            Self::Volumes(uuid) => format!("vol-list {uuid}"),
            Self::Version => "version --daemon".to_owned(),
            Self::Volume(pool, name) => format!("vol-dumpxml --pool {pool} --vol {}", quoted(name)),
        }
    }
}

/// What virsh's commands for a kind of object start with.
fn prefix(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Network => "net-",
        ObjectKind::Pool => "pool-",
        ObjectKind::Domain => "",
    }
}

/// A word as virsh reads it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

impl Virsh {
    /// The `virsh` on the path, for a connection.
    #[must_use]
    pub fn new(connection: &str) -> Self {
        Self {
            program: vec!["virsh".into()],
            connection: connection.to_owned(),
            patience: Duration::from_secs(30),
            is_apart: false,
        }
    }

    /// Another program for it, with its first arguments.
    #[must_use]
    pub fn with_program(self, program: Vec<OsString>) -> Self {
        Self { program, ..self }
    }

    /// The same program for another connection.
    #[must_use]
    pub fn for_connection(&self, connection: &str) -> Self {
        Self { connection: connection.to_owned(), ..self.clone() }
    }

    /// The connection's URI.
    #[must_use]
    pub fn connection(&self) -> &str {
        &self.connection
    }

    /// Whether the libvirt is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        // An alias of libvirt's configuration can be anywhere.
        self.connection.split_once("://").is_some_and(|(_, rest)| rest.starts_with('/'))
    }

    /// Asks, and returns an answer for each query: what virsh prints, or what it complains of.
    ///
    /// # Errors
    ///
    /// When there is no answer at all.
    pub fn ask(&self, queries: &[Query]) -> Result<Vec<Answer>, Error> {
        let commands: Vec<String> = queries.iter().map(Query::command).collect();
        self.batches(&["--readonly"], &commands)
    }

    /// Runs commands, as many at a time as an argument can hold.
    fn batches(&self, options: &[&str], commands: &[String]) -> Result<Vec<Answer>, Error> {
        const MOST: usize = 60_000;
        let mut answers = Vec::with_capacity(commands.len());
        let mut rest = commands;
        while !rest.is_empty() {
            let mut length = 0;
            let fits = |command: &&String| {
                length += command.len() + 2 * MARK.len() + 24;
                length < MOST
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (batch, others) = rest.split_at(count);
            answers.extend(self.batch(options, batch)?);
            rest = others;
        }
        Ok(answers)
    }

    fn batch(&self, options: &[&str], commands: &[String]) -> Result<Vec<Answer>, Error> {
        let marked = |command: &String| format!("{command}; echo {MARK}; echo --err {MARK}");
        let script = commands.iter().map(marked).collect::<Vec<_>>().join("; ");
        let [printed, complained] = self.run(options, &script)?;
        let parts = |text: &str| text.split(MARK).map(str::to_owned).collect::<Vec<String>>();
        let (printed, complained) = (parts(&printed), parts(&complained));
        if printed.len() != commands.len() + 1 || complained.len() != commands.len() + 1 {
            let why = in_short(&complained.concat());
            return Err(if printed.len() <= 1 {
                Error::Refused { connection: self.connection.clone(), why }
            } else {
                Error::Strange(why)
            });
        }
        let answer = |(printed, complained): (String, String)| {
            // `error: ` of the mark that follows is none; and what libvirt logs is no answer.
            let complained = complained.strip_suffix("error: ").unwrap_or(&complained);
            let errors: Vec<&str> = complained.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
            // After a definition that is refused, that there is nothing to print is no news.
            let first = errors.iter().position(|error| error.starts_with("failed to get ")).filter(|first| *first > 0);
            let errors = &errors[..first.unwrap_or(errors.len())];
            if errors.is_empty() { Ok(printed) } else { Err(in_short(&errors.join("\n"))) }
        };
        Ok(printed.into_iter().zip(complained).take(commands.len()).map(answer).collect())
    }

    /// Runs virsh, and returns what it prints on standard output and standard error.
    fn run(&self, options: &[&str], script: &str) -> Result<[String; 2], Error> {
        let (program, first) = self.program.split_first().expect("a program has a name");
        let mut command = Command::new(program);
        command.args(first).arg("--quiet").args(options).args(["--connect", &self.connection, script]);
        for variable in ["LANGUAGE", "LIBVIRT_DEBUG", "LIBVIRT_LOG_FILTERS", "LIBVIRT_LOG_OUTPUTS", "VIRSH_DEBUG"] {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = if self.is_apart { apart::spawn(&mut command) } else { command.spawn() };
        let mut child = spawned.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Missing,
            _ => Error::Run(error),
        })?;
        let collect = |from: Option<Box<dyn Read + Send>>| {
            let mut from = from.expect("it is piped");
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = from.read_to_end(&mut bytes);
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let printed = collect(child.stdout.take().map(|from| Box::new(from) as Box<dyn Read + Send>));
        let complained = collect(child.stderr.take().map(|from| Box::new(from) as Box<dyn Read + Send>));
        if child.wait_timeout(self.patience).map_err(Error::Run)?.is_none() {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::Silent { connection: self.connection.clone(), seconds: self.patience.as_secs() });
        }
        let text = |thread: thread::JoinHandle<String>| thread.join().unwrap_or_default();
        Ok([text(printed), text(complained)])
    }
}

/// What virsh answers to a query: what it prints, or what it complains of.
pub type Answer = Result<String, String>;

/// What no definition has in it, as XML has no such character alone.
const MARK: &str = "<<lab2nix>>";

/// The last thing that virsh complains of, which is libvirt's own word.
fn in_short(complaint: &str) -> String {
    let mut lines = complaint.lines().map(|line| line.trim().trim_start_matches("error: ").trim());
    lines.rfind(|line| !line.is_empty()).unwrap_or("no output").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn queries_only_look() {
        let uuid = Uuid::from_u128(1);
        let mut queries = vec![
            Query::Running(uuid),
            Query::Snapshots(uuid),
            Query::Snapshot(uuid, "--x; undefine y".to_owned()),
            Query::State(uuid),
            Query::Control(uuid),
            Query::Pool(uuid),
            Query::Volumes(uuid),
            Query::Volume(uuid, "it's; undefine x".to_owned()),
            Query::Version,
        ];
        for kind in ObjectKind::ALL {
            queries.push(Query::Definition(kind, uuid));
            for which in [Which::All, Which::Active, Which::Persistent, Which::Saved, Which::Snapshotted] {
                queries.push(Query::List(kind, which));
            }
        }
        let verbs = [
            "list",
            "dumpxml",
            "snapshot-list",
            "snapshot-dumpxml",
            "domstate",
            "domcontrol",
            "vol-list",
            "vol-dumpxml",
            "version",
        ];
        for query in queries {
            let command = query.command();
            let verb = command.split(' ').next().unwrap_or_default();
            let verb = verb.strip_prefix("net-").or(verb.strip_prefix("pool-")).unwrap_or(verb);
            assert!(verbs.contains(&verb), "{command}");
        }
        assert_eq!(quoted("it's; undefine x"), r"'it'\''s; undefine x'");
    }

    /// Output, error messages and log lines are kept apart.
    #[test]
    fn answers_are_told_apart() {
        let mark = format!("echo '{MARK}'; echo 'error: {MARK}' >&2;");
        let script = format!(
            "echo one; echo 'libvirt: warning : x' >&2; {mark} \
             echo half; echo 'error: failed' >&2; echo 'error: for this' >&2; {mark}"
        );
        let virsh = Virsh::new("test:///x").with_program(["sh", "-c", &script].map(OsString::from).to_vec());
        let answers = virsh.ask(&[Query::Version, Query::Version]).unwrap();
        assert_eq!(answers[0].as_ref().map(|text| text.trim()), Ok("one"));
        assert_eq!(answers[1], Err("for this".to_owned()));
        let error = virsh.ask(&[Query::Version]).unwrap_err();
        assert!(matches!(error, Error::Strange(_)), "{error}");
    }

    #[test]
    fn who_does_not_answer_is_not_waited_for() {
        let virsh =
            Virsh::new("qemu+ssh://far/system").with_program(["sh", "-c", "sleep 100"].map(OsString::from).to_vec());
        let virsh = Virsh { patience: Duration::from_millis(50), ..virsh };
        assert!(matches!(virsh.ask(&[Query::Version]), Err(Error::Silent { .. })));
        assert!(!virsh.is_local() && Virsh::new("qemu:///system").is_local() && !Virsh::new("alias").is_local());
    }
}
