//! How an edge that is a process of its own is set up.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use super::PurgeToken;
use crate::cdn::config::{EdgeName, OriginUrl};
use crate::connections::Connections;
use crate::origin::is_loopback;
use crate::serve::Patience;

/// How an edge that is a process of its own is set up.
#[derive(Clone, Debug)]
pub struct EdgeProcess {
    /// What it is called.
    pub name: EdgeName,
    /// Whom it asks if it knows no shield, or none of them answers.
    pub origin: OriginUrl,
    /// The shields, among which the ring finds an object's owner; none to be a shield itself.
    pub shields: Vec<OtherUrl>,
    /// The other processes that take part in purges.
    pub peers: Vec<OtherUrl>,
    /// The secret that the processes share; none if all of them are on this machine.
    pub token: Option<PurgeToken>,
    /// The address to listen on; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The folder for its copies and the purges that it knows; made if missing.
    pub data: PathBuf,
    /// How much of bodies it keeps in memory, in bytes.
    pub memory_bytes: u64,
    /// … and on disk; less than 32 MiB is nothing.
    pub disk_bytes: u64,
    /// How many connections there may be.
    pub connections: Connections,
    /// How long it waits for its readers.
    pub patience: Patience,
}

/// Another process: what it is called, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherUrl {
    name: Option<String>,
    pub(super) url: OriginUrl,
    pub(super) is_shield: bool,
}

impl OtherUrl {
    /// Its name: the one that was given, else its host and port.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.url.authority.as_str())
    }

    /// The same, as a shield.
    #[must_use]
    pub fn as_shield(mut self) -> Self {
        self.is_shield = true;
        self
    }

    fn is_on_this_machine(&self) -> bool {
        is_loopback(self.url.authority.host())
    }
}

impl FromStr for OtherUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, url) = match text.split_once('=') {
            Some((name, url)) => (Some(name.parse::<EdgeName>()?.0), url),
            None => (None, text),
        };
        let url = url.parse().map_err(|_| {
            "expected a name and the address of an edge's process, such as osaka=http://10.0.0.7:8000, without a path"
        })?;
        Ok(Self { name, url, is_shield: false })
    }
}

impl EdgeProcess {
    /// Whether all this fits together.
    ///
    /// # Errors
    /// A sentence that says what does not.
    pub fn check(&self) -> Result<(), String> {
        let own = &self.name.0;
        let mut seen: Vec<&OtherUrl> = Vec::new();
        for other in self.shields.iter().chain(&self.peers) {
            let name = other.name();
            let (flag, role) = match other.is_shield {
                true => ("--shield", "shield"),
                false => ("--peer", "peer"),
            };
            if name == own || self.is_own_address(&other.url) {
                return Err(format!(
                    "{own} cannot be its own {role}: {flag} {name} is this process"
                ));
            }
            if other.url == self.origin {
                return Err(format!("{flag} {name} has the address of the origin"));
            }
            if seen.iter().any(|seen| seen.name() == name) {
                return Err(format!(
                    "{name} is named twice; a shield is a peer by itself, and needs no --peer"
                ));
            }
            if let Some(seen) = seen.iter().find(|seen| seen.url == other.url) {
                return Err(format!("{} and {name} have the same address", seen.name()));
            }
            if self.token.is_none() && !other.is_on_this_machine() {
                return Err(format!(
                    "{name} is on another machine, so purges need a secret: give all processes the same \
                     --purge-token"
                ));
            }
            seen.push(other);
        }
        match self.is_own_address(&self.origin) {
            true => Err(format!("{own} cannot be its own origin: --origin is where it listens")),
            false => Ok(()),
        }
    }

    /// Whether an address is the one listened on, as far as that can be told.
    fn is_own_address(&self, url: &OriginUrl) -> bool {
        let host = url.authority.host().trim_start_matches('[').trim_end_matches(']');
        let ip: Option<IpAddr> = host.parse().ok();
        let listened = self.listen.ip();
        let is_own_host = match ip {
            Some(ip) => ip == listened || (listened.is_unspecified() && ip.is_loopback()),
            None => {
                host.eq_ignore_ascii_case("localhost")
                    && (listened.is_loopback() || listened.is_unspecified())
            }
        };
        is_own_host && url.authority.port_u16() == Some(self.listen.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(shields: &[&str], peers: &[&str]) -> EdgeProcess {
        let parsed = |others: &[&str]| others.iter().map(|it| it.parse().unwrap()).collect();
        let shields: Vec<OtherUrl> = parsed(shields);
        EdgeProcess {
            name: "tokyo".parse().unwrap(),
            origin: "http://127.0.0.1:8080".parse().unwrap(),
            shields: shields.into_iter().map(OtherUrl::as_shield).collect(),
            peers: parsed(peers),
            token: None,
            listen: "127.0.0.1:8000".parse().unwrap(),
            data: PathBuf::new(),
            memory_bytes: 0,
            disk_bytes: 0,
            connections: Connections::default(),
            patience: Patience::default(),
        }
    }

    fn told(shields: &[&str], peers: &[&str]) -> String {
        process(shields, peers).check().unwrap_err()
    }

    #[test]
    fn others_have_a_name_or_are_called_by_their_address() {
        let osaka: OtherUrl = "osaka=http://10.0.0.7:8000".parse().unwrap();
        assert_eq!(osaka.name(), "osaka");
        let nameless: OtherUrl = "https://shield.example".parse().unwrap();
        assert_eq!(nameless.name(), "shield.example");
        for bad in ["", "osaka", "osaka=", "osaka=ftp://a", "A=http://a", "=http://a", "http://a/b"]
        {
            assert!(bad.parse::<OtherUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_told_in_a_sentence() {
        let (osaka, paris) = ("osaka=http://127.0.0.1:8001", "paris=http://127.0.0.1:8002");
        assert_eq!(process(&[osaka], &[paris]).check(), Ok(()));
        assert!(told(&["tokyo=http://127.0.0.1:8001"], &[]).contains("its own shield"));
        assert!(told(&["http://localhost:8000"], &[]).contains("its own shield"));
        assert!(told(&[], &["x=http://127.0.0.1:8000"]).contains("its own peer"));
        assert!(told(&[osaka], &["osaka=http://127.0.0.1:8003"]).contains("named twice"));
        assert!(told(&[osaka], &["x=http://127.0.0.1:8001"]).contains("the same address"));
        assert!(told(&["x=http://127.0.0.1:8080"], &[]).contains("the origin"));
        assert!(told(&["x=http://10.0.0.7:8000"], &[]).contains("--purge-token"));
        let mut own = process(&[], &[]);
        own.origin = "http://127.0.0.1:8000".parse().unwrap();
        assert!(own.check().unwrap_err().contains("its own origin"));
    }

    #[test]
    fn with_a_secret_the_others_may_be_anywhere() {
        let mut process = process(&["x=http://10.0.0.7:8000"], &[]);
        process.token = Some("correct-horse".parse().unwrap());
        assert_eq!(process.check(), Ok(()));
    }
}
