//! What the rules look at in a request and a response: their heads. The bodies stay wherever they are.

use http::{HeaderMap, HeaderName, Method, StatusCode, Uri};

/// The head of a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// GET, HEAD, POST …
    pub method: &'a Method,
    /// The target URI (RFC 9110, section 7.1). Give it with scheme and authority, of the origin that is
    /// configured, not of a header field that a client may choose: the key of what is stored is made of it.
    pub target: &'a Uri,
    /// The fields as the client sent them.
    pub headers: &'a HeaderMap,
}

/// The head of a response.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'a> {
    /// The status code.
    pub status: StatusCode,
    /// The fields as the origin sent them.
    pub headers: &'a HeaderMap,
}

/// The members of a field that is a list, over all its lines: split at commas that are not in quotes, without
/// the whitespace around, without empty ones (RFC 9110, section 5.6.1).
///
/// A quote that is never closed quotes nothing.
pub(super) fn members<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a [u8]> {
    headers.get_all(name).iter().flat_map(|line| split_list(line.as_bytes()))
}

/// The members of one line; see [`members`].
pub(super) fn split_list(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    let mut quotes_count = true;
    std::iter::from_fn(move || {
        let line = rest?;
        let end = member_end(line, &mut quotes_count);
        rest = line.get(end + 1..);
        Some(line[..end].trim_ascii())
    })
    .filter(|member| !member.is_empty())
}

/// Where the first member ends: at the first comma that is not in quotes. Quotes count until one of them is
/// never closed, so that a line is read once, whatever is in it.
fn member_end(line: &[u8], quotes_count: &mut bool) -> usize {
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        match byte {
            b',' => return at,
            b'"' if *quotes_count => match closing_quote(line, at) {
                Some(close) => at = close + 1,
                None => *quotes_count = false,
            },
            _ => at += 1,
        }
    }
    line.len()
}

/// Where the string that begins with the quote at `open` ends; none if it does not.
fn closing_quote(line: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match line.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Non-negative decimal digits and nothing else; what does not fit is the most that fits.
pub(super) fn delta_seconds(text: &[u8]) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = text
        .iter()
        .fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    Some(value.min(u64::from(super::MOST_DELTA_SECONDS)) as u32)
}
