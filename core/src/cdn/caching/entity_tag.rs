//! Entity tags, and the two ways to compare them (RFC 9110, section 8.8.3).

use http::HeaderMap;
use http::header::{ETAG, HeaderName};

/// An entity tag: an opaque string, which names one version of a representation.
#[derive(Clone, Copy, Debug)]
pub struct EntityTag<'a> {
    /// Whether it names versions that mean the same, and may differ in their bytes.
    pub weak: bool,
    /// The string with its quotes, without the `W/`.
    pub opaque: &'a [u8],
}

impl<'a> EntityTag<'a> {
    /// Reads one. What lacks its quotes is taken as it is, and as weak: it still tells versions apart, but
    /// nobody has promised anything about bytes.
    pub fn parse(text: &'a [u8]) -> Self {
        let text = text.trim_ascii();
        let (weak, opaque) = match text.strip_prefix(b"W/") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if opaque.len() >= 2 && opaque.starts_with(b"\"") && opaque.ends_with(b"\"") {
            Self { weak, opaque }
        } else {
            Self { weak: true, opaque: text }
        }
    }

    /// The one in the field `ETag`.
    pub fn of(headers: &'a HeaderMap) -> Option<Self> {
        headers.get(ETAG).map(|value| Self::parse(value.as_bytes()))
    }

    /// For whether a copy is still good: the strings are the same.
    pub fn weakly_equals(&self, other: &EntityTag<'_>) -> bool {
        self.opaque == other.opaque
    }

    /// For joining bytes: the strings are the same, and both promise that the bytes are.
    pub fn strongly_equals(&self, other: &EntityTag<'_>) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }
}

/// The entity tags of a field that lists them, over all its lines. In here a backslash is a character like any
/// other, so the rule for quoted strings does not apply.
pub(super) fn list<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = EntityTag<'a>> {
    headers.get_all(name).iter().flat_map(|line| {
        let mut rest = line.as_bytes();
        std::iter::from_fn(move || {
            let begin = rest.iter().position(|byte| !matches!(byte, b',' | b' ' | b'\t'))?;
            rest = &rest[begin..];
            let quote = if rest.starts_with(b"W/\"") { 2 } else { 0 };
            let closed = (rest.get(quote) == Some(&b'"'))
                .then(|| rest[quote + 1..].iter().position(|&byte| byte == b'"'))
                .flatten();
            let end = match closed {
                Some(length) => quote + 1 + length + 1,
                None => rest.iter().position(|&byte| byte == b',').unwrap_or(rest.len()),
            };
            let (tag, behind) = rest.split_at(end);
            rest = behind;
            Some(EntityTag::parse(tag))
        })
    })
}
