//! RFC 9111, sections 4.2.1 to 4.2.3 and 5.2: how long a response is fresh, and how old it is. RFC 9213: the
//! directives that are for us.

use crate::caching::{NOW, at, kept, request, response, stored};
use expect_test::expect;
use playground_core::cdn::caching::{LifetimeSource, NotStored, Settings, Stored, store};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The seconds that a response is fresh, and why. All have a validator, so that they are stored.
fn lifetime(fields: &str) -> (u64, LifetimeSource) {
    let lifetime = kept(&format!("200;; ETag: \"1\";; {fields}")).freshness(NOW).lifetime;
    (lifetime.ms / 1_000, lifetime.source)
}

#[track_caller]
fn check(cases: &[(&str, u64, LifetimeSource)]) {
    for (fields, seconds, source) in cases {
        assert_eq!(lifetime(fields), (*seconds, *source), "{fields}");
    }
}

use LifetimeSource::{Expires, Heuristic, Invalid, MaxAge, Nothing, SMaxage};

#[test]
fn the_first_that_applies() {
    check(&[
        ("", 0, Nothing),
        ("Cache-Control: max-age=60", 60, MaxAge),
        ("Cache-Control: max-age=0", 0, MaxAge),
        ("Cache-Control: max-age=60, s-maxage=30", 30, SMaxage),
        ("Cache-Control: max-age=60;; Cache-Control: s-maxage=3600", 3_600, SMaxage),
        ("Cache-Control: max-age=60;; Expires: @3600", 60, MaxAge),
        ("Cache-Control: max-age=0;; Expires: @3600", 0, MaxAge),
        ("Cache-Control: max-age=60;; Expires: 0", 60, MaxAge),
        ("Expires: @60;; Date: @0", 60, Expires),
        ("Expires: @60;; Date: @40", 20, Expires),
        ("Expires: @60", 60, Expires),
        ("Expires: @60;; Date: foo", 60, Expires),
        ("Expires: @-60;; Date: @0", 0, Expires),
        ("Expires: @0;; Date: @0", 0, Expires),
        ("Expires: @300;; Date: @400", 0, Expires),
        ("Cache-Control: no-transform;; Expires: @60", 60, Expires),
    ]);
}

/// "Caches are encouraged to consider responses that have invalid freshness information to be stale."
#[test]
fn what_is_invalid_is_stale() {
    check(&[
        ("Cache-Control: max-age=-60", 0, Invalid),
        ("Cache-Control: max-age=60.0", 0, Invalid),
        ("Cache-Control: max-age='60'", 0, Invalid),
        ("Cache-Control: max-age=a60", 0, Invalid),
        ("Cache-Control: max-age=60a", 0, Invalid),
        ("Cache-Control: max-age= 60", 0, Invalid),
        ("Cache-Control: max-age", 0, Invalid),
        ("Cache-Control: max-age=", 0, Invalid),
        ("Cache-Control: max-age=60, max-age=30", 0, Invalid),
        ("Cache-Control: max-age=30;; Cache-Control: max-age=60", 0, Invalid),
        ("Cache-Control: max-age=60, s-maxage=x", 0, Invalid),
        ("Cache-Control: max-age=x;; Expires: @60", 0, Invalid),
        ("Expires: 0", 0, Invalid),
        ("Expires: never", 0, Invalid),
        ("Expires: @60;; Expires: @61", 0, Invalid),
        ("Expires: @60;; Last-Modified: @-86400;; Expires: x", 0, Invalid),
    ]);
}

#[test]
fn directives_are_read_with_patience() {
    check(&[
        ("Cache-Control: MaX-aGe=60", 60, MaxAge),
        ("Cache-Control: max-age=\"60\"", 60, MaxAge),
        ("Cache-Control: max-age=0060", 60, MaxAge),
        ("Cache-Control: ,,max-age=60,", 60, MaxAge),
        ("Cache-Control: max-age=60, max-age=60", 60, MaxAge),
        ("Cache-Control: foobar, max-age=60", 60, MaxAge),
        ("Cache-Control: a=\"max-age=3600\", max-age=1", 1, MaxAge),
        ("Cache-Control: max-age=1, a=\"max-age=3600\"", 1, MaxAge),
        ("Cache-Control: a=\"\\\", max-age=3600\", max-age=1", 1, MaxAge),
        // A quote that is never closed quotes nothing.
        ("Cache-Control: a=\"x, max-age=1", 1, MaxAge),
    ]);
}

/// Section 1.2.2.
#[test]
fn what_is_too_large_is_the_largest() {
    const MOST: u64 = 1 << 31;
    check(&[
        ("Cache-Control: max-age=2147483647", MOST - 1, MaxAge),
        ("Cache-Control: max-age=2147483648", MOST, MaxAge),
        ("Cache-Control: max-age=2147483649", MOST, MaxAge),
        ("Cache-Control: max-age=99999999999", MOST, MaxAge),
        ("Cache-Control: max-age=99999999999999999999999999999999", MOST, MaxAge),
    ]);
}

