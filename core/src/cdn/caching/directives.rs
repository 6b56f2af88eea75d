//! Cache-Control (RFC 9111, section 5.2): its directives, read the way the RFC asks a recipient to read them.
//!
//! Names are compared without regard to case; both forms of an argument are accepted, the token and the quoted
//! string; what is unknown is ignored. What is malformed errs on the side of asking the origin: a max-age that
//! is not a number, or two that differ, make the response stale (section 4.2.1).

use super::MOST_DELTA_SECONDS;
use super::message::{delta_seconds, members, split_list};
use http::{HeaderMap, HeaderName, header};
use serde::Serialize;

/// The argument of a response directive that is a number of seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seconds {
    /// The directive is not there.
    #[default]
    Absent,
    /// So many seconds, at most [`MOST_DELTA_SECONDS`].
    Of(u32),
    /// The directive is there, but says nothing that can be relied on: not a number, or two that differ.
    Invalid,
}

impl Seconds {
    /// Whether the directive is there, valid or not.
    pub const fn is_present(self) -> bool {
        !matches!(self, Seconds::Absent)
    }

    /// The number, if there is one that can be relied on.
    pub const fn valid(self) -> Option<u32> {
        match self {
            Seconds::Of(seconds) => Some(seconds),
            Seconds::Absent | Seconds::Invalid => None,
        }
    }

    fn add(&mut self, argument: Argument<'_>) {
        let new = match argument {
            Argument::Text(text) => delta_seconds(text).map_or(Seconds::Invalid, Seconds::Of),
            Argument::None | Argument::WrongType => Seconds::Invalid,
        };
        *self =
            if matches!(self, Seconds::Absent) || *self == new { new } else { Seconds::Invalid };
    }
}

/// A directive that concerns the whole response, or only the fields that it lists (`no-cache="Set-Cookie"`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The directive is not there.
    #[default]
    Absent,
    /// It concerns these fields.
    Fields(Vec<HeaderName>),
    /// It concerns the response.
    Response,
}

impl Scope {
    /// The fields that are listed; none where the directive concerns the whole response.
    pub fn fields(&self) -> &[HeaderName] {
        match self {
            Scope::Fields(fields) => fields,
            Scope::Absent | Scope::Response => &[],
        }
    }

    /// A list that names nothing, or something that no field is called, is not taken for a list.
    fn add(&mut self, argument: Argument<'_>) {
        let Argument::Text(text) = argument else {
            *self = Scope::Response;
            return;
        };
        let names: Result<Vec<_>, _> = split_list(text).map(HeaderName::from_bytes).collect();
        match (names, &mut *self) {
            (Ok(names), Scope::Absent) if !names.is_empty() => *self = Scope::Fields(names),
            (Ok(names), Scope::Fields(fields)) if !names.is_empty() => fields.extend(names),
            _ => *self = Scope::Response,
        }
    }
}

/// The directives of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseDirectives {
    /// May be stored although something else would forbid it (section 5.2.2.9).
    pub public: bool,
    /// Is for one reader (section 5.2.2.7).
    pub private: Scope,
    /// Must be validated before each use (section 5.2.2.4).
    pub no_cache: Scope,
    /// Must not be stored (section 5.2.2.5).
    pub no_store: bool,
    /// Once stale, must be validated (section 5.2.2.2).
    pub must_revalidate: bool,
    /// The same, for shared caches (section 5.2.2.8).
    pub proxy_revalidate: bool,
    /// May be stored only if the status is understood, and then even if `no_store` is there (section 5.2.2.3).
    pub must_understand: bool,
    /// Must not be transformed (section 5.2.2.6).
    pub no_transform: bool,
    /// How long it is fresh (section 5.2.2.1).
    pub max_age: Seconds,
    /// How long it is fresh in a shared cache (section 5.2.2.10).
    pub s_maxage: Seconds,
    /// How long after that it may be served while it is validated (RFC 5861, section 3).
    pub stale_while_revalidate: Seconds,
    /// How long after that it may be served where the origin fails (RFC 5861, section 4).
    pub stale_if_error: Seconds,
}

impl ResponseDirectives {
    /// Reads the fields of a response.
    pub fn parse(headers: &HeaderMap) -> Self {
        let mut directives = Self::default();
        for member in members(headers, &header::CACHE_CONTROL) {
            let (name, argument) = name_and_argument(member);
            directives.add(name, argument);
        }
        directives
    }

