//! Which of several answers to the same address fits a request (RFC 9111, section 4.1): `Vary` names the
//! request fields that the origin chose by, and these must match.
//!
//! Two values match if they mean the same: lines are joined, whitespace around commas goes, and where order or
//! case mean nothing, they do not count. Fields that are sentences and not lists are compared as they are.

use super::message::{members, split_list};
use http::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HeaderName, REFERER, USER_AGENT, VARY,
};
use http::{HeaderMap, HeaderValue};

/// The request fields that a response was chosen by, and what they were: the second part of its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selecting(Vec<Field>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: HeaderName,
    /// As the client sent it, its lines joined; none if it sent none.
    sent: Option<HeaderValue>,
    /// What is compared.
    meaning: Option<Vec<u8>>,
}

impl Selecting {
    /// What the response's `Vary` names, as the request has it; none if `Vary` is `*` or names something that
    /// no field can be called, for then no request matches.
    pub fn new(request: &HeaderMap, response: &HeaderMap) -> Option<Self> {
        let mut names = Vec::new();
        for member in members(response, &VARY) {
            let name = HeaderName::from_bytes(member).ok().filter(|_| member != b"*")?;
            names.push(name);
        }
        names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        names.dedup();
        Some(Self(names.into_iter().map(|name| Field::new(name, request)).collect()))
    }

    /// Whether a request with these fields would have been given the same answer.
    pub fn matches(&self, request: &HeaderMap) -> bool {
        self.0.iter().all(|field| field.meaning == meaning(&field.name, request))
    }

    /// Whether the same fields are named.
    pub(super) fn has_the_names_of(&self, other: &Selecting) -> bool {
        self.0.iter().map(|field| &field.name).eq(other.0.iter().map(|field| &field.name))
    }

    /// Whether the response has no `Vary`, and so fits every request.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields and what the client sent, by name; none for a field that it did not send. A request of the
    /// cache's own copies them (section 4.3.1).
    pub fn fields(&self) -> impl Iterator<Item = (&HeaderName, Option<&HeaderValue>)> {
        self.0.iter().map(|field| (&field.name, field.sent.as_ref()))
    }

    /// What [`Selecting::fields`] gave.
    pub(super) fn restore(fields: impl Iterator<Item = (HeaderName, Option<HeaderValue>)>) -> Self {
        let with_meaning = fields.map(|(name, sent)| {
            let mut request = HeaderMap::new();
            if let Some(sent) = sent {
                request.insert(name.clone(), sent);
            }
            Field::new(name, &request)
        });
        Self(with_meaning.collect())
    }
}

impl Field {
    fn new(name: HeaderName, request: &HeaderMap) -> Self {
        let lines: Vec<&[u8]> = request.get_all(&name).iter().map(HeaderValue::as_bytes).collect();
        let sent = (!lines.is_empty())
            .then(|| HeaderValue::from_bytes(&lines.join(&b", "[..])).ok())
            .flatten();
        let meaning = meaning(&name, request);
        Self { name, sent, meaning }
    }
}

/// What the field means, as bytes that are equal if the meaning is; none if it is not there.
fn meaning(name: &HeaderName, request: &HeaderMap) -> Option<Vec<u8>> {
    if !request.contains_key(name) {
        return None;
    }
    Some(match *name {
        ACCEPT_ENCODING | ACCEPT_LANGUAGE => preferences(name, request),
        USER_AGENT | COOKIE | REFERER | AUTHORIZATION => {
            let lines: Vec<_> = request.get_all(name).iter().map(|l| l.as_bytes()).collect();
            lines.join(&b", "[..])
        }
        _ => members(request, name).collect::<Vec<_>>().join(&b","[..]),
    })
}

/// A list of preferences: order means nothing, the quality does; names are compared without case.
fn preferences(name: &HeaderName, request: &HeaderMap) -> Vec<u8> {
    let mut all: Vec<(u16, Vec<u8>)> = members(request, name)
        .map(|member| {
            let (value, quality) = quality(member);
            (1_000 - quality, value.to_ascii_lowercase())
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    let mut text = Vec::new();
    for (less_than_most, value) in all {
        text.extend_from_slice(&value);
        text.extend_from_slice(format!(";{less_than_most},").as_bytes());
    }
    text
}

/// A value and its weight in thousandths (RFC 9110, section 12.4.2): `gzip;q=0.5` is `gzip` and 500. A weight
/// that cannot be read is the greatest.
fn quality(member: &[u8]) -> (&[u8], u16) {
    let mut parts = member.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
    let value = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| match part {
        [b'q' | b'Q', b'=', weight @ ..] => Some(weight),
        _ => None,
    });
    (value, weight.and_then(thousandths).unwrap_or(1_000))
}

fn thousandths(weight: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(weight).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let valid = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: u16 = valid.then(|| format!("{fraction:0<3}").parse().ok()).flatten()?;
    match whole {
        "0" => Some(fraction),
        "1" => Some(1_000),
        _ => None,
    }
}

/// The content codings out of `supported` that the client takes, as a new `Accept-Encoding` for the request
/// to the origin: with a few values instead of one a browser, few copies are stored. `identity` if it takes
/// none of them, or says nothing.
///
/// `supported` are names in lower case, the best first: `&["br", "gzip"]`.
pub fn reduced_accept_encoding(request: &HeaderMap, supported: &[&str]) -> HeaderValue {
    const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
    if !request.contains_key(ACCEPT_ENCODING) {
        return IDENTITY;
    }
    let accepted = |coding: &str| {
        let weight_of = |wanted: &[u8]| {
            request
                .get_all(ACCEPT_ENCODING)
                .iter()
                .flat_map(|line| split_list(line.as_bytes()))
                .map(quality)
                .find(|(value, _)| value.eq_ignore_ascii_case(wanted))
                .map(|(_, weight)| weight)
        };
        weight_of(coding.as_bytes()).or_else(|| weight_of(b"*")).is_some_and(|weight| weight > 0)
    };
    let taken: Vec<&str> = supported.iter().copied().filter(|coding| accepted(coding)).collect();
    HeaderValue::from_str(&taken.join(", "))
        .ok()
        .filter(|value| !value.is_empty())
        .unwrap_or(IDENTITY)
}
