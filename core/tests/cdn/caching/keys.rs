//! RFC 9111, section 4.4, and the keys of what is stored: which addresses are one, and what a change makes
//! invalid.

use crate::caching::{request, response};
use playground_core::cdn::caching::{Key, invalidated};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn key(target: &str) -> Key {
    Key::new(&target.parse().expect("a target"))
}

#[test]
fn equivalent_addresses_have_one_key() {
    for (one, other) in [
        ("https://example.org/a", "HTTPS://EXAMPLE.org:443/a"),
        ("http://example.org", "http://example.org:80/"),
        ("https://example.org/~a", "https://example.org/%7Ea"),
        ("https://example.org/%c3%a9", "https://example.org/%C3%A9"),
        ("https://example.org/?q=%41", "https://example.org/?q=A"),
        ("https://user@example.org/", "https://example.org/"),
    ] {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn different_addresses_have_different_keys() {
    let all = [
        "https://example.org/",
        "http://example.org/",
        "https://example.org:8443/",
        "https://example.com/",
        "https://example.org/?",
        "https://example.org/?a",
        "https://example.org/?A",
        "https://example.org/A",
        "https://example.org/a",
        "https://example.org/a/",
        "https://example.org/%2F",
        "https://example.org//",
        "https://example.org/a?b",
        "https://example.org/a%3Fb",
        "https://example.org/%25",
        "https://example.org/%2525",
    ];
    let keys: std::collections::BTreeSet<_> = all.iter().map(|target| key(target)).collect();
    assert_eq!(keys.len(), all.len(), "{keys:#?}");
}

#[test]
fn a_change_makes_its_address_invalid() {
    for (method, status, is_change) in [
        ("POST", 200, true),
        ("PUT", 204, true),
        ("DELETE", 302, true),
        ("M-SEARCH", 200, true),
        ("POST", 404, false),
        ("POST", 500, false),
        ("GET", 200, false),
        ("HEAD", 200, false),
        ("OPTIONS", 200, false),
        ("TRACE", 200, false),
    ] {
        let (to, with) = (request(&format!("{method} /a")), response(&status.to_string()));
        let expected = if is_change { vec![key("https://example.org/a")] } else { vec![] };
        assert_eq!(invalidated(to.head(), with.head()), expected, "{method} → {status}");
    }
}

#[test]
fn other_addresses_only_at_the_same_origin() {
    for (location, other) in [
        ("/b", Some("https://example.org/b")),
        ("b?c#d", Some("https://example.org/dir/b?c")),
        ("../b", Some("https://example.org/b")),
        ("./.", Some("https://example.org/dir/")),
        ("../../../b", Some("https://example.org/b")),
        ("?q", Some("https://example.org/dir/a?q")),
        ("//EXAMPLE.org/b", Some("https://example.org/b")),
        ("https://example.org:443/b", Some("https://example.org/b")),
        ("http://example.org/b", None),
        ("https://example.org:8443/b", None),
        ("https://example.com/b", None),
        ("//example.com/b", None),
        ("mailto:a@example.org", None),
        ("http:// /", None),
        ("", None),
    ] {
        let to = request("POST /dir/a");
        for name in ["Location", "Content-Location"] {
            let keys =
                invalidated(to.head(), response(&format!("201;; {name}: {location}")).head());
            let mut expected = vec![key("https://example.org/dir/a")];
            expected.extend(other.map(key));
            expected.sort();
            assert_eq!(keys, expected, "{name}: {location}");
        }
    }
}
