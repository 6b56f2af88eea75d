//! RFC 9111, sections 3.2 and 4.3: what a 304 and a HEAD change, and whether a client's copy is still good.

use crate::caching::{NOW, at, kept, request, response, stored};
use expect_test::expect;
use http::HeaderMap;
use playground_core::cdn::caching::{
    HeadNews, NotStored, Settings, Stored, forwarded_headers, freshened, head_news, identified_by,
    is_not_modified, strip_preconditions,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Fields in the order of their names.
fn lines(headers: &HeaderMap) -> String {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().expect("text")))
        .collect();
    lines.sort();
    lines.concat()
}

fn with_tag(tag: &str, date: &str) -> Stored {
    kept(&format!("200;; Cache-Control: max-age=9;; ETag: {tag};; Date: {date}"))
}

/// Section 4.3.4.
#[test]
fn a_304_names_what_it_is_about() {
    let all = [
        with_tag("\"a\"", "@-3"),
        with_tag("\"a\"", "@-2"),
        with_tag("W/\"b\"", "@-3"),
        with_tag("W/\"b\"", "@-1"),
        kept("200;; Cache-Control: max-age=9;; Last-Modified: @-100;; Date: @-5"),
        kept("200;; Cache-Control: max-age=9;; Date: @-4"),
    ];
    for (news, asked, about) in [
        // All with the same strong validator.
        ("304;; ETag: \"a\"", 0, &[0, 1][..]),
        // "If none … contain at least one of the same strong validators, then the cache MUST NOT use" it.
        ("304;; ETag: \"x\"", 0, &[]),
        ("304;; ETag: \"b\"", 2, &[]),
        // A weak one names the most recent.
        ("304;; ETag: W/\"b\"", 2, &[3]),
        ("304;; ETag: W/\"a\"", 0, &[1]),
        ("304;; Last-Modified: @-100", 4, &[4]),
        ("304;; Last-Modified: @-99", 4, &[]),
        // Without a validator it is about the one that was asked for.
        ("304", 5, &[5]),
        ("304", 0, &[0]),
        ("304", 9, &[]),
    ] {
        let news = response(news).headers;
        assert_eq!(identified_by(&all, asked, &news), about, "{news:?}");
    }
}

fn update(stored: &Stored, news: &str) -> Stored {
    let to = request("GET /");
    freshened(&Settings::default(), stored, to.head(), &response(news).headers, at(100), at(100))
}

