//! What must hold of any two messages, made of any bytes: shared by the property tests and the fuzzer.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use playground_core::cdn::caching::{
    Body, CacheStatus, Failure, HeadNews, Key, RequestHead, ResponseHead, Settings, Stored,
    Timestamp, Verdict, append_via, forwarded_headers, freshened, has_passed, head_news,
    identified_by, invalidated, lookup, reduced_accept_encoding, respond, stale_instead, store,
};

const REQUEST: [HeaderName; 12] = [
    header::CACHE_CONTROL,
    header::PRAGMA,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::RANGE,
    header::IF_RANGE,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::AUTHORIZATION,
    header::CONNECTION,
    header::VIA,
    HeaderName::from_static("foo"),
];

const RESPONSE: [HeaderName; 13] = [
    header::CACHE_CONTROL,
    HeaderName::from_static("cdn-cache-control"),
    header::EXPIRES,
    header::DATE,
    header::AGE,
    header::LAST_MODIFIED,
    header::ETAG,
    header::VARY,
    header::CONNECTION,
    header::LOCATION,
    header::CONTENT_LOCATION,
    header::SET_COOKIE,
    header::CONTENT_LENGTH,
];

/// Reads a conversation out of bytes, lets the rules judge it, and checks what holds of every verdict.
pub fn check(input: &[u8]) {
    let mut input = input.iter().copied();
    let mut next = || input.next().unwrap_or(0);
    let methods = [Method::GET, Method::GET, Method::GET, Method::HEAD, Method::POST, Method::PUT];
    let method = methods[usize::from(next()) % methods.len()].clone();
    let status = match next() {
        seed @ 0..=127 => StatusCode::OK.as_u16() + u16::from(seed) / 120,
        seed => 100 + u16::from(seed - 128) * 7 % 900,
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let later_ms = i64::from(next()) * i64::from(next()) * 100;
    let rest: Vec<u8> = input.collect();
    let mut parts = rest.split(|&byte| byte == b'\n');
    let target = parts.next().and_then(|path| Uri::try_from(path).ok());
    let target = target.unwrap_or_else(|| Uri::from_static("https://example.org/a?b"));
    let mut messages: [HeaderMap; 3] = Default::default();
    for (index, part) in parts.enumerate() {
        let (Some((&which, value)), message) = (part.split_first(), index % 3) else { continue };
        let names: &[HeaderName] = if message == 1 { &RESPONSE } else { &REQUEST };
        if let Ok(value) = HeaderValue::from_bytes(value) {
            messages[message].append(names[usize::from(which) % names.len()].clone(), value);
        }
    }
    let [first, response, second] = &messages;
    let first = RequestHead { method: &method, target: &target, headers: first };
    let response = ResponseHead { status, headers: response };
    let second = RequestHead { method: &Method::GET, target: &target, headers: second };
    let now = Timestamp::from_secs(784_111_777);
    around(first, response);
    if let Ok(stored) = store(&Settings::default(), first, response, now, now) {
        obeys_what_forbids(first, response);
        lives(&stored, second, response, now, now.plus_ms(later_ms));
    }
}

/// What is done with messages whether or not anything is stored.
fn around(request: RequestHead<'_>, response: ResponseHead<'_>) {
    let key = Key::new(request.target);
    // A key is an address itself, and its own key.
    if let Ok(again) = key.as_str().parse() {
        assert_eq!(Key::new(&again), key);
    }
    for other in invalidated(request, response) {
        assert!(!other.as_str().is_empty());
    }
    let mut forwarded = forwarded_headers(request.headers, None);
    assert!(!forwarded.contains_key(header::CONNECTION));
    append_via(&mut forwarded, http::Version::HTTP_11, "edge");
    assert!(has_passed(&forwarded, "edge"));
    assert!(!reduced_accept_encoding(request.headers, &["br", "gzip"]).is_empty());
}

/// No words but these could have made a response storable that says no-store or private in the plainest form.
fn obeys_what_forbids(request: RequestHead<'_>, response: ResponseHead<'_>) {
    let says = |headers: &HeaderMap, name: &HeaderName, value: &str| {
        let mut lines = headers.get_all(name).iter();
        lines.any(|line| line.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
    };
    assert!(!says(request.headers, &header::CACHE_CONTROL, "no-store"));
    let is_targeted = response.headers.contains_key("cdn-cache-control");
    if !is_targeted && response.headers.get_all(header::CACHE_CONTROL).iter().count() == 1 {
        assert!(!says(response.headers, &header::CACHE_CONTROL, "no-store"));
        assert!(!says(response.headers, &header::CACHE_CONTROL, "private"));
    }
    assert!(!says(response.headers, &header::VARY, "*"));
}

/// What is stored is looked up, served, validated and kept on a disk.
fn lives(
    stored: &Stored,
    request: RequestHead<'_>,
    news: ResponseHead<'_>,
    then: Timestamp,
    now: Timestamp,
) {
    let freshness = stored.freshness(now);
    let age = freshness.age;
    assert_eq!(age.current_age_ms, age.initial.corrected_initial_age_ms + age.resident_time_ms);
    assert_eq!(freshness.is_fresh(), freshness.remaining_ms() > 0);
    assert!(stored.headers().contains_key(header::DATE));
    match lookup([stored], request, now) {
        Verdict::Serve { freshness: served, .. } => {
            assert_eq!(served, freshness);
            assert!(!stored.needs_validation());
            assert!(freshness.is_fresh() || stored.directives().forbids_stale().is_none());
        }
        Verdict::Validate { conditions, .. } => {
            assert_eq!(conditions.is_empty(), !stored.has_validator());
        }
        Verdict::Forward { .. } => assert!(!stored.selecting().matches(request.headers)),
        Verdict::GatewayTimeout { .. } => {}
    }
    for length in [None, Some(0), Some(10), Some(u64::MAX)] {
        let response = respond(stored, request, &age, length);
        assert_eq!(response.headers[header::AGE], age.seconds().to_string());
        if let (Body::Part(part), Some(length)) = (response.body, length) {
            assert!(part.start < part.end && part.end <= length);
            assert_eq!(response.status, StatusCode::PARTIAL_CONTENT);
        }
    }
    if stale_instead(&Settings::default(), stored, request, Failure::Unreachable, now).is_ok() {
        assert!(stored.directives().forbids_stale().is_none());
    }
    CacheStatus::hit(&freshness).value("edge");
    let updated = freshened(&Settings::default(), stored, request, news.headers, now, now);
    assert_eq!(
        updated.headers().get(header::CONTENT_LENGTH),
        stored.headers().get(header::CONTENT_LENGTH)
    );
    assert!(identified_by([stored], 0, news.headers).len() <= 1);
    if let HeadNews::Updated(updated) =
        head_news(&Settings::default(), stored, request, news, now, now)
    {
        assert_eq!(updated.status(), stored.status());
    }
    let again = Stored::from_record(&Settings::default(), &stored.record()).expect("a record");
    assert_eq!(again.record(), stored.record());
    assert_eq!(again.freshness(then), stored.freshness(then));
}
