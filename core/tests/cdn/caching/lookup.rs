//! RFC 9111, sections 4, 4.2.4 and 5.2.1, and RFC 5861: what is done with a request.

use crate::caching::{NOW, at, kept, request, response, stored};
use playground_core::cdn::caching::{
    Failure, ForwardReason, ServeReason, Settings, StaleForbidden, StaleReason, Stored, Verdict,
    lookup, stale_instead,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What is done, in a few words.
fn verdict(all: &[Stored], to: &str, seconds: i64) -> String {
    match lookup(all, request(to).head(), at(seconds)) {
        Verdict::Serve { index, reason, .. } => format!("serve {index}: {reason:?}"),
        Verdict::Validate { index, reason, conditions, .. } => {
            let conditions: Vec<_> = conditions
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
                .collect();
            format!("validate {index}: {reason:?} [{}]", conditions.join(", "))
        }
        Verdict::Forward { reason } => format!("forward: {reason:?}"),
        Verdict::GatewayTimeout { reason } => format!("504: {reason:?}"),
    }
}

/// Cases: the stored response, the request, the seconds since, and what is done.
#[track_caller]
fn check(cases: &[(&str, &str, i64, &str)]) {
    for (text, to, seconds, expected) in cases {
        let all = [kept(text)];
        assert_eq!(verdict(&all, to, *seconds), *expected, "{to} on {text} after {seconds} s");
    }
}

const FRESH: &str = "200;; Cache-Control: max-age=60;; Date: @0;; ETag: \"1\"";

#[test]
fn fresh_is_served_and_stale_is_validated() {
    check(&[
        (FRESH, "GET /", 59, "serve 0: Fresh"),
        (FRESH, "HEAD /", 59, "serve 0: Fresh"),
        (FRESH, "GET /", 60, "validate 0: Stale [if-none-match: \"1\"]"),
        (
            "200;; Expires: @1;; Date: @0;; Last-Modified: @-9",
            "GET /",
            2,
            "validate 0: Stale [if-modified-since: Sun, 06 Nov 1994 08:49:28 GMT]",
        ),
        (
            "200;; Expires: @1;; Date: @0;; Last-Modified: @-9;; ETag: W/\"1\"",
            "GET /",
            2,
            "validate 0: Stale [if-none-match: W/\"1\", if-modified-since: Sun, 06 Nov 1994 08:49:28 GMT]",
        ),
        ("200;; Cache-Control: max-age=60", "GET /", 60, "validate 0: Stale []"),
        (
            "200;; Cache-Control: max-age=60, no-cache;; ETag: \"1\"",
            "GET /",
            0,
            "validate 0: NoCache [if-none-match: \"1\"]",
        ),
        ("200;; Cache-Control: max-age=60, No-CaChE", "GET /", 0, "validate 0: NoCache []"),
        ("200;; Cache-Control: max-age=60, no-cache=\"a\"", "GET /", 0, "serve 0: Fresh"),
        // Only a request of the client's own makes an origin's proxy-revalidate matter: once it is stale.
        ("200;; Cache-Control: max-age=60, proxy-revalidate", "GET /", 0, "serve 0: Fresh"),
        ("200;; Cache-Control: max-age=60;; Pragma: no-cache", "GET /", 0, "serve 0: Fresh"),
        ("200;; Cache-Control: max-age=60", "GET /;; Authorization: x", 0, "serve 0: Fresh"),
        ("200;; Cache-Control: max-age=60", "GET /;; Cookie: a=b", 0, "serve 0: Fresh"),
    ]);
}

#[test]
fn other_methods_and_empty_stores_ask_the_origin() {
    check(&[
        (FRESH, "POST /", 0, "forward: Method"),
        (FRESH, "PUT /", 0, "forward: Method"),
        (FRESH, "OPTIONS /", 0, "forward: Method"),
        (FRESH, "BREW /", 0, "forward: Method"),
    ]);
    assert_eq!(verdict(&[], "GET /", 0), "forward: UriMiss");
    assert_eq!(verdict(&[], "GET /;; Cache-Control: only-if-cached", 0), "504: UriMiss");
}

#[test]
fn wishes_of_the_request() {
    check(&[
        (
            FRESH,
            "GET /;; Cache-Control: no-cache",
            0,
            "validate 0: RequestNoCache [if-none-match: \"1\"]",
        ),
        (FRESH, "GET /;; Pragma: no-cache", 0, "validate 0: RequestNoCache [if-none-match: \"1\"]"),
        (FRESH, "GET /;; Pragma: foo", 0, "serve 0: Fresh"),
        (FRESH, "GET /;; Pragma: no-cache;; Cache-Control: foo", 0, "serve 0: Fresh"),
        (FRESH, "GET /;; Cache-Control: no-store", 0, "serve 0: Fresh"),
        (FRESH, "GET /;; Cache-Control: max-age=10", 10, "serve 0: Fresh"),
        (
            FRESH,
            "GET /;; Cache-Control: max-age=10",
            11,
            "validate 0: RequestMaxAge [if-none-match: \"1\"]",
        ),
        (
            FRESH,
            "GET /;; Cache-Control: max-age=0",
            1,
            "validate 0: RequestMaxAge [if-none-match: \"1\"]",
        ),
        (FRESH, "GET /;; Cache-Control: max-age=x", 1, "serve 0: Fresh"),
        (FRESH, "GET /;; Cache-Control: min-fresh=10", 50, "serve 0: Fresh"),
        (
            FRESH,
            "GET /;; Cache-Control: min-fresh=10",
            51,
            "validate 0: RequestMinFresh [if-none-match: \"1\"]",
        ),
        (FRESH, "GET /;; Cache-Control: max-stale=10", 70, "serve 0: MaxStale"),
        (
            FRESH,
            "GET /;; Cache-Control: max-stale=10",
            71,
            "validate 0: Stale [if-none-match: \"1\"]",
        ),
        (FRESH, "GET /;; Cache-Control: max-stale", 999, "serve 0: MaxStale"),
        (
            FRESH,
            "GET /;; Cache-Control: max-stale=x",
            61,
            "validate 0: Stale [if-none-match: \"1\"]",
        ),
        (FRESH, "GET /;; Cache-Control: only-if-cached", 59, "serve 0: Fresh"),
        (FRESH, "GET /;; Cache-Control: only-if-cached", 60, "504: Stale"),
        (FRESH, "GET /;; Cache-Control: only-if-cached, max-stale", 60, "serve 0: MaxStale"),
    ]);
}

/// Section 4.2.4: "MUST NOT generate a stale response if it is prohibited by an explicit … directive".
#[test]
fn what_forbids_stale_is_stronger_than_what_allows_it() {
    for directive in ["must-revalidate", "proxy-revalidate", "s-maxage=60"] {
        let text = format!(
            "200;; Cache-Control: max-age=60, stale-while-revalidate=60, stale-if-error=60, {directive};; Date: @0"
        );
        for to in ["GET /", "GET /;; Cache-Control: max-stale"] {
            check(&[(text.as_str(), to, 59, "serve 0: Fresh")]);
            check(&[(text.as_str(), to, 60, "validate 0: Stale []")]);
            let to = request(to);
            let name = directive.split('=').next().expect("a name");
            for failure in [Failure::Status(503), Failure::Unreachable] {
                let stale =
                    stale_instead(&Settings::default(), &kept(&text), to.head(), failure, at(61));
                let reason = stale.expect_err("it is forbidden").to_string();
                assert!(reason.contains(name), "{reason}");
            }
        }
    }
}

/// RFC 5861, section 3.
#[test]
fn stale_while_it_is_validated() {
    const TEXT: &str = "200;; Cache-Control: max-age=60, stale-while-revalidate=30;; Date: @0";
    check(&[
        (TEXT, "GET /", 60, "serve 0: WhileRevalidating"),
        (TEXT, "GET /", 90, "serve 0: WhileRevalidating"),
        (TEXT, "GET /", 91, "validate 0: Stale []"),
        (TEXT, "GET /;; Cache-Control: max-age=600", 60, "validate 0: Stale []"),
        (TEXT, "GET /;; Cache-Control: max-age=600, max-stale=20", 80, "serve 0: MaxStale"),
        (TEXT, "GET /;; Cache-Control: no-cache", 60, "validate 0: RequestNoCache []"),
        (
            "200;; Cache-Control: max-age=1, stale-while-revalidate=x",
            "GET /",
            1,
            "validate 0: Stale []",
        ),
        (
            "200;; Cache-Control: no-cache, stale-while-revalidate=9;; ETag: \"1\"",
            "GET /",
            1,
            "validate 0: NoCache [if-none-match: \"1\"]",
        ),
    ]);
}

/// RFC 5861, section 4, and RFC 9111, sections 4.2.4 and 4.3.3.
#[test]
fn stale_instead_of_an_error() {
    let stale = |text: &str, to: &str, failure, seconds| {
        let (stored, to) = (kept(text), request(to));
        stale_instead(&Settings::default(), &stored, to.head(), failure, at(seconds))
            .map(|(_, reason)| reason)
    };
    const WEEK: i64 = 7 * 86_400;
    let if_error = "200;; Cache-Control: max-age=2, stale-if-error=60";
    let plain = "200;; Cache-Control: max-age=2";
    let (failed, away) = (Failure::Status(503), Failure::Unreachable);
    for (text, to, failure, seconds, expected) in [
        (if_error, "GET /", failed, 62, Ok(StaleReason::IfError)),
        (if_error, "GET /", failed, 63, Err(StaleForbidden::Answered)),
        (if_error, "GET /", away, 62, Ok(StaleReason::IfError)),
        (if_error, "GET /", away, 63, Err(StaleForbidden::TooOld)),
        (plain, "GET /", failed, 3, Err(StaleForbidden::Answered)),
        (plain, "GET /", away, 3, Ok(StaleReason::Disconnected)),
        (plain, "GET /", away, 2 + WEEK, Ok(StaleReason::Disconnected)),
        (plain, "GET /", away, 3 + WEEK, Err(StaleForbidden::TooOld)),
        (plain, "GET /;; Cache-Control: stale-if-error=9", failed, 11, Ok(StaleReason::IfError)),
        (plain, "GET /;; Cache-Control: max-stale=9", away, 11, Ok(StaleReason::Disconnected)),
        (plain, "GET /;; Cache-Control: max-stale=9", away, 12, Err(StaleForbidden::Request)),
        (plain, "GET /;; Cache-Control: no-cache", away, 3, Err(StaleForbidden::Request)),
        (plain, "GET /;; Cache-Control: max-age=0", away, 3, Err(StaleForbidden::Request)),
        (
            "200;; Cache-Control: no-cache;; ETag: \"1\"",
            "GET /",
            away,
            3,
            Err(StaleForbidden::Directive("no-cache")),
        ),
    ] {
        assert_eq!(stale(text, to, failure, seconds), expected, "{to} on {text} after {seconds} s");
    }
    for (status, fails) in [
        (500, true),
        (502, true),
        (503, true),
        (504, true),
        (501, false),
        (404, false),
        (200, false),
    ] {
        let status = status.to_string().parse().expect("a status");
        assert_eq!(Failure::of_status(status).is_some(), fails, "{status}");
    }
}

#[test]
fn what_was_made_invalid_is_validated_however_fresh() {
    let mut stored = kept(FRESH);
    stored.invalidate();
    let to = request("GET /");
    let failed = stale_instead(&Settings::default(), &stored, to.head(), Failure::Unreachable, NOW);
    assert_eq!(failed.map(|_| ()), Err(StaleForbidden::Invalidated));
    assert_eq!(verdict(&[stored], "GET /", 0), "validate 0: Invalidated [if-none-match: \"1\"]");
}

fn variant(to: &str, with: &str) -> Stored {
    stored(&request(to), &response(with)).expect("this response can be stored")
}

/// Section 4.1.
#[test]
fn vary_chooses_among_several() {
    let english = "200;; Cache-Control: max-age=60;; Vary: Foo;; Date: @0";
    let all = [variant("GET /;; Foo: 1", english), variant("GET /;; Foo: 2", english)];
    assert_eq!(verdict(&all, "GET /;; Foo: 1", 0), "serve 0: Fresh");
    assert_eq!(verdict(&all, "GET /;; Foo: 2", 0), "serve 1: Fresh");
    assert_eq!(verdict(&all, "GET /;; Foo: 2;; Bar: 9", 0), "serve 1: Fresh");
    assert_eq!(verdict(&all, "GET /;; Foo: 3", 0), "forward: VaryMiss");
    assert_eq!(verdict(&all, "GET /", 0), "forward: VaryMiss");
    assert_eq!(verdict(&all, "GET /;; Foo: 3;; Cache-Control: only-if-cached", 0), "504: VaryMiss");
}

/// "When more than one suitable response is stored, a cache MUST use the most recent one (as determined by the
/// Date header field)." One that omits Vary is chosen only where no other fits.
#[test]
fn of_several_that_fit_the_most_recent_is_used() {
    let fresh =
        |vary: &str, date: &str| format!("200;; Cache-Control: max-age=60;; {vary};; Date: {date}");
    let to = "GET /;; Foo: 1;; Bar: 1";
    let all = [
        variant(to, &fresh("Vary: Foo", "@-2")),
        variant(to, &fresh("Vary: Bar", "@-1")),
        variant(to, &fresh("Vary: Foo, Bar", "@-3")),
        variant("GET /", &fresh("X: y", "@0")),
    ];
    assert_eq!(verdict(&all, to, 0), "serve 1: Fresh");
    assert_eq!(verdict(&all, "GET /;; Foo: 1;; Bar: 2", 0), "serve 0: Fresh");
    assert_eq!(verdict(&all, "GET /;; Foo: 2;; Bar: 2", 0), "serve 3: Fresh");
}

#[test]
fn values_match_if_they_mean_the_same() {
    for (name, one, other, same) in [
        ("Foo", "1,2", " 1, 2 ", true),
        ("Foo", "1, 2", "1;; Foo: 2", true),
        ("Foo", "1, 2", "2, 1", false),
        ("Foo", "a", "A", false),
        ("Foo", "\"a, b\"", "\"a,b\"", false),
        ("Accept-Language", "en, de", "de, en", true),
        ("Accept-Language", "en, de", "eN, De", true),
        ("Accept-Language", "en, de", " en ,de", true),
        ("Accept-Language", "en, de", "en, de;q=0.5", false),
        ("Accept-Language", "en;q=0.5", "en; Q=0.500", true),
        ("Accept-Encoding", "gzip, br", "br,gzip;q=1", true),
        ("Accept-Encoding", "gzip, br", "gzip", false),
        ("Accept-Encoding", "gzip", "identity", false),
        ("User-Agent", "a, b", "a,b", false),
    ] {
        let with = format!("200;; Cache-Control: max-age=60;; Vary: {name}");
        let all = [variant(&format!("GET /;; {name}: {one}"), &with)];
        let found = verdict(&all, &format!("GET /;; {name}: {other}"), 0);
        let expected = if same { "serve 0: Fresh" } else { "forward: VaryMiss" };
        assert_eq!(found, expected, "{name}: {one} and {other}");
    }
}

#[test]
fn a_new_response_supersedes_those_that_the_request_would_have_selected() {
    let with = "200;; Cache-Control: max-age=60;; Vary: Foo";
    let (one, two) = (variant("GET /;; Foo: 1", with), variant("GET /;; Foo: 2", with));
    let to = request("GET /;; Foo: 1");
    assert!(one.is_superseded_by(&to.headers));
    assert!(!two.is_superseded_by(&to.headers));
}

#[test]
fn every_reason_names_its_rfc() {
    use ForwardReason as F;
    for reason in [
        F::Method,
        F::UriMiss,
        F::VaryMiss,
        F::Stale,
        F::NoCache,
        F::Invalidated,
        F::RequestNoCache,
        F::RequestMaxAge,
        F::RequestMinFresh,
    ] {
        assert!(reason.to_string().contains("(RFC 9111, section "), "{reason}");
    }
    for reason in [ServeReason::Fresh, ServeReason::WhileRevalidating, ServeReason::MaxStale] {
        assert!(reason.to_string().contains("(RFC "), "{reason}");
    }
}
