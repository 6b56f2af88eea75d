//! What a client gets (RFC 9110, sections 13 and 14; RFC 9111, section 3.1), what is said about it (RFC 9211),
//! and what is kept on a disk.

use crate::caching::{NOW, at, kept, request, response, stored};
use expect_test::expect;
use http::{HeaderMap, Version};
use playground_core::cdn::caching::{
    Body, CacheStatus, ForwardReason, Record, Settings, Stored, append_via, has_passed,
    reduced_accept_encoding, respond, strip_hop_by_hop,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Status, fields and part of a response 30 seconds later, to a stored body of `length` bytes.
fn answer(stored: &Stored, to: &str, length: Option<u64>) -> String {
    let response = respond(stored, request(to).head(), &stored.freshness(at(30)).age, length);
    let mut lines: Vec<String> = response
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().expect("text")))
        .collect();
    lines.sort();
    format!("{} {:?}\n{}", response.status.as_u16(), response.body, lines.concat())
}

const PAGE: &str = "200;; Cache-Control: max-age=60;; Date: @0;; ETag: \"1\";; Last-Modified: @-3600;; \
     Content-Type: text/plain;; Content-Length: 10;; Set-Cookie: a=b;; Set-Cookie: c=d;; Vary: Foo;; \
     Connection: X, close;; X: y;; Keep-Alive: timeout=5;; Proxy-Authenticate: Basic;; \
     Proxy-Authentication-Info: a;; Proxy-Connection: close;; TE: trailers;; Trailer: a;; Upgrade: b";