#[test]
fn a_304_replaces_fields_by_name_and_leaves_those_about_the_bytes() {
    let stored = kept(
        "200;; Cache-Control: max-age=60;; Date: @0;; Age: 5;; ETag: \"1\";; A: old;; B: old;; \
         Content-Length: 10;; Content-Encoding: gzip;; Content-Type: text/plain",
    );
    let updated = update(
        &stored,
        "304;; Cache-Control: max-age=90;; Date: @100;; ETag: \"1\";; A: new;; A: newer;; C: new;; \
         Content-Length: 0;; Content-Encoding: br;; Content-Type: text/html;; Content-Range: x;; \
         Connection: D;; D: x;; Transfer-Encoding: chunked",
    );
    expect![[r#"
        a: new
        a: newer
        b: old
        c: new
        cache-control: max-age=90
        content-encoding: gzip
        content-length: 10
        content-type: text/html
        date: Sun, 06 Nov 1994 08:51:17 GMT
        etag: "1"
    "#]]
    .assert_eq(&lines(updated.headers()));
    let freshness = updated.freshness(at(100));
    assert_eq!((freshness.lifetime.ms, freshness.age.current_age_ms), (90_000, 0));
}

#[test]
fn a_304_makes_young_again_even_if_it_says_nothing() {
    let updated = update(&kept("200;; Cache-Control: max-age=60;; Date: @0;; Age: 50"), "304");
    let freshness = updated.freshness(at(101));
    assert_eq!((freshness.lifetime.ms, freshness.age.current_age_ms), (60_000, 1_000));
    let mut invalid = kept("200;; Cache-Control: max-age=60;; ETag: \"1\"");
    invalid.invalidate();
    invalid.set_operator_lifetime_ms(Some(1_000));
    let valid = update(&invalid, "304");
    assert!(!valid.needs_validation());
    assert_eq!(valid.freshness(at(100)).lifetime.ms, 1_000);
}

/// Two variants may have one entity tag. News for one of them are news for both, but each stays what it is.
#[test]
fn a_variant_stays_what_it_was_chosen_by() {
    let with = response("200;; Cache-Control: max-age=2;; ETag: \"1\";; Vary: Foo;; Date: @0");
    let (one, two) = (request("GET /;; Foo: 1"), request("GET /;; Foo: 2"));
    let stored = stored(&two, &with).expect("it is fresh");
    let after = |news: &str| {
        let news = response(news).headers;
        freshened(&Settings::default(), &stored, one.head(), &news, at(9), at(9))
    };
    let same = after("304;; ETag: \"1\";; Vary: Foo");
    assert!(same.selecting().matches(&two.headers) && !same.selecting().matches(&one.headers));
    assert!(!same.needs_validation());
    // What the reader of the other variant sent for a new name is not known.
    for vary in ["Foo, Bar", "*"] {
        assert!(after(&format!("304;; ETag: \"1\";; Vary: {vary}")).needs_validation(), "{vary}");
    }
}

#[test]
fn news_may_forbid_to_keep_what_is_stored() {
    let stored = kept("200;; Cache-Control: max-age=60;; ETag: \"1\"");
    for (news, reason) in [
        ("304;; Cache-Control: max-age=60", None),
        ("304;; Cache-Control: no-store", Some(NotStored::NoStore)),
        ("304;; Cache-Control: private", Some(NotStored::Private)),
        ("304;; Cache-Control: no-store, must-understand", None),
    ] {
        let updated = update(&stored, news);
        assert_eq!(updated.forbids_keeping(), reason, "{news}");
        assert_eq!(updated.is_invalidated(), reason.is_some(), "{news}");
    }
}

/// Section 4.3.5.
#[test]
fn a_head_updates_what_it_fits_and_makes_the_rest_stale() {
    let stored = kept("200;; Cache-Control: max-age=2;; ETag: \"1\";; Content-Length: 10;; A: 1");
    let news = |with: &str| {
        let (to, with) = (request("HEAD /"), response(with));
        head_news(&Settings::default(), &stored, to.head(), with.head(), NOW, NOW)
    };
    match news("200;; Cache-Control: max-age=1000;; ETag: \"1\";; Content-Length: 10;; A: 2") {
        HeadNews::Updated(updated) => {
            assert_eq!(updated.headers()["a"], "2");
            assert!(updated.freshness(at(999)).is_fresh());
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(news("200;; A: 2"), HeadNews::Updated(_)));
    assert!(matches!(news("200;; ETag: \"2\""), HeadNews::Changed));
    assert!(matches!(news("200;; Content-Length: 11"), HeadNews::Changed));
    assert!(matches!(news("200;; Last-Modified: @-5"), HeadNews::Changed));
    assert!(matches!(news("410;; ETag: \"2\""), HeadNews::Nothing));
}

/// Section 4.3.2.
#[test]
fn a_clients_copy_is_compared_with_ours() {
    const BOTH: &str =
        "200;; Cache-Control: max-age=9;; ETag: \"a\";; Last-Modified: @-5000;; Date: @0";
    for (text, conditions, still_good) in [
        (BOTH, "If-None-Match: \"a\"", true),
        (BOTH, "If-None-Match: W/\"a\"", true),
        (BOTH, "If-None-Match: \"b\"", false),
        (BOTH, "If-None-Match: \"b\", \"a\", \"c\"", true),
        (BOTH, "If-None-Match: \"b\";; If-None-Match: \"a\"", true),
        (BOTH, "If-None-Match: *", true),
        (BOTH, "If-None-Match: \"*\"", false),
        (BOTH, "If-None-Match: a", false),
        (BOTH, "If-None-Match: \"a, b\"", false),
        // If-None-Match decides alone.
        (BOTH, "If-None-Match: \"a\";; If-Modified-Since: @-10000", true),
        (BOTH, "If-None-Match: \"b\";; If-Modified-Since: @0", false),
        (BOTH, "If-Modified-Since: @-5000", true),
        (BOTH, "If-Modified-Since: @-4999", true),
        (BOTH, "If-Modified-Since: @-5001", false),
        (BOTH, "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", true),
        (BOTH, "If-Modified-Since: yesterday", false),
        (BOTH, "If-Modified-Since: @0;; If-Modified-Since: @0", false),
        // "The If-Match and If-Unmodified-Since conditional header fields are not applicable to a cache."
        (BOTH, "If-Match: \"b\"", false),
        (BOTH, "If-Unmodified-Since: @-9999", false),
        ("200;; Cache-Control: max-age=9;; ETag: W/\"a\"", "If-None-Match: \"a\"", true),
        (
            "200;; Cache-Control: max-age=9;; ETag: \"a,\\\"",
            "If-None-Match: \"b\\\", \"a,\\\"",
            true,
        ),
        // Without Last-Modified, Date; without Date, when it arrived.
        ("200;; Cache-Control: max-age=9;; Date: @-100", "If-Modified-Since: @-100", true),
        ("200;; Cache-Control: max-age=9;; Date: @-100", "If-Modified-Since: @-101", false),
        ("200;; Cache-Control: max-age=9", "If-Modified-Since: @0", true),
        ("200;; Cache-Control: max-age=9", "If-Modified-Since: @-1", false),
    ] {
        let to = request(&format!("GET /;; {conditions}"));
        assert_eq!(is_not_modified(&kept(text), &to.headers), still_good, "{conditions} on {text}");
    }
}

#[test]
fn the_origin_is_asked_for_ours_and_not_for_the_clients() {
    let to = request(
        "GET /;; If-None-Match: \"theirs\";; If-Modified-Since: @0;; Range: bytes=0-1;; Accept: a;; \
         Connection: X;; X: y;; Keep-Alive: 1",
    );
    let ours = response("304;; If-None-Match: \"ours\"").headers;
    expect![[r#"
        accept: a
        if-none-match: "ours"
    "#]]
    .assert_eq(&lines(&forwarded_headers(&to.headers, Some(&ours))));
    expect![[r#"
        accept: a
        if-modified-since: Sun, 06 Nov 1994 08:49:37 GMT
        if-none-match: "theirs"
        range: bytes=0-1
    "#]]
    .assert_eq(&lines(&forwarded_headers(&to.headers, None)));
    let mut whole = forwarded_headers(&to.headers, Some(&HeaderMap::new()));
    strip_preconditions(&mut whole);
    assert_eq!(lines(&whole), "accept: a\n");
}
