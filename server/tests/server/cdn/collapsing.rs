//! Many readers who want the same at once.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::world::{Gate, Message, Origin, World, read_head, reply, until_stale};

/// So many readers of one path at once.
fn crowd(world: &World, readers: usize, path: &str) -> Vec<Message> {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..readers).map(|_| scope.spawn(|| world.get(path))).collect();
        all.into_iter().map(|reader| reader.join().unwrap()).collect()
    })
}

fn joined(world: &World) -> u64 {
    world.stats().edges[0].joined
}

#[test]
fn a_hundred_readers_of_a_cold_object_are_one_request() {
    let gate = Gate::default();
    let script = gate.clone();
    let origin = Origin::start(move |_, stream| {
        script.pass();
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], "once");
    });
    let world = World::before(&origin);
    std::thread::scope(|scope| {
        let crowd = scope.spawn(|| crowd(&world, 100, "/a"));
        world.until("99 have joined", |world| joined(world) == 99);
        gate.open();
        let answers = crowd.join().unwrap();
        assert!(answers.iter().all(|answer| answer.text() == "once"));
        let together =
            answers.iter().filter(|it| it.field("cache-status").contains("collapsed")).count();
        assert_eq!(together, 99);
    });
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn a_hundred_readers_of_a_stale_object_are_one_question() {
    let gate = Gate::default();
    let script = gate.clone();
    let origin = Origin::start(move |request, stream| {
        let fields = [("Cache-Control", "max-age=1"), ("ETag", "\"v1\"")];
        match request.field("if-none-match") {
            "" => reply(stream, "200 OK", &fields, "once"),
            _ => {
                script.pass();
                let head = b"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"v1\"\r\n\r\n";
                stream.write_all(head).unwrap();
            }
        }
    });
    let world = World::before(&origin);
    world.get("/a");
    until_stale(&world, "/a");
    std::thread::scope(|scope| {
        let crowd = scope.spawn(|| crowd(&world, 100, "/a"));
        world.until("99 have joined", |world| joined(world) == 99);
        gate.open();
        assert!(crowd.join().unwrap().iter().all(|answer| answer.text() == "once"));
    });
    let seen = origin.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].field("if-none-match"), "\"v1\"");
}

#[test]
fn those_who_wait_get_their_answer_though_the_leader_leaves() {
    let gate = Gate::default();
    let script = gate.clone();
    let origin = Origin::start(move |_, stream| {
        script.pass();
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], "still");
    });
    let world = World::before(&origin);
    let leader = world.send("GET", "/a", &[]);
    origin.until_seen(1);
    std::thread::scope(|scope| {
        let others = scope.spawn(|| crowd(&world, 3, "/a"));
        world.until("all have joined", |world| joined(world) == 3);
        drop(leader);
        gate.open();
        assert!(others.join().unwrap().iter().all(|answer| answer.text() == "still"));
    });
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn a_copy_is_made_though_its_only_reader_leaves() {
    let gate = Gate::default();
    let script = gate.clone();
    let origin = Origin::start(move |_, stream| {
        script.pass();
        reply(stream, "200 OK", &[("Cache-Control", "max-age=60")], "kept");
    });
    let world = World::before(&origin);
    let reader = world.send("GET", "/a", &[]);
    origin.until_seen(1);
    drop(reader);
    gate.open();
    world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    assert!(world.get("/a").is_hit());
}

#[test]
fn what_is_private_makes_nobody_wait() {
    let gate = Gate::default();
    let script = gate.clone();
    let is_first = Arc::new(AtomicBool::new(true));
    let origin = Origin::start(move |request, stream| {
        if is_first.swap(false, Ordering::Relaxed) || request.field("x-wait") == "yes" {
            script.pass();
        }
        reply(stream, "200 OK", &[("Cache-Control", "private")], request.field("x-name"));
    });
    let world = World::before(&origin);
    std::thread::scope(|scope| {
        // Whoever came first did wait, since nobody knew; each gets an answer of their own.
        let readers: Vec<_> = ["ann", "bob", "cy"]
            .into_iter()
            .map(|name| {
                let world = &world;
                scope.spawn(move || (name, world.get_with("/a", &[("X-Name", name)])))
            })
            .collect();
        world.until("two have joined", |world| joined(world) == 2);
        gate.open();
        for reader in readers {
            let (name, answer) = reader.join().unwrap();
            assert_eq!(answer.text(), name);
        }
    });
    assert_eq!(origin.seen().len(), 3);
    // From now on nobody waits: one who hangs at the origin holds up nobody.
    let slow = Gate::default();
    let held = slow.clone();
    let other = Origin::start(move |request, stream| {
        if request.field("x-wait") == "yes" {
            held.pass();
        }
        reply(stream, "200 OK", &[("Cache-Control", "private")], "mine");
    });
    let world = World::before(&other);
    world.get("/b");
    let mut hanging = std::io::BufReader::new(world.send("GET", "/b", &[("X-Wait", "yes")]));
    other.until_seen(2);
    assert_eq!(world.get("/b").text(), "mine");
    slow.open();
    assert_eq!(read_head(&mut hanging).unwrap().status(), 200);
    assert_eq!(other.seen().len(), 3);
}