    /// Takes in one more directive.
    pub(super) fn add(&mut self, name: &[u8], argument: Argument<'_>) {
        match name.to_ascii_lowercase().as_slice() {
            b"public" => self.public = true,
            b"private" => self.private.add(argument),
            b"no-cache" => self.no_cache.add(argument),
            b"no-store" => self.no_store = true,
            b"must-revalidate" => self.must_revalidate = true,
            b"proxy-revalidate" => self.proxy_revalidate = true,
            b"must-understand" => self.must_understand = true,
            b"no-transform" => self.no_transform = true,
            b"max-age" => self.max_age.add(argument),
            b"s-maxage" => self.s_maxage.add(argument),
            b"stale-while-revalidate" => self.stale_while_revalidate.add(argument),
            b"stale-if-error" => self.stale_if_error.add(argument),
            _ => {}
        }
    }

    /// The directive that forbids a shared cache to serve this response stale, whatever else allows it
    /// (section 4.2.4).
    pub fn forbids_stale(&self) -> Option<&'static str> {
        if self.must_revalidate {
            Some("must-revalidate")
        } else if self.proxy_revalidate {
            Some("proxy-revalidate")
        } else if self.s_maxage.is_present() {
            Some("s-maxage")
        } else if self.no_cache == Scope::Response {
            Some("no-cache")
        } else {
            None
        }
    }
}

/// The directives of a request (section 5.2.1). They are wishes: one that cannot be read is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestDirectives {
    /// Ask the origin first. `Pragma: no-cache` says the same where there is no Cache-Control (section 5.4).
    pub no_cache: bool,
    /// Store neither the request nor the response.
    pub no_store: bool,
    /// Do not ask the origin.
    pub only_if_cached: bool,
    /// No response older than so many seconds.
    pub max_age: Option<u32>,
    /// Only a response that stays fresh for so many seconds more.
    pub min_fresh: Option<u32>,
    /// A response that has been stale for so many seconds will do.
    pub max_stale: Option<u32>,
    /// If the origin fails, a response that has been stale for so many seconds will do (RFC 5861, section 4).
    pub stale_if_error: Option<u32>,
}

impl RequestDirectives {
    /// Reads the fields of a request.
    pub fn parse(headers: &HeaderMap) -> Self {
        let mut directives = Self::default();
        if !headers.contains_key(header::CACHE_CONTROL) {
            directives.no_cache = members(headers, &header::PRAGMA)
                .any(|member| member.eq_ignore_ascii_case(b"no-cache"));
            return directives;
        }
        for member in members(headers, &header::CACHE_CONTROL) {
            let (name, argument) = name_and_argument(member);
            directives.add(name, argument);
        }
        directives
    }

    fn add(&mut self, name: &[u8], argument: Argument<'_>) {
        let seconds = match argument {
            Argument::Text(text) => delta_seconds(text),
            Argument::None | Argument::WrongType => None,
        };
        match name.to_ascii_lowercase().as_slice() {
            b"no-cache" => self.no_cache = true,
            b"no-store" => self.no_store = true,
            b"only-if-cached" => self.only_if_cached = true,
            b"max-age" => self.max_age = least(self.max_age, seconds),
            // The one wish that is the greater, the more it asks for.
            b"min-fresh" => self.min_fresh = self.min_fresh.max(seconds),
            b"max-stale" => {
                // Without an argument, any age will do.
                let any_age = matches!(argument, Argument::None).then_some(MOST_DELTA_SECONDS);
                self.max_stale = least(self.max_stale, any_age.or(seconds));
            }
            b"stale-if-error" => self.stale_if_error = least(self.stale_if_error, seconds),
            _ => {}
        }
    }
}

/// The smaller of those that are there.
fn least(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

/// What stands behind the `=` of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument<'a> {
    /// There is none.
    None,
    /// A token, or what is in a quoted string.
    Text(&'a [u8]),
    /// Something that this directive cannot have (in a structured field, which has types).
    WrongType,
}

/// `max-age="60"` is `max-age` and `60`. An escaped character in quotes stays escaped: nothing that a cache
/// understands has one.
fn name_and_argument(member: &[u8]) -> (&[u8], Argument<'_>) {
    let Some(equals) = member.iter().position(|&byte| byte == b'=') else {
        return (member, Argument::None);
    };
    let argument = &member[equals + 1..];
    let quoted = argument.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    (member[..equals].trim_ascii_end(), Argument::Text(quoted.unwrap_or(argument)))
}
