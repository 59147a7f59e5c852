//! Sees whether a domain is ready. Nothing is asked of libvirt but how domains are; what answers over the network is asked there, and only
//! who may talk to guests asks their agents.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use uuid::Uuid;

use super::fleet::Member;
use super::{install, run};
use crate::lab::domain::ready::Sign;
use crate::parallel;
use crate::virsh::agent::{self, Agent};
use crate::virsh::{Error, Query, Virsh, state};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a command that tells whether a guest is ready may take.
const COMMAND: Duration = Duration::from_secs(30);
/// How many guests are asked at a time.
pub(crate) const AT_ONCE: usize = 8;
/// How often is looked.
pub(crate) const PAUSE: Duration = Duration::from_millis(500);

/// Where somebody looks from.
#[derive(Debug, Clone, Copy)]
pub struct Look<'v> {
    /// How domains are.
    pub virsh: &'v Virsh,
    /// Who asks agents, if anybody may.
    pub agent: Option<&'v Agent>,
}

/// How a domain is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// What libvirt calls it: `running`, `shut off`, `paused` and others; `undefined` where there is no such domain.
    pub state: String,
    /// Whether it is ready; `None` where nobody may ask.
    pub is_ready: Option<bool>,
    /// What is missing until it is ready.
    pub missing: Option<String>,
}

impl Sight {
    fn not_ready(state: &str, missing: impl Into<String>) -> Self {
        Self { state: state.to_owned(), is_ready: Some(false), missing: Some(missing.into()) }
    }
}

