//! What survives: a restart, and a kill -9 in the middle of everything.

use std::io::Write;
use std::time::Instant;

use playground_core::cdn::wire;
use tempfile::TempDir;

use super::world::{Answer, Gate, MIB, Origin, pattern};
use crate::process::{Running, command};
use crate::running::DEADLINE;

/// A body in two halves, the second once the gate is open.
fn in_two_halves(gate: &Gate) -> Origin {
    let script = gate.clone();
    Origin::start(move |_, stream| {
        let body = pattern(3 * MIB + 5);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nCache-Control: max-age=3600\r\nETag: \"a\"\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body[..2 * MIB]);
        script.pass();
        let _ = stream.write_all(&body[2 * MIB..]);
    })
}

/// A process that is restarted over the same folder.
struct Process {
    running: Running,
}

impl Process {
    fn start(origin: &Origin, dir: &TempDir) -> Self {
        let mut command = command(dir);
        command.args(["--origin", &format!("http://{}", origin.address)]);
        command.args(["--cdn-edges", "oslo", "--cdn-disk-mib", "256"]);
        Self { running: Running::start(&mut command) }
    }

    fn send(&self, path: &str) -> std::net::TcpStream {
        let mut stream = std::net::TcpStream::connect(self.running.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    fn get(&self) -> super::world::Message {
        Answer::of(self.send("/edge/oslo/a"), "GET").finish()
    }

    fn entries(&self) -> Vec<wire::Entry> {
        serde_json::from_str(&self.running.get("/api/cdn/entries")).unwrap()
    }

    fn until_on_disk(&self) {
        let end = Instant::now() + DEADLINE;
        while !self.entries().iter().all(|entry| entry.is_on_disk) {
            assert!(Instant::now() < end, "never on disk");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_copy_is_there_again_after_a_kill() {
    let gate = Gate::default();
    gate.open();
    let origin = in_two_halves(&gate);
    let dir = TempDir::new().unwrap();
    let process = Process::start(&origin, &dir);
    assert!(process.get().body == pattern(3 * MIB + 5));
    process.until_on_disk();
    drop(process);
    let process = Process::start(&origin, &dir);
    let entries = process.entries();
    assert_eq!((entries[0].url.as_str(), entries[0].length), ("/a", Some(3 * MIB as u64 + 5)));
    let answer = process.get();
    assert!(answer.is_hit());
    assert!(answer.body == pattern(3 * MIB + 5));
    assert_eq!(origin.seen().len(), 1);
}

/// Faster than the disk, and more than memory holds.
#[test]
fn nothing_is_lost_of_a_large_body_from_a_fast_origin() {
    let body = pattern(MIB + 13).repeat(64);
    let sent = body.clone();
    let origin = Origin::start(move |_, stream| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nCache-Control: max-age=3600\r\n\r\n",
            sent.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&sent);
    });
    let dir = TempDir::new().unwrap();
    let process = Process::start(&origin, &dir);
    assert!(process.get().body == body);
    process.until_on_disk();
    drop(process);
    let process = Process::start(&origin, &dir);
    let answer = process.get();
    assert!(answer.is_hit());
    assert!(answer.body == body, "{} of {} bytes", answer.body.len(), body.len());
    assert_eq!(origin.seen().len(), 1);
}

#[test]
fn nothing_torn_is_left_by_a_kill_in_the_middle_of_a_fill() {
    let gate = Gate::default();
    let origin = in_two_halves(&gate);
    let dir = TempDir::new().unwrap();
    let process = Process::start(&origin, &dir);
    let mut reader = Answer::of(process.send("/edge/oslo/a"), "GET");
    reader.read(2 * MIB);
    assert!(!process.entries()[0].is_complete);
    drop(process);
    assert!(reader.try_finish().is_err(), "a part is not a whole");
    gate.open();
    let process = Process::start(&origin, &dir);
    assert!(process.entries().is_empty());
    let answer = process.get();
    assert!(!answer.is_hit());
    assert!(answer.body == pattern(3 * MIB + 5));
}

#[test]
fn what_was_purged_stays_away() {
    let gate = Gate::default();
    gate.open();
    let origin = in_two_halves(&gate);
    let dir = TempDir::new().unwrap();
    let process = Process::start(&origin, &dir);
    process.get();
    process.until_on_disk();
    let purge = format!("http://{}/api/cdn/purge", process.running.address);
    let request = ureq::post(purge).header("content-type", "application/json");
    request.send(r#"{"prefix": "/"}"#).unwrap();
    drop(process);
    let process = Process::start(&origin, &dir);
    assert!(process.entries().is_empty());
    assert!(!process.get().is_hit());
}
