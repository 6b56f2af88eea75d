//! Pieces of a copy that are gone while somebody reads it: the rest comes from the origin, if it is the same body.

use std::io::Write;
use std::net::TcpStream;

use super::world::{MIB, Message, Origin, World, pattern};

/// More than any socket buffers, and less than the quarter of the memory that one body may have.
const LENGTH: usize = 15 * MIB;
/// So many such bodies push everything else out of the memory.
const MANY: usize = 6;

fn write(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
    // The edge may have gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// An origin whose bodies have this field, and which answers a request for a part like that.
fn origin(
    field: &'static str,
    part: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static,
) -> Origin {
    Origin::start(move |request, stream| {
        let begin = request.field("range").strip_prefix("bytes=");
        match begin.and_then(|range| range.split('-').next()?.parse().ok()) {
            Some(begin) => part(begin, stream),
            None => {
                let head = format!("200 OK\r\nCache-Control: max-age=60\r\n{field}");
                write(stream, &head, &pattern(LENGTH));
            }
        }
    })
}

/// Reads a copy, most of which is gone by then. Gives what its reader gets, and what the origin was asked for parts.
fn read_what_is_gone(origin: &Origin) -> (std::io::Result<Message>, Vec<Message>) {
    let world = World::before(origin);
    world.get("/a");
    world.until("kept", |world| world.entries().iter().any(|entry| entry.is_complete));
    let reader = world.open("GET", "/a", &[]);
    assert!(reader.head.is_hit());
    for number in 0..MANY {
        world.get(&format!("/other/{number}"));
    }
    let read = reader.try_finish();
    // Nobody else gets what is not whole any more.
    assert!(world.entries().iter().all(|entry| entry.url != "/a"));
    let parts = origin.seen().into_iter().filter(|request| !request.field("range").is_empty());
    (read, parts.collect())
}

#[test]
fn the_rest_of_the_same_body_is_fetched_and_the_reader_sees_nothing_of_it() {
    let origin = origin("ETag: \"v1\"", |begin, stream| {
        let head = format!(
            "206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes {begin}-{}/{LENGTH}",
            LENGTH - 1
        );
        write(stream, &head, &pattern(LENGTH)[begin..]);
    });
    let (read, parts) = read_what_is_gone(&origin);
    assert!(read.unwrap().body == pattern(LENGTH));
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((part.asked(), part.field("if-range")), ("GET /a", "\"v1\""));
    assert!(part.field("range").ends_with(&format!("-{}", LENGTH - 1)), "{part:?}");
}

#[test]
fn another_body_is_not_mixed_with_it() {
    // If-Range does not hold, so that a part is not what is sent.
    let changed = origin("ETag: \"v1\"", |_, stream| {
        write(stream, "200 OK\r\nETag: \"v2\"", &vec![b'x'; LENGTH]);
    });
    let (read, parts) = read_what_is_gone(&changed);
    assert!(read.is_err(), "cut");
    assert_eq!(parts.len(), 1);
}

#[test]
fn a_body_that_has_no_strong_name_cannot_be_continued() {
    let unnamed = origin("ETag: W/\"v1\"", |_, _| {});
    let (read, parts) = read_what_is_gone(&unnamed);
    assert!(read.is_err(), "cut");
    assert!(parts.is_empty());
}