/// Section 4.2.2.
#[test]
fn nothing_is_guessed_without_a_reason() {
    check(&[
        ("Last-Modified: @-1000;; Date: @0", 100, Heuristic),
        ("Last-Modified: @-1000;; Date: @-500", 50, Heuristic),
        ("Last-Modified: @-1000", 100, Heuristic),
        ("Last-Modified: @1000;; Date: @0", 0, Nothing),
        ("Last-Modified: yesterday", 0, Nothing),
        ("Last-Modified: @-86400000", 7 * 86_400, Heuristic),
        ("Last-Modified: @-1000;; Cache-Control: max-age=0", 0, MaxAge),
        ("Last-Modified: @-1000;; Expires: @0;; Date: @0", 0, Expires),
        ("Last-Modified: @-1000;; Pragma: no-cache", 100, Heuristic),
    ]);
    for (status, guessed) in [
        (200, true),
        (203, true),
        (204, true),
        (300, true),
        (301, true),
        (308, true),
        (404, true),
        (405, true),
        (410, true),
        (414, true),
        (501, true),
        (201, false),
        (302, false),
        (307, false),
        (403, false),
        (500, false),
        (503, false),
    ] {
        let text = format!("{status};; Last-Modified: @-1000");
        assert_eq!(stored(&request("GET /"), &response(&text)).is_ok(), guessed, "{status}");
    }
    let off = Settings { heuristic_percent: 0, ..Settings::default() };
    let with = response("200;; Last-Modified: @-1000");
    let stored = store(&off, request("GET /").head(), with.head(), NOW, NOW);
    assert_eq!(stored.expect("has a validator").freshness(NOW).lifetime.ms, 0);
}

/// RFC 9213.
#[test]
fn a_field_for_our_kind_replaces_the_one_for_all() {
    check(&[
        ("CDN-Cache-Control: max-age=60", 60, MaxAge),
        ("CDN-Cache-Control: max-age=60;; Cache-Control: max-age=1", 60, MaxAge),
        ("CDN-Cache-Control: max-age=1;; Cache-Control: max-age=60", 1, MaxAge),
        ("CDN-Cache-Control: max-age=60;; Cache-Control: no-store", 60, MaxAge),
        ("CDN-Cache-Control: max-age=60;; Cache-Control: private", 60, MaxAge),
        ("CDN-Cache-Control: max-age=60;; Expires: 0", 60, MaxAge),
        ("CDN-Cache-Control: max-age=0;; Expires: @60", 0, MaxAge),
        ("CDN-Cache-Control: must-revalidate;; Expires: @60", 0, Nothing),
        ("CDN-Cache-Control: foobar, max-age=60", 60, MaxAge),
        ("CDN-Cache-Control: max-age=99999999999", 1 << 31, MaxAge),
        ("CDN-Cache-Control: max-age=60;x=1", 60, MaxAge),
        ("CDN-Cache-Control: foo;; CDN-Cache-Control: max-age=60", 60, MaxAge),
        // In a dictionary the last of two counts, as it does for every structured field.
        ("CDN-Cache-Control: max-age=60, max-age=30", 30, MaxAge),
        ("CDN-Cache-Control: max-age=60, no-store=?0", 60, MaxAge),
        // Of the wrong type: as in Cache-Control, what is invalid is stale.
        ("CDN-Cache-Control: max-age=\"60\"", 0, Invalid),
        ("CDN-Cache-Control: max-age=60.5", 0, Invalid),
        ("CDN-Cache-Control: max-age=-60", 0, Invalid),
        ("CDN-Cache-Control: max-age", 0, Invalid),
        ("CDN-Cache-Control: max-age=(60)", 0, Invalid),
        // Not a dictionary, or an empty one: as if it were not there.
        ("CDN-Cache-Control: max-age=60, &&&;; Cache-Control: max-age=1", 1, MaxAge),
        ("CDN-Cache-Control: MaX-aGe=60;; Cache-Control: max-age=1", 1, MaxAge),
        ("CDN-Cache-Control: max-age =60;; Cache-Control: max-age=1", 1, MaxAge),
        ("CDN-Cache-Control: ;; Cache-Control: max-age=1", 1, MaxAge),
    ]);
    for (fields, reason) in [
        ("CDN-Cache-Control: no-store;; Cache-Control: max-age=60", NotStored::NoStore),
        ("CDN-Cache-Control: private;; Cache-Control: max-age=60", NotStored::Private),
        ("CDN-Cache-Control: max-age=60, &;; Cache-Control: no-store", NotStored::NoStore),
    ] {
        let verdict = stored(&request("GET /"), &response(&format!("200;; {fields}")));
        assert_eq!(verdict.map(|_| ()), Err(reason), "{fields}");
    }
    assert!(kept("200;; ETag: \"1\";; CDN-Cache-Control: no-cache").needs_validation());
}

