//! The crate `http-cache-semantics` as a peer: the same verdicts on messages about which both RFC 7234, which it
//! knows, and RFC 9111 leave no doubt; and every purposeful difference with the sentence that it rests on.

use crate::caching::{NOW, Request, Response, request, response, stored};
use http_cache_semantics::{BeforeRequest, CacheOptions, CachePolicy};
use playground_core::cdn::caching::{NotStored, Settings, Timestamp, Verdict, lookup, store};
use proptest::prelude::*;
use std::time::{Duration, UNIX_EPOCH};

/// A request, its response, and another request so many milliseconds later.
#[derive(Clone, Debug)]
struct Case {
    first: String,
    with: String,
    second: String,
    later_ms: u64,
}

/// What one of the two makes of a case.
#[derive(Debug, PartialEq, Eq)]
struct Opinion {
    is_stored: bool,
    is_served: bool,
    /// Whole seconds that it stays fresh; 0 once it is stale, or if it is not stored.
    remaining_secs: u64,
    /// Whole seconds.
    age_secs: u64,
}

fn ours(case: &Case) -> Opinion {
    let (first, with, second) = parsed(case);
    let now = NOW.plus_ms(case.later_ms as i64);
    let Ok(stored) = store(&Settings::default(), first.head(), with.head(), NOW, NOW) else {
        return Opinion { is_stored: false, is_served: false, remaining_secs: 0, age_secs: 0 };
    };
    let freshness = stored.freshness(now);
    let verdict = lookup([&stored], second.head(), now);
    let may_be_fresh = !stored.needs_validation();
    Opinion {
        is_stored: true,
        is_served: matches!(verdict, Verdict::Serve { .. }),
        remaining_secs: u64::try_from(freshness.remaining_ms() / 1_000)
            .unwrap_or(0)
            .min(if may_be_fresh { u64::MAX } else { 0 }),
        age_secs: u64::from(freshness.age.seconds()),
    }
}

fn theirs(case: &Case) -> Opinion {
    let (first, with, second) = parsed(case);
    let time = |moment: Timestamp| UNIX_EPOCH + Duration::from_millis(moment.0 as u64);
    let now = time(NOW.plus_ms(case.later_ms as i64));
    let (first, second) = (peer_request(&first), peer_request(&second));
    let mut peer = http::Response::new(());
    *peer.status_mut() = with.head().status;
    *peer.headers_mut() = with.headers;
    let policy = CachePolicy::new_options(&first, &peer, time(NOW), CacheOptions::default());
    let is_stored = policy.is_storable();
    let is_fresh = matches!(policy.before_request(&second, now), BeforeRequest::Fresh(_));
    Opinion {
        is_stored,
        is_served: is_stored && is_fresh,
        remaining_secs: policy.time_to_live(now).as_secs(),
        age_secs: if is_stored { policy.age(now).as_secs() } else { 0 },
    }
}

fn parsed(case: &Case) -> (Request, Response, Request) {
    (request(&case.first), response(&case.with), request(&case.second))
}

fn peer_request(from: &Request) -> http::Request<()> {
    let mut to = http::Request::new(());
    *to.method_mut() = from.head().method.clone();
    *to.uri_mut() = from.head().target.clone();
    *to.headers_mut() = from.headers.clone();
    to
}

/// A purposeful difference: the sentence that it rests on, whether a case may be touched by it, and a case that
/// is: first request, response, second request, seconds.
type Difference = (&'static str, fn(&Case) -> bool, [&'static str; 3], u64);