#[test]
fn the_whole_response_with_its_age_and_without_the_connections_fields() {
    expect![[r#"
        200 Whole
        age: 30
        cache-control: max-age=60
        content-length: 10
        content-type: text/plain
        date: Sun, 06 Nov 1994 08:49:37 GMT
        etag: "1"
        last-modified: Sun, 06 Nov 1994 07:49:37 GMT
        set-cookie: a=b
        set-cookie: c=d
        vary: Foo
    "#]]
    .assert_eq(&answer(&kept(PAGE), "GET /", Some(10)));
    assert!(answer(&kept(PAGE), "HEAD /", Some(10)).starts_with("200 Empty\nage: 30\n"));
}

#[test]
fn an_age_replaces_the_one_that_it_came_with() {
    let stored = kept("200;; Cache-Control: max-age=100;; Date: @0;; Age: 30");
    assert!(answer(&stored, "GET /", None).contains("age: 60\n"));
}

#[test]
fn not_modified_repeats_what_guides_caches() {
    expect![[r#"
        304 Empty
        age: 30
        cache-control: max-age=60
        date: Sun, 06 Nov 1994 08:49:37 GMT
        etag: "1"
        set-cookie: a=b
        set-cookie: c=d
        vary: Foo
    "#]]
    .assert_eq(&answer(&kept(PAGE), "GET /;; If-None-Match: \"1\"", Some(10)));
    let missing = kept("404;; Cache-Control: max-age=60;; ETag: \"1\"");
    assert!(answer(&missing, "GET /;; If-None-Match: \"1\"", None).starts_with("404 Whole"));
}

#[test]
fn a_part_of_what_is_stored() {
    let stored = kept(PAGE);
    for (range, expected) in [
        ("Range: bytes=0-1", "206 Part(0..2) bytes 0-1/10 2"),
        ("Range: bytes=1-", "206 Part(1..10) bytes 1-9/10 9"),
        ("Range: bytes=-1", "206 Part(9..10) bytes 9-9/10 1"),
        ("Range: bytes=-99", "206 Part(0..10) bytes 0-9/10 10"),
        ("Range: bytes=5-99", "206 Part(5..10) bytes 5-9/10 5"),
        ("Range: bytes=10-", "416 Empty bytes */10 0"),
        ("Range: bytes=-0", "416 Empty bytes */10 0"),
        // Nonsense, other units and several parts: all of it.
        ("Range: bytes=2-1", "200 Whole - 10"),
        ("Range: bytes=a-b", "200 Whole - 10"),
        ("Range: lines=0-1", "200 Whole - 10"),
        ("Range: bytes=0-1,3-4", "200 Whole - 10"),
        // Joined only to what is the same for sure.
        ("Range: bytes=0-1;; If-Range: \"1\"", "206 Part(0..2) bytes 0-1/10 2"),
        ("Range: bytes=0-1;; If-Range: W/\"1\"", "200 Whole - 10"),
        ("Range: bytes=0-1;; If-Range: \"2\"", "200 Whole - 10"),
        ("Range: bytes=0-1;; If-Range: @-3600", "206 Part(0..2) bytes 0-1/10 2"),
        ("Range: bytes=0-1;; If-Range: @-3599", "200 Whole - 10"),
        ("Range: bytes=10-;; If-Range: \"2\"", "200 Whole - 10"),
    ] {
        let to = request(&format!("GET /;; {range}"));
        let response = respond(&stored, to.head(), &stored.freshness(NOW).age, Some(10));
        let field = |name| {
            response
                .headers
                .get(name)
                .map_or("-", |v: &http::HeaderValue| v.to_str().expect("text"))
        };
        let found = format!(
            "{} {:?} {} {}",
            response.status.as_u16(),
            response.body,
            field("content-range"),
            field("content-length"),
        );
        assert_eq!(found, expected, "{range}");
    }
    let to = request("HEAD /;; Range: bytes=0-1");
    let whole = respond(&stored, to.head(), &stored.freshness(NOW).age, Some(10));
    assert_eq!((whole.status.as_u16(), whole.body), (200, Body::Empty));
    assert!(answer(&stored, "GET /;; Range: bytes=0-1", None).starts_with("200 Whole"));
    let missing = kept("404;; Cache-Control: max-age=60");
    assert!(answer(&missing, "GET /;; Range: bytes=0-1", Some(10)).starts_with("404 Whole"));
    // A date that is less than a minute older than the response may name two versions.
    let young = kept("200;; Cache-Control: max-age=60;; Date: @0;; Last-Modified: @-59");
    let to = "GET /;; Range: bytes=0-1;; If-Range: @-59";
    assert!(answer(&young, to, Some(10)).starts_with("200 Whole"));
}

#[test]
fn fields_that_a_directive_lists_are_not_kept() {
    let stored = kept(
        "200;; Cache-Control: private=\"Set-Cookie, A\", no-cache=\"b\", max-age=60;; Set-Cookie: a=b;; \
         A: 1;; B: 2;; C: 3",
    );
    let names = ["set-cookie", "a", "b", "c"].map(|name| stored.headers().contains_key(name));
    assert_eq!(names, [false, false, false, true]);
}

#[test]
fn connection_cannot_take_cache_control_away() {
    let mut headers =
        response("200;; Connection: cache-control, a;; Cache-Control: no-cache;; A: 1").headers;
    strip_hop_by_hop(&mut headers);
    assert!(headers.contains_key("cache-control") && !headers.contains_key("a"));
}

#[test]
fn via_says_who_passed_it_on_and_finds_loops() {
    let mut headers = HeaderMap::new();
    append_via(&mut headers, Version::HTTP_2, "tokyo.playground");
    append_via(&mut headers, Version::HTTP_11, "london.playground");
    let via: Vec<_> = headers.get_all("via").iter().collect();
    assert_eq!(via, ["2 tokyo.playground", "1.1 london.playground"]);
    assert!(has_passed(&headers, "Tokyo.playground"));
    assert!(!has_passed(&headers, "paris.playground"));
    let joined = request("GET /;; Via: 1.0 fred, HTTP/1.1 p.example.net (comment)").headers;
    assert!(has_passed(&joined, "p.example.net") && !has_passed(&joined, "(comment)"));
}

#[test]
fn the_client_takes_what_it_says() {
    for (accepts, expected) in [
        ("Accept-Encoding: gzip, deflate, br, zstd", "br, gzip"),
        ("Accept-Encoding: gzip", "gzip"),
        ("Accept-Encoding: GZIP;q=0.1", "gzip"),
        ("Accept-Encoding: br;q=0, *", "gzip"),
        ("Accept-Encoding: *;q=0", "identity"),
        ("Accept-Encoding: ", "identity"),
        ("X: y", "identity"),
    ] {
        let to = request(&format!("GET /;; {accepts}"));
        assert_eq!(reduced_accept_encoding(&to.headers, &["br", "gzip"]), expected, "{accepts}");
    }
}

#[test]
fn cache_status_says_what_was_done() {
    let stored = kept("200;; Cache-Control: max-age=60;; Date: @0");
    let hit = CacheStatus::hit(&stored.freshness(at(20)));
    assert_eq!(hit.value("tokyo"), "tokyo;hit;ttl=40");
    let stale = CacheStatus::hit(&stored.freshness(at(90).plus_ms(1)));
    assert_eq!(stale.value("two words"), "\"two words\";hit;ttl=-31");
    let mut forwarded = CacheStatus::forwarded(ForwardReason::UriMiss);
    forwarded.stored = Some(true);
    forwarded.collapsed = true;
    forwarded.fwd_status = Some(304);
    forwarded.key = Some("https://example.org/ü".to_owned());
    expect![[r#"tokyo;fwd=uri-miss;fwd-status=304;stored;collapsed;key="https://example.org/?";detail="nothing is stored for this address (RFC 9111, section 4)""#]]
        .assert_eq(forwarded.value("tokyo").to_str().expect("text"));
    let mut headers = response("200;; Cache-Status: origin;hit").headers;
    hit.append_to(&mut headers, "tokyo");
    let all: Vec<_> = headers.get_all("cache-status").iter().collect();
    assert_eq!(all, ["origin;hit", "tokyo;hit;ttl=40"]);
}

#[test]
fn a_record_comes_back_as_it_was() {
    let to = request("GET /;; Foo: 1, 2;; Foo: 3");
    let mut first = stored(
        &to,
        &response("203;; Cache-Control: max-age=60;; Vary: Foo, Bar;; ETag: \"\u{e9}\";; A: 1;; A: 2;; Age: 7"),
    )
    .expect("it is fresh");
    first.invalidate();
    first.set_operator_lifetime_ms(Some(5_000));
    let json = serde_json::to_string(&first.record()).expect("plain data");
    let record: Record = serde_json::from_str(&json).expect("the same data");
    let again = Stored::from_record(&Settings::default(), &record).expect("a record");
    assert_eq!(again.record(), first.record());
    assert_eq!(again.headers(), first.headers());
    assert_eq!(again.freshness(at(9)), first.freshness(at(9)));
    assert!(again.selecting().matches(&to.headers) && again.is_invalidated());
    assert!(!again.selecting().matches(&request("GET /;; Foo: 1, 2").headers));
    let broken = Record { status: 7, ..record };
    assert!(Stored::from_record(&Settings::default(), &broken).is_err());
}
