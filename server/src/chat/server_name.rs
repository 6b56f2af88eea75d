//! What a server is called among those that share a chat.

use std::fmt;
use std::process;
use std::str::FromStr;
use std::sync::Arc;

/// What a server is called, for people who look which one they talk to. Two may have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerName(pub(super) Arc<str>);

impl ServerName {
    const MOST_CHARS: usize = 64;
}

impl FromStr for ServerName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_visible = |it: char| !it.is_control() && !it.is_whitespace();
        if (1..=Self::MOST_CHARS).contains(&text.chars().count()) && text.chars().all(is_visible) {
            return Ok(Self(text.into()));
        }
        Err(format!("a server's name has 1 to {} characters, no white space", Self::MOST_CHARS))
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for ServerName {
    /// The host's name, as far as it will do, and the number of this process on it.
    fn default() -> Self {
        let host = host().unwrap_or_else(|| "server".into());
        let host = host.split('.').next().unwrap_or_default();
        format!("{host}-{}", process::id()).parse().unwrap_or(Self("server".into()))
    }
}

/// The host's name, where it is easily told.
fn host() -> Option<String> {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host =
        told.or_else(|| std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok());
    Some(host?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_can_be_seen() {
        for name in ["a", "server-1", "Zürich", &"x".repeat(64)] {
            assert_eq!(&*name.parse::<ServerName>().unwrap().0, name);
        }
        for name in ["", " ", "a b", "a\n", &"x".repeat(65)] {
            name.parse::<ServerName>().unwrap_err();
        }
        assert!(ServerName::default().0.ends_with(&process::id().to_string()));
    }
}