impl Look<'_> {
    /// How each of these domains is, in their order.
    ///
    /// # Errors
    ///
    /// When libvirt does not answer.
    pub fn at(&self, members: &[&Member<'_>]) -> Result<Vec<Sight>, Error> {
        let states = self.states(members)?;
        let asked: Vec<(&Member<'_>, &str)> = members.iter().copied().zip(states.iter().map(String::as_str)).collect();
        let sight = |(member, state): &(&Member<'_>, &str)| match self.at_one(member, state) {
            // One that is busy, or a connection that is refused, is asked again.
            Err(why @ (Error::Silent { .. } | Error::Refused { .. })) => Ok(Sight::not_ready(state, why.to_string())),
            seen => seen,
        };
        parallel::each(AT_ONCE, &asked, sight).into_iter().collect()
    }

    /// What libvirt says that each does.
    ///
    /// # Errors
    ///
    /// When libvirt does not answer.
    pub fn states(&self, members: &[&Member<'_>]) -> Result<Vec<String>, Error> {
        let there: Vec<Uuid> = members.iter().filter_map(|member| member.uuid).collect();
        let queries: Vec<Query> = there.iter().copied().map(Query::State).collect();
        let mut answers = self.virsh.ask(&queries)?.into_iter();
        let word = |member: &&Member<'_>| match member.uuid.and_then(|_| answers.next()) {
            Some(Ok(word)) => Ok(word.trim().to_owned()),
            // Whoever could not be asked about is not gone.
            Some(Err(why)) if !state::is_gone(&why) => Err(Error::Denied(why)),
            Some(Err(_)) | None => Ok("undefined".to_owned()),
        };
        members.iter().map(word).collect()
    }

    fn at_one(&self, member: &Member<'_>, state: &str) -> Result<Sight, Error> {
        let (Some(uuid), true) = (member.uuid, runs(state)) else {
            return Ok(Sight::not_ready(state, format!("it is {state}")));
        };
        let missing = match &member.ready.sign {
            Sign::Running => None,
            Sign::Agent => self.agent_is_missing(uuid)?,
            Sign::Run(command) => match (self.agent_is_missing(uuid)?, self.agent) {
                (None, Some(agent)) => run::fails(agent, uuid, member.is_windows, command, COMMAND)?,
                (None, None) => return Ok(Sight { state: state.to_owned(), is_ready: None, missing: None }),
                (missing, _) => missing,
            },
            Sign::Installed => match (self.agent_is_missing(uuid)?, self.agent) {
                (None, Some(agent)) => install::is_missing(agent, uuid, COMMAND)?,
                (None, None) => return Ok(Sight { state: state.to_owned(), is_ready: None, missing: None }),
                (missing, _) => missing,
            },
            sign => port_is_missing(member, sign),
        };
        Ok(Sight { state: state.to_owned(), is_ready: Some(missing.is_none()), missing })
    }

    /// What is missing of a guest's agent: libvirt says whether it has opened its channel, and then it answers.
    fn agent_is_missing(&self, domain: Uuid) -> Result<Option<String>, Error> {
        let answer = self.virsh.ask(&[Query::Running(domain)])?.pop().unwrap_or_else(|| Ok(String::new()));
        let definition = answer.unwrap_or_default();
        match agent::channel(&definition) {
            None => Ok(Some("it runs without an agent channel until it is shut down and started".to_owned())),
            Some(state) if state != "connected" => Ok(Some("its agent is not running yet".to_owned())),
            Some(_) => match self.agent {
                Some(agent) if !agent.answers(domain)? => Ok(Some("its agent does not answer".to_owned())),
                Some(_) | None => Ok(None),
            },
        }
    }
}

/// Whether a domain of this state runs its guest.
#[must_use]
pub fn runs(state: &str) -> bool {
    matches!(state, "running" | "idle" | "in shutdown")
}

/// What is missing of the ports of a guest, of which one has to answer.
fn port_is_missing(member: &Member<'_>, sign: &Sign) -> Option<String> {
    let reach = |port: u16| member.endpoint.as_ref().and_then(|endpoint| endpoint.reach(port));
    let reached: Vec<(String, u16)> = sign.ports().into_iter().filter_map(reach).collect();
    if reached.is_empty() {
        return Some("its address is not known".to_owned());
    }
    let missing: Option<Vec<String>> = reached.iter().map(|(host, port)| answers(host, *port, sign).err()).collect();
    missing.map(|missing| missing.join("; "))
}

/// Whether a port answers as the sign wants it.
fn answers(host: &str, port: u16, sign: &Sign) -> Result<(), String> {
    let mut stream = connect(host, port)?;
    let at = SocketAddr::to_string;
    let peer = stream.peer_addr().as_ref().map_or_else(|_| format!("{host}:{port}"), at);
    let asked: &[u8] = match sign {
        Sign::Winrm if port == 5985 => {
            b"POST /wsman HTTP/1.1\r\nHost: winrm\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
        _ => b"",
    };
    let expected: &[u8] = match sign {
        Sign::Ssh => b"SSH-",
        Sign::Winrm if port == 5985 => b"HTTP/",
        // What is said over TLS is the port's own business.
        _ => return Ok(()),
    };
    let mut said = vec![0; expected.len()];
    let heard = stream.write_all(asked).and_then(|()| stream.read_exact(&mut said));
    match heard {
        Ok(()) if said == expected => Ok(()),
        Ok(()) => Err(format!("{peer} answers, but not as expected")),
        Err(_) => Err(format!("{peer} accepts connections, but sends nothing")),
    }
}

fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let addresses = (host, port).to_socket_addrs().map_err(|error| format!("cannot resolve `{host}`: {error}"))?;
    let mut last = format!("`{host}` has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                let limit = Some(CONNECT);
                stream
                    .set_read_timeout(limit)
                    .and_then(|()| stream.set_write_timeout(limit))
                    .map_err(|e| e.to_string())?;
                return Ok(stream);
            }
            Err(_) => last = format!("{address} does not accept connections"),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::net::TcpListener;
    use std::thread;

    /// A server that says something to each who connects.
    fn server(says: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || listener.incoming().flatten().for_each(|mut stream| drop(stream.write_all(says))));
        port
    }

    #[test]
    fn ports_answer() {
        let port = server(b"SSH-2.0-x\r\n");
        assert_eq!(answers("127.0.0.1", port, &Sign::Ssh), Ok(()));
        assert_eq!(answers("127.0.0.1", port, &Sign::Tcp(port)), Ok(()));
        let other = server(b"HTTP/1.1 400\r\n");
        let strange = format!("127.0.0.1:{other} answers, but not as expected");
        assert_eq!(answers("127.0.0.1", other, &Sign::Ssh), Err(strange));
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(
            answers("127.0.0.1", free, &Sign::Ssh),
            Err(format!("127.0.0.1:{free} does not accept connections"))
        );
    }
}
