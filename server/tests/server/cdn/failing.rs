//! An origin that is slow, silent, wrong or gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use playground_server::cdn::CdnConfig;

use super::world::{Gate, Origin, World, before, read_body, read_head, reply, until_stale};

/// Answers once with these directives, and then breaks every connection.
fn dies_after_one(directives: &'static str) -> Origin {
    let asked = AtomicUsize::new(0);
    Origin::start(move |_, stream| {
        if asked.fetch_add(1, Ordering::Relaxed) == 0 {
            reply(stream, "200 OK", &[("Cache-Control", directives)], "old");
        } else {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    })
}

#[test]
fn an_origin_that_is_not_there_is_a_problem() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let world = World::with(CdnConfig { origin: Some(origin), ..CdnConfig::default() });
    let answer = world.get("/a");
    assert_eq!((answer.status(), answer.field("content-type")), (502, "application/problem+json"));
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem["status"], 502);
    assert_eq!(answer.field("cache-control"), "no-store");
}

#[test]
fn a_dead_origin_leaves_what_is_stale_where_nothing_forbids_it() {
    for directives in ["max-age=1", "max-age=1, stale-if-error=600"] {
        let origin = dies_after_one(directives);
        let world = World::before(&origin);
        world.get("/a");
        until_stale(&world, "/a");
        let stale = world.get("/a");
        assert_eq!((stale.status(), stale.text()), (200, "old"), "{directives}");
        assert!(stale.field("cache-status").contains("fwd=stale"), "{stale:?}");
        assert_eq!(world.stats().edges[0].stale, 1);
    }
}

#[test]
fn it_never_leaves_what_must_be_revalidated() {
    for directives in ["max-age=1, must-revalidate", "s-maxage=1", "max-age=1, proxy-revalidate"] {
        let origin = dies_after_one(directives);
        let world = World::before(&origin);
        world.get("/a");
        until_stale(&world, "/a");
        assert_eq!(world.get("/a").status(), 502, "{directives}");
    }
}

#[test]
fn an_error_is_replaced_by_what_is_stale_only_where_the_origin_said_so() {
    for (directives, expected) in
        [("max-age=1, stale-if-error=600", (200, "old")), ("max-age=1", (503, "broken"))]
    {
        let asked = AtomicUsize::new(0);
        let origin = Origin::start(move |_, stream| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => reply(stream, "200 OK", &[("Cache-Control", directives)], "old"),
            _ => reply(stream, "503 Service Unavailable", &[], "broken"),
        });
        let world = World::before(&origin);
        world.get("/a");
        until_stale(&world, "/a");
        let answer = world.get("/a");
        assert_eq!((answer.status(), answer.text()), expected, "{directives}");
    }
}

#[test]
fn a_stale_copy_is_served_while_it_is_revalidated_behind_the_readers_back() {
    let gate = Gate::default();
    let script = gate.clone();
    let asked = Arc::new(AtomicUsize::new(0));
    let origin = Origin::start(move |_, stream| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => {
            let directives = "max-age=1, stale-while-revalidate=600";
            reply(stream, "200 OK", &[("Cache-Control", directives)], "old");
        }
        _ => {
            script.pass();
            reply(stream, "200 OK", &[("Cache-Control", "max-age=600")], "new");
        }
    });
    let world = World::before(&origin);
    world.get("/a");
    until_stale(&world, "/a");
    // Each is answered at once though the origin is not; one question for all of them.
    for _ in 0..3 {
        let stale = world.get("/a");
        assert_eq!(stale.text(), "old");
        assert!(stale.is_hit());
    }
    origin.until_seen(2);
    gate.open();
    world.until("the new copy", |world| world.get("/a").text() == "new");
    assert_eq!(origin.seen().len(), 2);
}

/// Whether an answer breaks off: in its body, or, if the origin was quick, before its head was out.
fn is_cut(world: &World) -> bool {
    let mut stream = std::io::BufReader::new(world.send("GET", "/a", &[]));
    match read_head(&mut stream) {
        Some(mut head) => head.status() == 502 || read_body(&mut stream, &mut head).is_err(),
        None => true,
    }
}

#[test]
fn an_answer_that_breaks_off_is_cut_and_not_kept() {
    let origin = Origin::start(|_, stream| {
        let head =
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 100\r\n\r\nonly this";
        std::io::Write::write_all(stream, head.as_bytes()).unwrap();
        let _ = stream.shutdown(std::net::Shutdown::Both);
    });
    let world = World::before(&origin);
    assert!(is_cut(&world));
    world.until("forgotten", |world| world.entries().is_empty());
    assert!(is_cut(&world));
    assert_eq!(origin.seen().len(), 2);
}

/// A server that does not wait long for this origin.
fn impatient(origin: &Origin) -> World {
    let origin_patience = Duration::from_millis(100);
    World::with(CdnConfig { origin_patience, ..before(origin) })
}

#[test]
fn an_origin_that_does_not_answer_in_time_is_a_504_where_nothing_may_stand_in() {
    for (directives, expected) in
        [("max-age=1", (200, "old")), ("max-age=1, must-revalidate", (504, ""))]
    {
        let (gate, is_silent) = (Gate::default(), Arc::new(AtomicBool::new(false)));
        let (script, silent) = (gate.clone(), is_silent.clone());
        let origin = Origin::start(move |_, stream| match silent.load(Ordering::Relaxed) {
            true => script.pass(),
            false => reply(stream, "200 OK", &[("Cache-Control", directives)], "old"),
        });
        let world = impatient(&origin);
        // On a busy machine even this origin may be too slow at first.
        world.until("kept", |world| world.get("/a").status() == 200);
        is_silent.store(true, Ordering::Relaxed);
        let missed = world.get("/b");
        let told = (missed.status(), missed.field("content-type"));
        assert_eq!(told, (504, "application/problem+json"));
        let problem: serde_json::Value = serde_json::from_slice(&missed.body).unwrap();
        assert_eq!(problem["detail"], "The origin did not answer in time.");
        assert!(missed.field("cache-status").starts_with("frankfurt;fwd=uri-miss"), "{missed:?}");
        until_stale(&world, "/a");
        let stale = world.get("/a");
        let text = if stale.status() == 200 { stale.text() } else { "" };
        assert_eq!((stale.status(), text), expected, "{directives}");
        gate.open();
    }
}

#[test]
fn a_body_that_stops_coming_is_cut_and_not_kept() {
    for directives in ["max-age=60", "no-store"] {
        let gate = Gate::default();
        let script = gate.clone();
        let origin = Origin::start(move |_, stream| {
            let head = format!(
                "HTTP/1.1 200 OK\r\nCache-Control: {directives}\r\nContent-Length: 100\r\n\r\nonly this"
            );
            std::io::Write::write_all(stream, head.as_bytes()).unwrap();
            script.pass();
        });
        let world = impatient(&origin);
        // On a busy machine even the head may be too slow at first.
        let mut answers = (0..100).map(|_| world.open("GET", "/a", &[]));
        let begun = answers.find(|answer| answer.head.status() == 200).expect("a head");
        assert!(begun.try_finish().is_err(), "{directives}: a part is not a whole");
        world.until("forgotten", |world| world.entries().is_empty());
        gate.open();
    }
}
