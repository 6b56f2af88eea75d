//! Processes that are killed while many read.

use std::io::{BufReader, Error, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use playground_core::sim::Rng;

use super::hops::plain;
use super::net::{Net, send};
use crate::cdn::world::{Gate, MIB, Message, Origin, pattern, read_body, read_head};

/// How many readers there are.
const READERS: u64 = 12;
/// How many objects they want, again and again.
const OBJECTS: u64 = 200;
/// How many answers they get before the next thing happens.
const A_WHILE: usize = 400;

/// Readers at two edges. Whoever finds an edge dead goes to the other one.
struct Crowd<'a> {
    net: &'a Net,
    is_over: AtomicBool,
    answers: AtomicUsize,
    /// Answers that broke off or did not come, by edge.
    lost: [AtomicUsize; 2],
}

const EDGES: [&str; 2] = ["tokyo", "paris"];

impl Crowd<'_> {
    fn read(&self, reader: u64) {
        let mut rng = Rng::new(reader);
        while !self.is_over.load(Ordering::Relaxed) {
            let path = format!("/objects/{}", rng.below(OBJECTS));
            let first = rng.below(2) as usize;
            let found = [first, 1 - first].into_iter().find_map(|edge| {
                let got = try_get(self.net, EDGES[edge], &path);
                if got.is_err() {
                    self.lost[edge].fetch_add(1, Ordering::Relaxed);
                }
                got.ok()
            });
            let answer = found.expect("one of the edges lives");
            assert_eq!((answer.status(), answer.text()), (200, path.as_str()), "{answer:?}");
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until the readers have got some more answers.
    fn a_while(&self) {
        let until = self.answers.load(Ordering::Relaxed) + A_WHILE;
        self.net.until("more answers", |_| self.answers.load(Ordering::Relaxed) >= until);
    }
}

/// An answer from an edge; an error if it breaks off or is none.
fn try_get(net: &Net, edge: &str, path: &str) -> std::io::Result<Message> {
    let stream = send(net.address(edge), "GET", path, &[], "")?;
    let mut stream = BufReader::new(stream);
    let broken = || Error::from(ErrorKind::UnexpectedEof);
    let mut head = read_head(&mut stream).ok_or_else(broken)?;
    read_body(&mut stream, &mut head)?;
    Ok(head)
}

#[test]
fn readers_get_every_answer_though_the_shield_and_an_edge_are_killed() {
    let net = Net::start(plain(), &["osaka"], &EDGES);
    let crowd = Crowd {
        net: &net,
        is_over: AtomicBool::new(false),
        answers: AtomicUsize::new(0),
        lost: Default::default(),
    };
    let lost = |edge: usize| crowd.lost[edge].load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                scope.spawn({
                    let crowd = &crowd;
                    move || crowd.read(reader)
                })
            })
            .collect();
        crowd.a_while();
        // While all live, the origin is asked for each object once.
        for object in 0..OBJECTS {
            assert!(net.seen(&format!("/objects/{object}")).len() <= 1, "{object}");
        }
        // Empty again, so that there is something to ask for.
        net.purge("tokyo", r#"{"all": true}"#);
        net.kill("osaka");
        crowd.a_while();
        assert_eq!(
            (lost(0), lost(1)),
            (0, 0),
            "the edges go round the dead shield\n{}",
            net.logs()
        );
        net.up("osaka");
        net.until("it is asked again", |net| {
            EDGES.iter().all(|edge| !net.machine(edge).shields[0].is_away)
        });
        net.kill("paris");
        net.purge("tokyo", r#"{"all": true}"#);
        crowd.a_while();
        net.up("paris");
        crowd.a_while();
        assert_eq!(lost(0), 0, "the other edge lost nothing\n{}", net.logs());
        assert!(lost(1) > 0);
        crowd.is_over.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    net.until_trusting("paris");
    assert_eq!(net.machine("paris").known, net.machine("tokyo").known);
}

#[cfg(unix)]
#[test]
fn a_shield_that_hangs_is_gone_round() {
    let net = Net::start(plain(), &["osaka"], &["tokyo"]);
    net.signal("osaka", "-STOP");
    let answer = net.get("tokyo", "/a");
    assert_eq!((answer.status(), answer.text()), (200, "/a"));
    assert!(answer.field("cache-status").starts_with("tokyo;fwd=uri-miss"), "{answer:?}");
    net.signal("osaka", "-CONT");
    net.until("it is asked again", |net| !net.machine("tokyo").shields[0].is_away);
    assert!(net.get("tokyo", "/b").field("cache-status").starts_with("osaka;"));
}

/// What an origin needs to go on where something broke off: a strong entity tag, and parts.
#[test]
fn a_transfer_that_is_under_way_goes_on_when_its_shield_is_killed() {
    const LENGTH: usize = 4 * MIB;
    let gate = Gate::default();
    let script = gate.clone();
    let origin = Origin::start(move |request, stream| {
        let body = pattern(LENGTH);
        let range = request.field("range").strip_prefix("bytes=").map(str::to_owned);
        let begin = range.as_deref().and_then(|it| it.split('-').next()?.parse::<usize>().ok());
        let (status, begin) = match begin {
            Some(begin) => ("206 Partial Content", begin),
            None => ("200 OK", 0),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n\
             Content-Range: bytes {begin}-{}/{LENGTH}\r\n\r\n",
            LENGTH - begin,
            LENGTH - 1
        );
        let _ = stream.write_all(head.as_bytes());
        if begin == 0 {
            let _ = stream.write_all(&body[..LENGTH / 2]);
            script.pass();
        }
        let _ = stream.write_all(&body[begin.max(LENGTH / 2)..]);
    });
    let net = Net::start(origin, &["osaka"], &["tokyo"]);
    let mut reader = net.open("tokyo", "GET", "/a", &[]);
    assert!(reader.read(LENGTH / 2) == pattern(LENGTH)[..LENGTH / 2]);
    net.kill("osaka");
    assert!(reader.read(LENGTH - LENGTH / 2) == pattern(LENGTH)[LENGTH / 2..]);
    gate.open();
    assert_eq!(net.seen("/a")[1].field("range"), format!("bytes={}-{}", LENGTH / 2, LENGTH - 1));
}
