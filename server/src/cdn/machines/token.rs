//! The secret by which processes on different machines know each other, and whoever may purge.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

/// A secret, sent as `Authorization: Bearer …`.
#[derive(Clone)]
pub struct PurgeToken(String);

impl PurgeToken {
    pub(super) fn authorization(&self) -> HeaderValue {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.0));
        let mut value = value.unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// Whether a request bears it. What is compared are digests, so that the time it takes tells nothing.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return false };
        Sha256::digest(value.as_bytes()) == Sha256::digest(self.authorization().as_bytes())
    }
}

impl fmt::Debug for PurgeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PurgeToken")
    }
}

impl FromStr for PurgeToken {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_fit =
            (8..=256).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic());
        match is_fit {
            true => Ok(Self(text.into())),
            false => {
                Err("a purge token has 8 to 256 visible ASCII characters, without spaces".into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_token_is_known() {
        let token: PurgeToken = "correct-horse".parse().unwrap();
        for (value, expected) in [
            ("Bearer correct-horse", true),
            ("Bearer correct-hors", false),
            ("Bearer correct-horse ", false),
            ("correct-horse", false),
            ("Bearer ", false),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(token.is_in(&headers), expected, "{value}");
        }
        assert!(!token.is_in(&HeaderMap::new()));
    }

    #[test]
    fn a_token_is_no_less_than_eight_characters() {
        for bad in ["", "short", "with a space", "zeilen\numbruch", "grüßegrüße"] {
            assert!(bad.parse::<PurgeToken>().is_err(), "{bad}");
        }
    }
}
