//! What the edges tell of themselves, and what may be done to them.

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use playground_core::cdn::wire::{Event, Purged, Stats, Step};
use playground_server::cdn::CdnConfig;
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::{Message as Frame, WebSocket};

use super::world::{Origin, World, reply};
use crate::running::{DEADLINE, Server};

fn tagged() -> Origin {
    let count = AtomicUsize::new(0);
    Origin::start(move |request, stream| {
        let tag = if request.asked().contains("news") { "news all" } else { "other" };
        let body = count.fetch_add(1, Ordering::Relaxed).to_string();
        let fields =
            [("Cache-Control", "max-age=60"), ("Surrogate-Key", tag), ("Cache-Tag", "x,y")];
        reply(stream, "200 OK", &fields, &body);
    })
}

fn purge(world: &World, body: &str) -> u64 {
    let answer = world.post("/api/cdn/purge", body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json::<Purged>().removed
}

#[test]
fn entries_come_with_the_sum_of_their_age() {
    let origin = Origin::start(|_, stream| {
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60"), ("Age", "10")], "text");
    });
    let world = World::before(&origin);
    world.get("/a?b");
    world.get("/a?b");
    world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    let entries = world.entries();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.edge.as_str(), entry.url.as_str(), entry.status), ("frankfurt", "/a?b", 200));
    assert_eq!((entry.length, entry.lifetime_s, entry.hits), (Some(4), 60, 1));
    assert!(entry.is_fresh && entry.age_s >= 10 && entry.age_s < 60);
    assert!(entry.arithmetic[0].starts_with("freshness_lifetime = 60 s: max-age"), "{entry:?}");
    assert!(entry.arithmetic[2].starts_with("corrected_age_value = Age 10 s + "), "{entry:?}");
    assert!(entry.headers.contains(&("cache-control".into(), "max-age=60".into())));
    let nothing: Vec<serde_json::Value> = world.server.get("/api/cdn/entries?edge=tokyo").json();
    assert!(nothing.is_empty());
    assert_eq!(world.server.get("/api/cdn/entries?edge=atlantis").status, 404);
}

#[test]
fn counts_say_how_requests_were_answered() {
    let origin = tagged();
    let world = World::before(&origin);
    world.get("/a");
    world.get("/a");
    world.ask("POST", "/a", &[("Content-Length", "0")]);
    let stats = world.stats();
    let frankfurt = &stats.edges[0];
    let counts = (frankfurt.requests, frankfurt.hits, frankfurt.misses, frankfurt.passed);
    assert_eq!(counts, (3, 1, 1, 1));
    assert_eq!((stats.origin.requests, stats.origin.is_embedded), (2, false));
    assert_eq!(stats.listener.unwrap().url, format!("http://{}", world.edges));
    let metrics = world.server.get("/metrics");
    assert!(metrics.header("content-type").starts_with("text/plain"));
    let text = String::from_utf8(metrics.body).unwrap();
    let line = "cdn_requests_total{edge=\"frankfurt\",result=\"hit\"} 1";
    assert!(text.lines().any(|it| it == line), "{text}");
    assert!(text.contains("# TYPE cdn_requests_total counter"));
}

