//! Bodies that are read while they arrive.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use playground_server::serve::Patience;

use super::world::{Gate, MIB, Origin, World, before, pattern};

/// Writes half of a body, waits, and writes the rest.
fn in_two_halves(gate: &Gate, length: usize, fields: &'static str) -> Origin {
    let script = gate.clone();
    Origin::start(move |_, stream| {
        let body = pattern(length);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{fields}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body[..length / 2]).unwrap();
        script.pass();
        // The edge may have gone.
        let _ = stream.write_all(&body[length / 2..]);
    })
}

#[test]
fn who_joins_gets_the_first_byte_at_once() {
    let gate = Gate::default();
    let origin = in_two_halves(&gate, 100, "Cache-Control: max-age=60");
    let world = World::before(&origin);
    let mut first = world.open("GET", "/a", &[]);
    assert_eq!(first.read(50), pattern(100)[..50]);
    // The origin holds back the rest, and yet the second reader is at the same place.
    let mut second = world.open("GET", "/a", &[]);
    assert_eq!(second.read(50), pattern(100)[..50]);
    let mut part = world.open("GET", "/a", &[("Range", "bytes=10-59")]);
    assert_eq!(part.head.status(), 206);
    assert_eq!(part.read(40), pattern(100)[10..50]);
    gate.open();
    assert_eq!(first.read(50), pattern(100)[50..]);
    assert_eq!(second.read(50), pattern(100)[50..]);
    assert_eq!(part.read(10), pattern(100)[50..60]);
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn large_bodies_are_whole_for_everybody() {
    let gate = Gate::default();
    gate.open();
    let length = 5 * MIB + 17;
    let origin = in_two_halves(&gate, length, "Cache-Control: max-age=60");
    let world = World::before(&origin);
    assert!(world.get("/a").body == pattern(length));
    world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    let again = world.get("/a");
    assert!(again.is_hit() && again.body == pattern(length));
    let range = format!("bytes={}-{}", MIB - 3, 3 * MIB + 4);
    let part = world.get_with("/a", &[("Range", &range)]);
    assert!(part.body == pattern(length)[MIB - 3..=3 * MIB + 4]);
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn a_reader_who_does_not_read_holds_up_nobody() {
    let gate = Gate::default();
    gate.open();
    let length = 12 * MIB;
    let origin = in_two_halves(&gate, length, "Cache-Control: max-age=60");
    let world = World::before(&origin);
    let slow = world.open("GET", "/a", &[]);
    // More than any socket buffers: the others and the copy are done while it has read nothing but the head.
    assert!(world.get("/a").body == pattern(length));
    world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    assert!(slow.finish().body == pattern(length));
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn a_reader_who_never_reads_is_cut() {
    let gate = Gate::default();
    gate.open();
    let length = 12 * MIB;
    let origin = in_two_halves(&gate, length, "Cache-Control: max-age=60");
    let write = Duration::from_millis(100);
    let world = World::patient(before(&origin), Patience { write, ..Patience::default() });
    let below_edge = || {
        let mut stream = world.server.connect();
        stream.write_all(b"GET /edge/frankfurt/a HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        stream
    };
    let at_the_port = || world.send("GET", "/a", &[]);
    let doors: [&dyn Fn() -> TcpStream; 2] = [&at_the_port, &below_edge];
    // The first asks the origin; the second finds the copy, which is whole although the first has read nothing of it.
    for (connect, number) in doors.into_iter().zip(1..) {
        let mut stream = connect();
        world.until("it is served", |world| world.stats().edges[0].requests == number);
        world.until("cut", |world| world.connections.open() == 0);
        let mut read = Vec::new();
        assert!(stream.read_to_end(&mut read).is_err(), "no end that looks like one");
        assert!(read.len() < length);
        world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    }
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn what_is_too_large_is_passed_on_and_not_kept() {
    let gate = Gate::default();
    gate.open();
    // A quarter of the memory is the most that one body may have.
    let length = 20 * MIB;
    let origin = in_two_halves(&gate, length, "Cache-Control: max-age=60");
    let world = World::before(&origin);
    for _ in 0..2 {
        let passed = world.get("/a");
        assert!(passed.body == pattern(length));
        let status = passed.field("cache-status");
        assert!(status.starts_with("frankfurt;fwd=uri-miss;fwd-status=200;stored=?0;"), "{status}");
        let why = "detail=\"its body has 20971520 bytes, and the largest that is kept 16777216\"";
        assert!(status.contains(why), "{status}");
    }
    assert!(world.entries().is_empty());
    assert_eq!(origin.seen().len(), 2);
}

#[test]
fn what_turns_out_to_be_too_large_is_whole_for_its_reader() {
    let origin = Origin::start(|_, stream| {
        let head =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: max-age=60\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        for chunk in pattern(20 * MIB).chunks(MIB) {
            let _ = write!(stream, "{:x}\r\n", chunk.len());
            let _ = stream.write_all(chunk);
            let _ = stream.write_all(b"\r\n");
        }
        let _ = stream.write_all(b"0\r\n\r\n");
    });
    let world = World::before(&origin);
    assert!(world.get("/a").body == pattern(20 * MIB));
    world.until("forgotten", |world| world.entries().is_empty());
}

#[test]
fn a_body_of_unknown_length_has_one_once_it_is_kept() {
    let origin = Origin::start(|_, stream| {
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: max-age=60\r\n\r\n\
                      3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let world = World::before(&origin);
    assert_eq!(world.get("/a").text(), "abcdef");
    world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    let second = world.get("/a");
    assert_eq!((second.text(), second.field("content-length")), ("abcdef", "6"));
}
