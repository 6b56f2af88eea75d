//! Directives for one kind of cache (RFC 9213): `CDN-Cache-Control`, and a field of our own before it.
//!
//! The first field of the target list that is a valid structured dictionary with something in it replaces
//! Cache-Control and Expires altogether, no-store included. A field that is malformed or empty is as if it
//! were not there.

use super::directives::{Argument, ResponseDirectives};
use http::{HeaderMap, HeaderName};
use sfv::{BareItem, Dictionary, ListEntry, Parser};

/// The directives of the first field in `targets` that has any, and which field that is.
pub(super) fn directives(
    headers: &HeaderMap,
    targets: &[HeaderName],
) -> Option<(HeaderName, ResponseDirectives)> {
    targets.iter().find_map(|name| Some((name.clone(), field(headers, name)?)))
}

fn field(headers: &HeaderMap, name: &HeaderName) -> Option<ResponseDirectives> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let lines: Vec<&[u8]> = lines.map(|line| line.as_bytes()).collect();
    let dictionary: Dictionary = Parser::new(&lines.join(&b", "[..])).parse().ok()?;
    if dictionary.is_empty() {
        return None;
    }
    let mut directives = ResponseDirectives::default();
    for (name, entry) in &dictionary {
        let ListEntry::Item(item) = entry else {
            directives.add(name.as_str().as_bytes(), Argument::WrongType);
            continue;
        };
        let name = name.as_str().as_bytes();
        match &item.bare_item {
            // "cache directives that have no value will be mapped to a Boolean": a false one is not there.
            BareItem::Boolean(true) => directives.add(name, Argument::None),
            BareItem::Boolean(false) => {}
            BareItem::Integer(number) => {
                directives.add(name, Argument::Text(number.to_string().as_bytes()));
            }
            // Only lists of field names are strings; a max-age in quotes is none.
            BareItem::String(text) if matches!(name, b"no-cache" | b"private") => {
                directives.add(name, Argument::Text(text.as_str().as_bytes()));
            }
            _ => directives.add(name, Argument::WrongType),
        }
    }
    Some(directives)
}
