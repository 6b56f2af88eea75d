//! How the edges are set up.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use axum::http::uri::{Authority, Scheme};

/// How the edges are set up.
#[derive(Clone, Debug)]
pub struct CdnConfig {
    /// Whom they ask; none for the embedded origin.
    pub origin: Option<OriginUrl>,
    /// What they are called, the first being the one that answers unless another one is named.
    pub edges: Vec<EdgeName>,
    /// The folder for what is to survive a restart; none to keep everything in memory.
    pub data: Option<PathBuf>,
    /// How much of bodies each edge keeps in memory, in bytes.
    pub memory_bytes: u64,
    /// … and on disk; less than 32 MiB is nothing.
    pub disk_bytes: u64,
    /// How long the origin may be silent: before an answer begins, and within its body.
    pub origin_patience: Duration,
    /// Whether clients on other machines may purge, and do harm to the origin.
    pub allows_remote_faults: bool,
}

impl Default for CdnConfig {
    /// The embedded origin, three cities, 64 MiB of memory each, no disk, and 30 s for the origin.
    fn default() -> Self {
        Self {
            origin: None,
            edges: ["frankfurt", "new-york", "tokyo"].map(|name| EdgeName(name.into())).into(),
            data: None,
            memory_bytes: 64 << 20,
            disk_bytes: 0,
            origin_patience: Duration::from_secs(30),
            allows_remote_faults: false,
        }
    }
}

/// The name of an edge: lower-case letters, digits and hyphens, as in the name of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeName(pub(super) String);

impl FromStr for EdgeName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(is_plain)
            && !text.starts_with('-')
            && !text.ends_with('-');
        match fits {
            true => Ok(Self(text.into())),
            false => {
                Err("an edge's name has 1 to 40 lower-case letters, digits and hyphens".into())
            }
        }
    }
}

/// Where an origin is: a scheme, a host, and a port if it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginUrl {
    pub(super) scheme: Scheme,
    pub(super) authority: Authority,
}

impl FromStr for OriginUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = "expected the address of an origin, such as https://example.org or http://127.0.0.1:8080, \
                     without a path";
        let parts = text.parse::<Uri>().map_err(|_| wrong)?.into_parts();
        let scheme = parts.scheme.filter(|it| *it == Scheme::HTTP || *it == Scheme::HTTPS);
        let authority = parts.authority.filter(|it| !it.as_str().contains('@'));
        let has_path = parts.path_and_query.is_some_and(|path| path.as_str() != "/");
        match (scheme, authority) {
            (Some(scheme), Some(authority)) if !has_path => Ok(Self { scheme, authority }),
            _ => Err(wrong.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for good in ["http://127.0.0.1:8080", "https://example.org/", "http://[::1]:80"] {
            assert!(good.parse::<OriginUrl>().is_ok(), "{good}");
        }
        for bad in
            ["example.org", "ftp://example.org", "http://a/b", "http://u@a", "http://a/?q", ""]
        {
            assert!(bad.parse::<OriginUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_edge_has_a_name_that_a_host_could_have() {
        assert!("new-york2".parse::<EdgeName>().is_ok());
        for bad in ["", "New-York", "a b", "-a", "a-", "a.b", "a/b"] {
            assert!(bad.parse::<EdgeName>().is_err(), "{bad}");
        }
    }
}