#[test]
fn copies_are_purged_by_address_beginning_and_tag() {
    let origin = tagged();
    let world = World::before(&origin);
    for path in ["/news/1", "/news/2", "/other", "/other?x"] {
        world.get(path);
        world.get_with(path, &[("CDN-Edge", "tokyo")]);
    }
    assert_eq!(purge(&world, r#"{"url": "/other", "edge": "tokyo"}"#), 1);
    assert!(world.get("/other").is_hit());
    assert!(!world.get_with("/other", &[("CDN-Edge", "tokyo")]).is_hit());
    assert_eq!(purge(&world, r#"{"prefix": "/other"}"#), 4);
    assert_eq!(purge(&world, r#"{"tag": "nothing"}"#), 0);
    assert_eq!(purge(&world, r#"{"tag": "all"}"#), 4);
    assert!(!world.get("/news/1").is_hit());
    assert_eq!(purge(&world, r#"{"tag": "y"}"#), 1);
    world.get("/a");
    assert_eq!(purge(&world, r#"{"all": true}"#), 1);
    assert_eq!(world.post("/api/cdn/purge", "{}").status, 422);
    assert_eq!(world.post("/api/cdn/purge", r#"{"url": "/a", "tag": "b"}"#).status, 422);
}

#[test]
fn the_operators_lifetime_wins_until_it_is_taken_back() {
    let origin = Origin::start(|_, stream| {
        reply(stream, "200 OK", &[("Cache-Control", "max-age=0"), ("ETag", "\"a\"")], "text");
    });
    let world = World::before(&origin);
    world.get("/a");
    assert!(!world.get("/a").is_hit());
    let json = [("content-type", "application/json")];
    let set =
        |body: &str| world.server.request("PUT", "/api/cdn/ttl", &json, body.as_bytes()).status;
    assert_eq!(set(r#"{"seconds": 60}"#), 200);
    assert!(world.get("/a").is_hit());
    world.get("/b");
    assert!(world.get("/b").is_hit());
    assert_eq!(world.stats().ttl_override_s, Some(60));
    assert_eq!(set(r#"{"seconds": null}"#), 200);
    assert!(!world.get("/a").is_hit());
    assert_eq!(set(r#"{"seconds": 999999999}"#), 422);
}

#[test]
fn an_origin_of_ones_own_can_be_made_to_fail() {
    let origin = tagged();
    let world = World::before(&origin);
    world.post("/api/cdn/faults", r#"{"down": true}"#);
    assert_eq!(world.get("/a").status(), 502);
    assert!(origin.seen().is_empty());
    world.post("/api/cdn/faults", r#"{"down": false, "error": true}"#);
    assert_eq!(world.get("/a").status(), 500);
    world.post("/api/cdn/faults", r#"{"error": false}"#);
    assert_eq!(world.get("/a").status(), 200);
    assert_eq!(world.post("/api/cdn/faults", r#"{"change": true}"#).status, 409);
    assert_eq!(world.post("/api/cdn/faults", r#"{"slow_ms": 600000}"#).status, 422);
}

#[test]
fn a_page_from_elsewhere_changes_nothing() {
    let world = World::with(CdnConfig::default());
    let foreign = [("content-type", "application/json"), ("origin", "http://evil.example")];
    for path in ["/api/cdn/purge", "/api/cdn/faults"] {
        assert_eq!(world.server.request("POST", path, &foreign, b"{}").status, 403, "{path}");
    }
    let proxied = [("content-type", "application/json"), ("x-forwarded-for", "192.0.2.7")];
    let answer = world.server.request("POST", "/api/cdn/faults", &proxied, b"{\"down\": true}");
    assert_eq!(answer.status, 403);
    assert!(!world.stats().origin.faults.down);
}

#[test]
fn a_server_without_edges_says_so() {
    let server = Server::start(playground_server::Config::default());
    for path in ["/api/cdn/stats", "/edge/frankfurt/", "/metrics"] {
        assert_eq!(server.get(path).status, 503, "{path}");
    }
}

#[test]
fn others_may_do_harm_only_where_that_was_allowed() {
    let others = [("content-type", "application/json"), ("x-forwarded-for", "192.0.2.7")];
    let harm = [
        ("POST", "/api/cdn/purge", r#"{"all": true}"#),
        ("PUT", "/api/cdn/ttl", r#"{"seconds": 5}"#),
        ("POST", "/api/cdn/faults", r#"{"down": true}"#),
    ];
    for allows in [false, true] {
        let world = World::with(CdnConfig { allows_remote_faults: allows, ..CdnConfig::default() });
        world.get("/");
        for (method, path, body) in harm {
            let answer = world.server.request(method, path, &others, body.as_bytes());
            let text = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, if allows { 200 } else { 403 }, "{path}: {text}");
            assert!(allows || text.contains("--allow-remote-faults"), "{path}: {text}");
        }
        assert_eq!(world.entries().is_empty(), allows);
        // Everybody may look.
        let stats: Stats = world.server.get_with("/api/cdn/stats", &others).json();
        assert_eq!((stats.origin.faults.down, stats.ttl_override_s.is_some()), (allows, allows));
    }
}

fn watch(world: &World) -> WebSocket<TcpStream> {
    let address = world.server.address;
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let request = format!("ws://{address}/ws/cdn").into_client_request().unwrap();
    client(request, stream).unwrap().0
}

/// The steps of a request, up to the one that is the last.
fn steps(socket: &mut WebSocket<TcpStream>, is_last: impl Fn(&Step) -> bool) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        let Frame::Text(text) = socket.read().unwrap() else { continue };
        let event: Event = serde_json::from_str(&text).unwrap();
        let is_over = is_last(&event.step);
        events.push(event);
        if is_over {
            return events;
        }
    }
}

fn name(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap();
    json["type"].as_str().unwrap().to_owned()
}

#[test]
fn each_step_of_a_request_is_told() {
    let origin = tagged();
    let world = World::before(&origin);
    let mut socket = watch(&world);
    world.get("/a");
    let mut seen = Vec::new();
    // The copy may be whole before its reader has everything, or after.
    while seen.iter().filter(|it| matches!(it, Step::Served { .. } | Step::Stored { .. })).count()
        < 2
    {
        let told = steps(&mut socket, |_| true);
        assert_eq!(told[0].edge, "frankfurt");
        assert!(told[0].request > 0);
        seen.extend(told.into_iter().map(|event| event.step));
    }
    assert!(matches!(seen[0], Step::Asked { .. }));
    assert!(matches!(&seen[1], Step::Missed { why } if why == "uri-miss"));
    assert!(matches!(seen[2], Step::Forwarded { is_conditional: false }));
    assert!(matches!(seen[3], Step::Fetched { status: 200, .. }));
    world.get("/a");
    let hit = steps(&mut socket, |step| matches!(step, Step::Served { .. }));
    assert_eq!(hit.iter().map(name).collect::<Vec<_>>(), ["asked", "hit", "served"]);
    assert!(hit.iter().all(|event| event.request == hit[0].request));
    purge(&world, r#"{"all": true}"#);
    let purged = steps(&mut socket, |step| matches!(step, Step::Purged { removed: 1 }));
    assert_eq!(purged.len(), 1);
}

#[test]
fn a_reader_knows_its_request_by_the_mark_that_it_gave_it() {
    let origin = tagged();
    let world = World::before(&origin);
    let mut socket = watch(&world);
    let greatest = "9007199254740991";
    for (said, told) in [
        ("17", Some(17)),
        (greatest, greatest.parse().ok()),
        ("9007199254740992", None),
        ("-1", None),
        ("seventeen", None),
    ] {
        // Somebody else wants the same.
        world.get_with("/a", &[("CDN-Edge", "tokyo")]);
        steps(&mut socket, |step| matches!(step, Step::Served { .. }));
        world.server.get_with("/edge/tokyo/a", &[("cdn-mark", said)]);
        let events = steps(&mut socket, |step| matches!(step, Step::Served { .. }));
        let mark = events.iter().find_map(|event| match event.step {
            Step::Asked { mark, .. } => Some(mark),
            _ => None,
        });
        assert_eq!(mark, Some(told), "{said}");
    }
    assert!(origin.seen().iter().all(|request| request.field("cdn-mark").is_empty()));
}