#[test]
fn the_first_of_several_fields_for_our_kind() {
    let targets = vec!["playground-cache-control", "cdn-cache-control"];
    let targets = targets.into_iter().map(|name| name.parse().expect("a name")).collect();
    let settings = Settings { targets, ..Settings::default() };
    let with = response(
        "200;; CDN-Cache-Control: max-age=1;; Playground-Cache-Control: max-age=60;; \
         Cache-Control: max-age=2",
    );
    let stored = store(&settings, request("GET /").head(), with.head(), NOW, NOW);
    let stored = stored.expect("it is fresh");
    assert_eq!(stored.freshness(NOW).lifetime.ms, 60_000);
    assert_eq!(stored.targeted_by().map(|name| name.as_str()), Some("playground-cache-control"));
}

fn sum(stored: &Stored, seconds: i64) -> String {
    let age = stored.freshness(at(seconds)).age;
    let initial = age.initial;
    let mut text = String::new();
    for (name, ms) in [
        ("apparent_age", initial.apparent_age_ms),
        ("response_delay", initial.response_delay_ms),
        ("age_value", initial.age_value_ms),
        ("corrected_age_value", initial.corrected_age_value_ms),
        ("corrected_initial_age", initial.corrected_initial_age_ms),
        ("resident_time", age.resident_time_ms),
        ("current_age", age.current_age_ms),
    ] {
        writeln!(text, "{name} = {ms} ms").expect("a string");
    }
    text
}

/// Section 4.2.3, term by term.
#[test]
fn the_age_is_a_sum() {
    let with = response("200;; Cache-Control: max-age=60;; Date: @-3;; Age: 10");
    let (asked, received) = (NOW, NOW.plus_ms(1_250));
    let to = request("GET /");
    let stored = store(&Settings::default(), to.head(), with.head(), asked, received);
    expect![[r#"
        apparent_age = 4000 ms
        response_delay = 1250 ms
        age_value = 10000 ms
        corrected_age_value = 11250 ms
        corrected_initial_age = 11250 ms
        resident_time = 18750 ms
        current_age = 30000 ms
    "#]]
    .assert_eq(&sum(&stored.expect("it is fresh"), 20));
    // An old response that nobody has counted: Date knows.
    expect![[r#"
        apparent_age = 7200000 ms
        response_delay = 0 ms
        age_value = 0 ms
        corrected_age_value = 0 ms
        corrected_initial_age = 7200000 ms
        resident_time = 5000 ms
        current_age = 7205000 ms
    "#]]
    .assert_eq(&sum(&kept("200;; Cache-Control: max-age=60;; Date: @-7200"), 5));
    // A clock that runs ahead makes nobody younger than new.
    expect![[r#"
        apparent_age = 0 ms
        response_delay = 0 ms
        age_value = 0 ms
        corrected_age_value = 0 ms
        corrected_initial_age = 0 ms
        resident_time = 0 ms
        current_age = 0 ms
    "#]]
    .assert_eq(&sum(&kept("200;; Cache-Control: max-age=60;; Date: @60"), -5));
}

/// Section 5.1.
#[test]
fn of_several_ages_the_first_counts_and_nonsense_does_not() {
    for (fields, seconds) in [
        ("Age: 100", 100),
        ("Age: abc", 0),
        ("Age: -100", 0),
        ("Age: 100.0", 0),
        ("Age: 100;foo=bar", 0),
        ("Age: 100, 0", 100),
        ("Age: 0, 100", 0),
        ("Age: 100;; Age: 0", 100),
        ("Age: 0;; Age: 100", 0),
        ("Age: 99999999999", 1 << 31),
    ] {
        let stored = kept(&format!("200;; Cache-Control: max-age=60;; {fields}"));
        assert_eq!(stored.freshness(NOW).age.seconds(), seconds, "{fields}");
    }
}

#[test]
fn fresh_until_the_age_reaches_the_lifetime() {
    let stored = kept("200;; Cache-Control: max-age=60;; Date: @0");
    let (before, then) = (stored.freshness(at(59)), stored.freshness(at(60)));
    assert!(before.is_fresh() && before.remaining_ms() == 1_000 && before.stale_for_ms() == 0);
    assert!(!then.is_fresh() && then.remaining_ms() == 0);
    assert_eq!(stored.freshness(at(75)).stale_for_ms(), 15_000);
}

#[test]
fn a_lifetime_can_be_set_by_hand() {
    let mut stored = kept("200;; Cache-Control: max-age=60;; Date: @0");
    stored.set_operator_lifetime_ms(Some(5_000));
    let freshness = stored.freshness(at(6));
    assert!(!freshness.is_fresh());
    assert_eq!(freshness.lifetime.source, LifetimeSource::Operator);
    stored.set_operator_lifetime_ms(None);
    assert!(stored.freshness(at(6)).is_fresh());
}
