//! Talks to the QEMU agents of guests ([source](https://www.qemu.org/docs/master/interop/qemu-ga-ref.html)). Who has an
//! [`Agent`] can have commands run in guests, and changes nothing of libvirt's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Document;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Error, Virsh, quoted};

/// How long an agent may take to answer, in seconds. What it runs may take longer.
const PATIENCE: u64 = 10;

/// The agents of a libvirt's guests.
#[derive(Debug, Clone)]
pub struct Agent {
    virsh: Virsh,
}

/// A program that runs in a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its number in the guest.
    pub pid: u64,
}

/// What became of a program in a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit status, or 128 and the signal that ended it. Windows has any number of 32 bits.
    pub status: i64,
    /// What it wrote to standard output.
    pub out: Vec<u8>,
    /// What it wrote to standard error.
    pub err: Vec<u8>,
    /// Whether it wrote more than the agent has kept, 16 MiB.
    pub is_cut: bool,
}

impl Agent {
    /// The agents of the guests of the libvirt that `virsh` looks at. A key that interrupts lab2nix on a terminal does not reach its
    /// `virsh`: what was started in a guest can still be ended.
    #[must_use]
    pub fn new(virsh: Virsh) -> Self {
        Self { virsh: Virsh { is_apart: true, ..virsh } }
    }

    /// Whether the agent of a guest answers.
    ///
    /// # Errors
    ///
    /// When libvirt does not answer.
    pub fn answers(&self, domain: Uuid) -> Result<bool, Error> {
        match self.ask(domain, &json!({ "execute": "guest-ping" })) {
            Ok(_) => Ok(true),
            Err(Error::Denied(_) | Error::Strange(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Starts a program in a guest, and keeps what it writes.
    ///
    /// # Errors
    ///
    /// What the agent or libvirt says: that there is no such program, or no agent.
    pub fn start(&self, domain: Uuid, program: &str, arguments: &[String]) -> Result<Process, Error> {
        let given = json!({ "path": program, "arg": arguments, "capture-output": true });
        let started = self.ask(domain, &json!({ "execute": "guest-exec", "arguments": given }))?;
        let pid = started.get("pid").and_then(Value::as_u64);
        pid.map(|pid| Process { pid }).ok_or_else(|| Error::Strange(started.to_string()))
    }

    /// What became of a program; `None` while it runs. The agent says it once.
    ///
    /// # Errors
    ///
    /// What the agent or libvirt says. Libvirt hands on 4 MiB, of which base64 takes a quarter.
    pub fn ended(&self, domain: Uuid, process: Process) -> Result<Option<Ended>, Error> {
        let given = json!({ "pid": process.pid });
        let told = self.ask(domain, &json!({ "execute": "guest-exec-status", "arguments": given }))?;
        let status: Status = serde_json::from_value(told).map_err(|why| Error::Strange(why.to_string()))?;
        if !status.exited {
            return Ok(None);
        }
        let bytes = |text: &str| STANDARD.decode(text).map_err(|why| Error::Strange(why.to_string()));
        Ok(Some(Ended {
            status: status.exitcode.or(status.signal.map(|signal| 128 + signal)).unwrap_or(0),
            out: bytes(&status.out_data)?,
            err: bytes(&status.err_data)?,
            is_cut: status.out_truncated || status.err_truncated,
        }))
    }

    fn ask(&self, domain: Uuid, command: &Value) -> Result<Value, Error> {
        let command = quoted(&command.to_string());
        let script = format!("qemu-agent-command --timeout {PATIENCE} {domain} --cmd {command}");
        let answer = self.virsh.batches(&[], &[script])?.pop().unwrap_or_else(|| Err(String::new()));
        let answer = answer.map_err(Error::Denied)?;
        let mut answer: Value = serde_json::from_str(answer.trim()).map_err(|why| Error::Strange(why.to_string()))?;
        Ok(answer.get_mut("return").map(Value::take).unwrap_or_default())
    }
}

/// What an agent says of a program.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    exited: bool,
    exitcode: Option<i64>,
    signal: Option<i64>,
    #[serde(default)]
    out_data: String,
    #[serde(default)]
    err_data: String,
    #[serde(default)]
    out_truncated: bool,
    #[serde(default)]
    err_truncated: bool,
}

/// The state of the channel for the agent of a guest in its definition: `connected`, `disconnected`, or empty where none is said.
/// `None` without such a channel.
#[must_use]
pub fn channel(definition: &str) -> Option<String> {
    let document = Document::parse(definition).ok()?;
    let mut targets = document.descendants().filter(|node| {
        let is_of_channel = node.parent().is_some_and(|parent| parent.has_tag_name("channel"));
        is_of_channel && node.has_tag_name("target") && node.attribute("name") == Some("org.qemu.guest_agent.0")
    });
    targets.next().map(|target| target.attribute("state").unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::ffi::OsString;

    /// The agents of a virsh that answers so.
    fn agent(answer: &str) -> Agent {
        let script = format!("cat <<'END'\n{answer}\n<<lab2nix>>\nEND\necho 'error: <<lab2nix>>' >&2");
        Agent::new(Virsh::new("test:///x").with_program(["sh", "-c", &script].map(OsString::from).to_vec()))
    }

    #[test]
    fn the_channel_of_the_agent_is_found() {
        let with = |rest: &str| format!("<domain><devices><channel>{rest}</channel></devices></domain>");
        let check = |rest: &str, expected: Option<&str>| {
            assert_eq!(channel(&with(rest)).as_deref(), expected, "{rest}");
        };
        check("<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>", Some("connected"));
        check("<target type='virtio' name='org.qemu.guest_agent.0'/>", Some(""));
        check("<target type='virtio' name='com.redhat.spice.0' state='connected'/>", None);
        assert_eq!(channel("no XML"), None);
    }

    #[test]
    fn what_a_program_wrote_comes_as_bytes() {
        let answer = r#"{"return":{"exited":true,"exitcode":7,"out-data":"/wA=","out-truncated":true}}"#;
        let ended = agent(answer).ended(Uuid::nil(), Process { pid: 3 }).unwrap().unwrap();
        assert_eq!(ended, Ended { status: 7, out: vec![255, 0], err: Vec::new(), is_cut: true });
        let answer = r#"{"return":{"exited":true,"signal":9}}"#;
        assert_eq!(agent(answer).ended(Uuid::nil(), Process { pid: 3 }).unwrap().unwrap().status, 137);
        assert_eq!(agent(r#"{"return":{"exited":false}}"#).ended(Uuid::nil(), Process { pid: 3 }).unwrap(), None);
        assert_eq!(agent(r#"{"return":{"pid":12}}"#).start(Uuid::nil(), "sh", &[]).unwrap(), Process { pid: 12 });
        assert!(agent(r#"{"return":{}}"#).answers(Uuid::nil()).unwrap());
        assert!(!agent("nonsense").answers(Uuid::nil()).unwrap());
    }
}
