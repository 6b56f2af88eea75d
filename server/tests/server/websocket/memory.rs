//! What hostile clients cost: the memory of a server in a process of its own, before and after.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use playground_core::websocket::Opcode;
use tempfile::TempDir;

use super::{Peer, frame, tungstenite};
use crate::process::{Running, command};
use crate::running::DEADLINE;

/// How much a server's memory may grow, in KiB, whatever was sent.
const GROWTH: u64 = 10 * 1024;
/// How long nothing may be taken before a sender is stuck for good.
const STUCK: Duration = Duration::from_millis(500);
/// How much is sent in vain at most, in bytes: if nothing holds it back, this shows in the memory.
const FLOOD: usize = 256 << 20;

/// Resident memory, in KiB.
fn resident(server: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A server that has served before, so that its memory is what it usually is.
fn warm() -> (TempDir, Running) {
    let dir = TempDir::new().unwrap();
    let server = Running::start(&mut command(&dir));
    still_echoes(&server);
    (dir, server)
}

fn still_echoes(server: &Running) {
    let mut socket = tungstenite(server.address, "/ws/echo");
    let text = tokio_tungstenite::tungstenite::Message::text("a".repeat(100_000));
    socket.send(text.clone()).unwrap();
    assert!(socket.read().unwrap() == text);
}

/// Sends the same bytes over and over without reading, until nothing is taken any more; how much was.
fn flood(stream: &mut TcpStream, bytes: &[u8]) -> usize {
    stream.set_write_timeout(Some(STUCK)).unwrap();
    let mut sent = 0;
    while sent < FLOOD {
        match stream.write(bytes) {
            // A frame that was taken in part would be followed by nonsense.
            Ok(count) if count == bytes.len() => sent += count,
            Ok(count) => return sent + count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return sent;
            }
            Err(error) => panic!("after {sent} bytes: {error}"),
        }
    }
    panic!("nothing held the sender back");
}

/// Several floods at once, each stuck, and how much the server's memory has grown by then.
fn growth_under(server: &Running, bytes: &[u8]) -> u64 {
    let before = resident(server);
    let mut peers: Vec<_> = (0..8).map(|_| Peer::open(server.address, "/ws/echo")).collect();
    for peer in &mut peers {
        flood(&mut peer.0, bytes);
    }
    let growth = resident(server).saturating_sub(before);
    eprintln!("{growth} KiB more, {} KiB now", resident(server));
    still_echoes(server);
    growth
}

#[test]
fn a_flood_of_pings_that_never_reads_costs_no_memory() {
    let (_dir, server) = warm();
    let pings = frame(Opcode::Ping, &[b'p'; 125]).repeat(1000);
    let growth = growth_under(&server, &pings);
    assert!(growth < GROWTH, "{growth} KiB");
}

#[test]
fn a_sender_that_never_reads_costs_no_memory() {
    let (_dir, server) = warm();
    let messages = frame(Opcode::Binary, &[7; 10_000]).repeat(20);
    let growth = growth_under(&server, &messages);
    assert!(growth < GROWTH, "{growth} KiB");
}

#[test]
fn claims_of_a_gibibyte_cost_no_memory() {
    let (_dir, server) = warm();
    let before = resident(&server);
    let claim = [0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4];
    for _ in 0..100 {
        let mut peer = Peer::open(server.address, "/ws/echo");
        peer.send(&claim);
        assert!(peer.rest().starts_with(&[0x88]));
    }
    let growth = resident(&server).saturating_sub(before);
    assert!(growth < GROWTH, "{growth} KiB");
}

/// Frames that are nearly right: bits of some that are whole are flipped.
fn nonsense(rng: &mut u64) -> Vec<u8> {
    let mut next = || {
        // xorshift64: any will do that gives the same each time.
        *rng ^= *rng << 13;
        *rng ^= *rng >> 7;
        *rng ^= *rng << 17;
        *rng as usize
    };
    let opcodes = [Opcode::Text, Opcode::Binary, Opcode::Ping, Opcode::Continuation, Opcode::Close];
    let mut bytes: Vec<u8> = (0..1 + next() % 4)
        .flat_map(|_| frame(opcodes[next() % opcodes.len()], &vec![b'a'; next() % 300]))
        .collect();
    for _ in 0..1 + next() % 4 {
        let place = next() % bytes.len();
        bytes[place] ^= 1 << (next() % 8);
    }
    bytes
}

#[test]
fn nonsense_costs_no_memory_and_hurts_nobody_else() {
    let (_dir, server) = warm();
    let before = resident(&server);
    let mut rng = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..2_000 {
        let mut peer = Peer::open(server.address, "/ws/echo");
        peer.send(&nonsense(&mut rng));
        peer.0.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = peer.0.read_to_end(&mut Vec::new());
    }
    still_echoes(&server);
    let growth = resident(&server).saturating_sub(before);
    assert!(growth < GROWTH, "{growth} KiB");
}

#[test]
fn large_messages_are_given_back() {
    let (_dir, server) = warm();
    let before = resident(&server);
    let mut peer = Peer::open(server.address, "/ws/echo");
    let mut sender = peer.0.try_clone().unwrap();
    let message = frame(Opcode::Binary, &vec![7; 16 << 20]);
    let sending = std::thread::spawn(move || sender.write_all(&message).unwrap());
    peer.exactly(10 + (16 << 20));
    sending.join().unwrap();
    let deadline = Instant::now() + DEADLINE;
    while resident(&server).saturating_sub(before) >= GROWTH {
        assert!(Instant::now() < deadline, "{} KiB more", resident(&server) - before);
        std::thread::yield_now();
    }
}
