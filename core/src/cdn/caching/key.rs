//! The first part of the key under which a response is stored: the target URI (RFC 9111, section 2), in the
//! one form that equivalent addresses have in common (RFC 9110, section 4.2.3; RFC 3986, section 6.2.2).
//!
//! Nothing else that a client sends takes part. `Host`, `X-Forwarded-Host` and their like could otherwise be
//! used to store under one reader's address what another one made up. GET and HEAD share a key, since a HEAD
//! is answered from a stored GET.

use http::Uri;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

/// The key of all the responses that are stored for one address: scheme, authority, path and query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key of a target URI.
    ///
    /// Scheme and host are compared in lower case, the scheme's own port counts as none, an empty path is `/`.
    /// In path and query an escape of a character that needs none is that character, and other escapes have
    /// upper case digits. Dots in the path stay; a server that minds them refuses them before.
    pub fn new(target: &Uri) -> Self {
        let mut key = String::with_capacity(target.path().len() + 48);
        if let Some(scheme) = target.scheme_str() {
            key.push_str(&scheme.to_ascii_lowercase());
            key.push_str("://");
        }
        if let Some(host) = target.host() {
            key.push_str(&host.to_ascii_lowercase());
        }
        let own_port = match target.scheme_str() {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        };
        if let Some(port) = target.port_u16().filter(|port| Some(*port) != own_port) {
            let _ = write!(key, ":{port}");
        }
        push_normalised(&mut key, if target.path().is_empty() { "/" } else { target.path() });
        if let Some(query) = target.query() {
            key.push('?');
            push_normalised(&mut key, query);
        }
        Self(key)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn push_normalised(key: &mut String, text: &str) {
    let mut rest = text;
    while let Some(percent) = rest.find('%') {
        let (before, escape) = rest.split_at(percent);
        key.push_str(before);
        let digits =
            escape.get(1..3).filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            key.push('%');
            rest = &escape[1..];
            continue;
        };
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            key.push(char::from(byte));
        } else {
            let _ = write!(key, "%{byte:02X}");
        }
        rest = &escape[3..];
    }
    key.push_str(rest);
}