fn differences() -> Vec<Difference> {
    vec![
        (
            "RFC 9111, section 3: the status must be understood only if it is 206 or 304, or with must-understand",
            |case| !KNOWN.contains(&&case.with[..3]),
            ["GET /", "500;; Cache-Control: max-age=60", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.2.2.3: must-understand and no-store together mean: store what you understand",
            |case| case.with.contains("must-understand"),
            ["GET /", "200;; Cache-Control: max-age=60, no-store, must-understand", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 2: many caches only cache GET responses; a HEAD is answered from one",
            |case| case.first.starts_with("HEAD") || case.second.starts_with("HEAD"),
            ["GET /", "200;; Cache-Control: max-age=60", "HEAD /"],
            1,
        ),
        (
            "RFC 9110, section 9.3.3: a response to POST needs a Content-Location equal to its address as well",
            |case| case.first.starts_with("POST"),
            ["POST /", "200;; Cache-Control: max-age=60", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.2.3: corrected_initial_age = max(apparent_age, corrected_age_value)",
            |case| case.with.contains("Date: @-"),
            ["GET /", "200;; Cache-Control: max-age=60;; Date: @-100;; ETag: \"1\"", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.2.4: an applicable s-maxage, proxy-revalidate or no-cache prohibits stale responses",
            |case| {
                case.second.contains("max-stale")
                    && ["s-maxage", "proxy-revalidate", "no-cache"]
                        .iter()
                        .any(|d| case.with.contains(d))
            },
            ["GET /", "200;; Cache-Control: s-maxage=5", "GET /;; Cache-Control: max-stale"],
            9,
        ),
        (
            "RFC 9111, section 5.2.2.8: proxy-revalidate holds once the response has become stale",
            |case| case.with.contains("proxy-revalidate"),
            ["GET /", "200;; Cache-Control: max-age=60, proxy-revalidate", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.4: the meaning of Pragma: no-cache in responses was never specified",
            |case| case.with.contains("Pragma"),
            ["GET /", "200;; Expires: @60;; Pragma: no-cache", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.4: Pragma is for requests that have no Cache-Control",
            |case| case.second.contains("Pragma") && case.second.contains("Cache-Control"),
            ["GET /", "200;; Expires: @60", "GET /;; Pragma: no-cache;; Cache-Control: max-age=9"],
            1,
        ),
        (
            "RFC 9111, sections 5.2.2.4 and 5.2.2.7: with an argument, only the listed fields are meant",
            |case| case.with.contains("no-cache=") || case.with.contains("private="),
            ["GET /", "200;; Cache-Control: max-age=60, private=\"a\"", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.2.1: two values that differ may be considered stale, which is no must-revalidate",
            |case| conflicts(&case.with),
            ["GET /", "200;; Cache-Control: max-age=60, max-age=30", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.2: cache directives are compared case-insensitively",
            |case| case.with.contains("MAX-AGE"),
            ["GET /", "200;; Cache-Control: MAX-AGE=60", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.2: an argument can be a quoted string, commas and all",
            |case| case.with.contains(", max-age=0\""),
            ["GET /", "200;; Cache-Control: a=\"b, no-store, c\", max-age=60", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.2.1: invalid freshness information is considered stale",
            |case| case.with.contains("max-age,") || case.with.contains("max-age;;"),
            ["GET /", "200;; Cache-Control: max-age;; Expires: @60;; ETag: \"1\"", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 1.2.2: what is greater than can be represented is 2147483648",
            |case| case.with.contains("99999999999"),
            ["GET /", "200;; Cache-Control: max-age=99999999999999999999", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.1: of a list of ages the first is used",
            |case| case.with.contains("Age: 100, 0"),
            ["GET /", "200;; Cache-Control: max-age=60;; Age: 100, 0;; ETag: \"1\"", "GET /"],
            1,
        ),
        (
            "RFC 9110, section 5.6.7: a recipient MUST accept all three date formats",
            |case| case.with.contains("Nov-"),
            ["GET /", "200;; Expires: Sunday, 06-Nov-94 08:50:37 GMT", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.2: a zone other than GMT makes a date invalid for calculating expiration",
            |case| case.with.contains("EST"),
            ["GET /", "200;; Expires: Sun, 06 Nov 1994 08:50:37 EST;; ETag: \"1\"", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 3: nothing excepts responses with Set-Cookie that the origin says are fresh",
            |case| case.with.contains("Set-Cookie"),
            ["GET /", "200;; Cache-Control: max-age=60;; Set-Cookie: a=b", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.1: Vary: * always fails to match, so there is nothing to store for",
            |case| case.with.contains("Vary: *"),
            ["GET /", "200;; Cache-Control: max-age=60;; Vary: *", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 4.1: fields match if whitespace and joined lines are all that tells them apart",
            |case| case.first.contains("Foo: 1,") || case.second.contains("Foo: 1,"),
            [
                "GET /;; Foo: 1, 2",
                "200;; Cache-Control: max-age=60;; Vary: Foo",
                "GET /;; Foo: 1,2",
            ],
            1,
        ),
        (
            "RFC 5861, section 3: stale-while-revalidate",
            |case| case.with.contains("stale-while-revalidate"),
            ["GET /", "200;; Cache-Control: max-age=5, stale-while-revalidate=9", "GET /"],
            6,
        ),
        (
            "RFC 8246, section 2: immutable holds during the freshness lifetime, and is none",
            |case| case.with.contains("immutable"),
            ["GET /", "200;; Cache-Control: immutable;; ETag: \"1\"", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 5.2.1.2: max-stale without a limit is one without a value, not one that is malformed",
            |case| case.second.contains("max-stale=x"),
            ["GET /", "200;; Cache-Control: max-age=5", "GET /;; Cache-Control: max-stale=x"],
            9,
        ),
        (
            "RFC 9213, section 2.2: a cache MUST ignore Cache-Control where a field for its kind is valid",
            |case| case.with.contains("CDN-Cache-Control"),
            ["GET /", "200;; Cache-Control: no-store;; CDN-Cache-Control: max-age=60", "GET /"],
            1,
        ),
        (
            "RFC 9111, section 3: a response without validator or explicit expiration is not usually useful to store",
            |case| {
                let (first, with, _) = parsed(case);
                stored(&first, &with).err() == Some(NotStored::Useless)
            },
            ["GET /", "200", "GET /"],
            0,
        ),
    ]
}

/// Whether a directive is there twice, with arguments that differ or, to the peer, seem to: in quotes.
fn conflicts(with: &str) -> bool {
    let lines = with.split(";;").filter_map(|part| part.trim().strip_prefix("Cache-Control:"));
    let mut all: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    all.sort_unstable();
    let name = |directive: &str| directive.split('=').next().map(str::to_owned);
    all.windows(2)
        .any(|pair| name(pair[0]) == name(pair[1]) && (pair[0] != pair[1] || pair[0].contains('"')))
}

/// The statuses that the peer knows, and the two that neither stores.
const KNOWN: [&str; 16] = [
    "200", "203", "204", "206", "300", "301", "302", "303", "304", "307", "308", "404", "405",
    "410", "414", "501",
];

#[test]
fn every_difference_is_one() {
    for (because, may_touch, [first, with, second], seconds) in differences() {
        let case = Case {
            first: first.to_owned(),
            with: with.to_owned(),
            second: second.to_owned(),
            later_ms: seconds * 1_000 + 500,
        };
        assert!(may_touch(&case) || because.contains("an argument can be"), "{because}: {case:?}");
        assert_ne!(ours(&case), theirs(&case), "{because}: {case:?}");
    }
}

/// Seconds in directives and dates. Times in between end in half a second, so that it does not matter whether
/// "until" includes the last moment; tenths of what is guessed from are whole.
const SECONDS: [i64; 4] = [0, 20, 60, 100];

fn response_directive() -> impl Strategy<Value = String> {
    let seconds = || prop::sample::select(&SECONDS[..]);
    prop_oneof![
        5 => seconds().prop_map(|s| format!("max-age={s}")),
        3 => seconds().prop_map(|s| format!("s-maxage={s}")),
        8 => prop::sample::select(&["no-store", "no-cache", "private", "public", "must-revalidate"][..])
            .prop_map(str::to_owned),
        4 => prop::sample::select(&["foo", "foo=bar", "no-transform", "max-age=x", "max-age=\"60\""][..])
            .prop_map(str::to_owned),
        2 => prop::sample::select(
            &["proxy-revalidate", "must-understand", "stale-while-revalidate=9", "private=\"a\"",
              "no-cache=\"a\"", "max-age", "MAX-AGE=20", "immutable", "max-age=99999999999999999999",
              "a=\"b, max-age=0\""][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn request_directive() -> impl Strategy<Value = String> {
    let seconds = || prop::sample::select(&SECONDS[1..]);
    prop_oneof![
        seconds().prop_map(|s| format!("max-age={s}")),
        seconds().prop_map(|s| format!("min-fresh={s}")),
        seconds().prop_map(|s| format!("max-stale={s}")),
        prop::sample::select(
            &["no-cache", "no-store", "max-stale", "max-stale=x", "only-if-cached", "foo"][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn field(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::option::weighted(0.4, prop::sample::select(values))
        .prop_map(move |value| value.map_or(String::new(), |value| format!(";; {name}: {value}")))
}

fn directives(
    directive: impl Strategy<Value = String>,
    most: usize,
) -> impl Strategy<Value = String> {
    prop::collection::vec(directive, 0..most).prop_map(|all| match all.as_slice() {
        [] => String::new(),
        all => format!(";; Cache-Control: {}", all.join(", ")),
    })
}

fn any_request() -> impl Strategy<Value = String> {
    (
        prop_oneof![12 => Just("GET"), 1 => Just("HEAD"), 1 => Just("POST"), 1 => Just("PUT")],
        field("Authorization", &["Basic Zm9v"]),
        field("Foo", &["1", "2", "1,2", "1, 2"]),
        prop_oneof![5 => Just(""), 1 => Just(";; Pragma: no-cache")],
        directives(request_directive(), 2),
    )
        .prop_map(|(method, a, b, c, d)| format!("{method} /{a}{b}{c}{d}"))
}

fn any_case() -> impl Strategy<Value = Case> {
    let status =
        prop_oneof![20 => Just("200"), 10 => prop::sample::select(&KNOWN[..]), 1 => Just("500")];
    let with = (
        status,
        directives(response_directive(), 4),
        field("Expires", &["@0", "@20", "@100", "0", "@-20", "Sunday, 06-Nov-94 08:50:37 GMT"]),
        field("Date", &["@0", "@20", "nonsense", "@-20"]),
        field("Age", &["0", "20", "nonsense", "100, 0"]),
        field("Last-Modified", &["@-100", "@-1000", "@100"]),
        field("ETag", &["\"1\""]),
        prop_oneof![
            10 => Just(""),
            3 => Just(";; Vary: Foo"),
            1 => Just(";; Vary: *"),
            1 => Just(";; Set-Cookie: a=b"),
            1 => Just(";; Pragma: no-cache"),
            1 => Just(";; CDN-Cache-Control: max-age=20"),
        ],
    )
        .prop_map(|(status, a, b, c, d, e, f, g)| format!("{status}{a}{b}{c}{d}{e}{f}{g}"));
    (any_request(), with, any_request(), 0..150_u64).prop_map(|(first, with, second, seconds)| {
        Case { first, with, second, later_ms: seconds * 1_000 + 500 }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_global_rejects: 200_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn where_nothing_differs_on_purpose_both_say_the_same(case in any_case()) {
        let touched = differences().into_iter().any(|(_, may_touch, ..)| may_touch(&case));
        prop_assume!(!touched);
        prop_assert_eq!(ours(&case), theirs(&case));
    }
}
