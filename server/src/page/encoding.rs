//! Which content coding a client likes best: `Accept-Encoding`, RFC 9110 section 12.5.3.

use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, HeaderValue};

/// The codings that the build makes. A later one is smaller, and wins where the client likes two equally.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// The value of `Content-Encoding`; none for the identity, which is not named there.
    pub(super) fn header_value(self) -> Option<HeaderValue> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Brotli => Some(HeaderValue::from_static("br")),
        }
    }

    fn is_called(self, name: &str) -> bool {
        let names: &[&str] = match self {
            Self::Identity => &["identity"],
            // The older name means the same, section 8.4.1.3.
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Brotli => &["br"],
        };
        names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The best of the available codings, or none where the client refuses them all.
pub(super) fn choose(
    headers: &HeaderMap,
    available: impl IntoIterator<Item = Coding>,
) -> Option<Coding> {
    let lines: Vec<&str> =
        headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok()).collect();
    // Without the header anything would do; a client that does not mention codings hardly decodes any.
    let wishes: Vec<(&str, u16)> =
        lines.iter().flat_map(|line| line.split(',')).filter_map(parse_wish).collect();
    available
        .into_iter()
        .filter_map(|coding| Some((weight(coding, &wishes)?, coding)))
        .max()
        .map(|(_weight, coding)| coding)
}

/// How much a client likes a coding, in thousandths; none where it refuses it. The identity is acceptable
/// even unmentioned, but then anything mentioned is better.
fn weight(coding: Coding, wishes: &[(&str, u16)]) -> Option<u16> {
    let named = wishes.iter().find(|(name, _)| coding.is_called(name));
    let any = || wishes.iter().find(|(name, _)| *name == "*");
    match named.or_else(any) {
        Some((_, 0)) => None,
        Some((_, weight)) => Some(*weight),
        None => (coding == Coding::Identity).then_some(0),
    }
}

/// One element of the list: a name, and its weight in thousandths. A malformed one says nothing.
fn parse_wish(element: &str) -> Option<(&str, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let Some(parameter) = parts.next() else {
        return Some((name, 1000));
    };
    let (key, value) = parameter.split_once('=')?;
    let is_weight = key.trim().eq_ignore_ascii_case("q") && parts.next().is_none();
    is_weight.then(|| parse_weight(value.trim()))?.map(|weight| (name, weight))
}

/// `0` to `1` with at most three decimals, section 12.4.2.
fn parse_weight(value: &str) -> Option<u16> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let well_formed = matches!(whole, "0" | "1")
        && decimals.len() <= 3
        && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let thousandths: u16 = well_formed.then(|| format!("{whole}{decimals:0<3}").parse().ok())??;
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::Coding::{Brotli, Gzip, Identity};
    use super::*;

    fn chosen(lines: &[&str], available: &[Coding]) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, line.parse().unwrap());
        }
        choose(&headers, available.iter().copied())
    }

    #[test]
    fn the_client_weighs_and_the_server_breaks_ties() {
        let all = [Identity, Gzip, Brotli];
        let cases = [
            ("gzip, deflate, br, zstd", Some(Brotli)),
            ("br;q=0.5, gzip;q=0.8", Some(Gzip)),
            ("br;q=0, gzip", Some(Gzip)),
            ("br; Q=0.001", Some(Brotli)),
            ("X-GZIP", Some(Gzip)),
            ("identity, br;q=0.9", Some(Identity)),
            ("", Some(Identity)),
            ("zstd", Some(Identity)),
            ("*", Some(Brotli)),
            ("*;q=0.1, gzip;q=0.2", Some(Gzip)),
            ("br;q=0, *", Some(Gzip)),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("*;q=0, identity;q=0.1", Some(Identity)),
            ("identity;q=0, gzip;q=0.1", Some(Gzip)),
            ("br;q=0.000", Some(Identity)),
        ];
        for (line, expected) in cases {
            assert_eq!(chosen(&[line], &all), expected, "{line:?}");
        }
    }

    #[test]
    fn without_the_header_nothing_is_encoded() {
        assert_eq!(chosen(&[], &[Identity, Gzip, Brotli]), Some(Identity));
    }

    #[test]
    fn several_lines_are_one_list() {
        assert_eq!(chosen(&["br;q=0", "gzip"], &[Identity, Gzip, Brotli]), Some(Gzip));
    }

    #[test]
    fn only_what_is_available_is_chosen() {
        assert_eq!(chosen(&["br, gzip;q=0.1"], &[Identity, Gzip]), Some(Gzip));
        assert_eq!(chosen(&["br, identity;q=0"], &[Identity, Gzip]), None);
        assert_eq!(chosen(&["br, gzip"], &[Identity]), Some(Identity));
    }

    #[test]
    fn malformed_elements_say_nothing() {
        for line in
            ["br;q=2", "br;q=1.001", "br;q=0.0001", "br;q=-1", "br;q", "br;q=1;x=1", "br;level=1"]
        {
            assert_eq!(chosen(&[line], &[Identity, Brotli]), Some(Identity), "{line:?}");
        }
    }
}
