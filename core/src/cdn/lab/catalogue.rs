//! What there is to read: items with a path, a size, and what the origin says about storing them.

use super::super::places::City;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Something that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its path, from the slash on; at most 60 bytes are kept.
    pub path: String,
    /// The size of its body in KiB, 1 to [`MOST_KIB`].
    pub kib: u32,
    /// What the origin says about storing it.
    pub control: Control,
    /// What its content depends on, beside its path.
    pub variation: Variation,
    /// Every how many seconds its content changes by itself; 0 if it does not.
    pub changes_every_s: u32,
}

/// The largest item, in KiB.
pub const MOST_KIB: u32 = 65_536;
/// The longest lifetime, in seconds.
pub const MOST_SECONDS: u32 = 31_536_000;

/// What an origin says in `Cache-Control`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Who may store it.
    pub audience: Audience,
    /// `max-age`: for how many seconds it is fresh.
    pub max_age_s: u32,
    /// `s-maxage`: the same for shared caches alone, which then must not serve it stale.
    pub shared_max_age_s: Option<u32>,
    /// `stale-while-revalidate` (RFC 5861): for how many seconds longer it may be served while it is
    /// validated in the background; 0 if not.
    pub stale_while_revalidate_s: u32,
    /// `stale-if-error` (RFC 5861): for how many seconds longer it may be served if the origin fails; 0 if not.
    pub stale_if_error_s: u32,
    /// `must-revalidate`: never serve it stale.
    pub must_revalidate: bool,
}

/// Who may store an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// `public`: everybody.
    #[default]
    Public,
    /// `private`: only the reader's own browser.
    Private,
    /// `no-store`: nobody.
    Nobody,
}

/// What content depends on, beside the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// Nothing.
    #[default]
    None,
    /// The reader's language, and the answer says `Vary: Accept-Language`.
    Language,
    /// The reader, as told by a cookie.
    Reader,
}

impl Control {
    /// `public, max-age=…` and nothing else.
    pub const fn fresh_for(max_age_s: u32) -> Self {
        Control {
            audience: Audience::Public,
            max_age_s,
            shared_max_age_s: None,
            stale_while_revalidate_s: 0,
            stale_if_error_s: 0,
            must_revalidate: false,
        }
    }

    /// The value of the field `Cache-Control`.
    pub fn field(&self) -> String {
        let mut field = String::from(match self.audience {
            Audience::Public => "public",
            Audience::Private => "private",
            Audience::Nobody => return "no-store".into(),
        });
        let mut directive = |name: &str, seconds: u32| {
            let _ = write!(field, ", {name}={}", seconds.min(MOST_SECONDS));
        };
        directive("max-age", self.max_age_s);
        if let Some(seconds) = self.shared_max_age_s {
            directive("s-maxage", seconds);
        }
        if self.stale_while_revalidate_s > 0 {
            directive("stale-while-revalidate", self.stale_while_revalidate_s);
        }
        if self.stale_if_error_s > 0 {
            directive("stale-if-error", self.stale_if_error_s);
        }
        if self.must_revalidate {
            field.push_str(", must-revalidate");
        }
        field
    }

    /// For how many seconds a shared cache may call it fresh, read from the setting, not from the field. That
    /// a private answer is not for it at all, is another matter.
    pub(super) fn lifetime_s(&self) -> u32 {
        match self.audience {
            Audience::Public => self.shared_max_age_s.unwrap_or(self.max_age_s).min(MOST_SECONDS),
            Audience::Private => self.max_age_s.min(MOST_SECONDS),
            Audience::Nobody => 0,
        }
    }

    /// Whether it must never be served stale.
    pub(super) fn forbids_stale(&self) -> bool {
        self.must_revalidate || self.shared_max_age_s.is_some()
    }

    /// For how many seconds longer it may be served stale at the most: while it is validated, and if
    /// the origin fails.
    pub(super) fn stale_s(&self) -> (u32, u32) {
        if self.forbids_stale() || self.audience == Audience::Nobody {
            return (0, 0);
        }
        let limit = |it: u32| it.min(MOST_SECONDS);
        (limit(self.stale_while_revalidate_s), limit(self.stale_if_error_s))
    }
}

impl Item {
    /// An item that is the same for everybody and changes only by hand.
    pub fn new(path: &str, kib: u32, control: Control) -> Self {
        Item { path: path.into(), kib, control, variation: Variation::None, changes_every_s: 0 }
    }

    pub(super) fn clamped(&self) -> Self {
        let is_plain = |it: &char| it.is_ascii_graphic() && *it != '?' && *it != '#';
        let path: String = self.path.chars().filter(is_plain).take(60).collect();
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        Item { path, kib: self.kib.clamp(1, MOST_KIB), ..self.clone() }
    }
}

/// The language that is spoken where a reader lives, as in `Accept-Language`.
pub fn language(city: City) -> &'static str {
    match city {
        City::MexicoCity | City::Santiago | City::Madrid => "es",
        City::SaoPaulo | City::Lisbon => "pt",
        City::Frankfurt => "de",
        City::Stockholm => "sv",
        City::Tokyo => "ja",
        City::Dubai => "ar",
        _ => "en",
    }
}

const LANGUAGES: [&str; 7] = ["en", "es", "pt", "de", "sv", "ja", "ar"];

/// The language of a field's value; English for what is unknown.
pub(super) fn known_language(text: &str) -> Option<&'static str> {
    LANGUAGES.into_iter().find(|it| *it == text).or(Some("en"))
}
