//! Five of fifty members never read while much more is said than anybody keeps for them.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use playground_core::chat::Farewell;
use playground_core::chat::wire::{ClientMessage, Position, ServerMessage, VERSION};
use tempfile::TempDir;

use super::Server;
use super::socket::{Received, Socket};
use super::tab::secret;
use crate::running::DEADLINE;

const READERS: usize = 44;
const SLOW: usize = 5;
/// More than the systems and the room keep for one connection: 24 MiB.
const MESSAGES: u64 = 48 * TOGETHER;
const TEXT_CHARS: usize = 16 << 10;
/// The writer waits for all readers after so many, a quarter of what the room keeps for them: a busy machine must not
/// make them slow.
const TOGETHER: u64 = 32;
#[cfg(target_os = "linux")]
const MOST_GROWTH: u64 = 10 << 20;

#[test]
fn five_of_fifty_never_read_are_cut_and_told_why_and_nobody_loses_anything() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path());
    let address = server.address;
    let mut slow: Vec<_> = (0..SLOW).map(|number| enter(address, &sleeper(number), None)).collect();
    let readers: Vec<_> =
        (0..READERS).map(|number| enter(address, &format!("reader {number}"), None)).collect();
    let mut writer = enter(address, "writer", None);
    #[cfg(target_os = "linux")]
    let before = server.watch_memory();
    thread::scope(|scope| {
        let (has_read, have_read) = channel();
        for reader in readers {
            let has_read = has_read.clone();
            scope.spawn(move || read_all(reader.socket, &has_read));
        }
        write_all(&mut writer.socket, &have_read, &mut slow);
    });
    #[cfg(target_os = "linux")]
    {
        let growth = server.peak_bytes().saturating_sub(before);
        assert!(growth < MOST_GROWTH, "{growth} bytes more");
    }
    for (number, slow) in slow.iter_mut().enumerate() {
        learns_why_and_misses_nothing(address, &sleeper(number), slow);
    }
}

fn sleeper(number: usize) -> String {
    format!("sleeper {number}")
}

/// Somebody in the room.
struct Member {
    socket: Socket,
    session: playground_core::chat::SessionId,
    /// With which code the last session was cut.
    cut: Option<u16>,
    epoch: u64,
}

fn enter(address: SocketAddr, name: &str, last: Option<&Member>) -> Member {
    let mut socket = Socket::open(address).unwrap();
    let last = last.map(|member| member.session);
    let hello = ClientMessage::Hello { v: VERSION, name: name.into(), secret: secret(name), last };
    socket.send(&hello).unwrap();
    let (session, cut) = socket.wait_for("the welcome", |message| match message {
        ServerMessage::Welcome { session, cut, .. } => Some((session, cut)),
        _ => None,
    });
    socket.send(&ClientMessage::Join { room: "load".into(), after: None }).unwrap();
    let epoch = socket.wait_for("being in the room", |message| match message {
        ServerMessage::Joined(joined) => Some(joined.epoch),
        _ => None,
    });
    Member { socket, session, cut, epoch }
}

/// Says everything, as fast as it is acknowledged and read.
fn write_all(writer: &mut Socket, have_read: &Receiver<()>, slow: &mut [Member]) {
    let text = "y".repeat(TEXT_CHARS);
    for number in 1..=MESSAGES {
        let (room, id, text) = ("load".into(), number.to_string().into(), text.as_str().into());
        writer.send(&ClientMessage::Send { room, id, text, since: None }).unwrap();
        if number % TOGETHER != 0 {
            continue;
        }
        writer.wait_for("the last acknowledgement", |message| match message {
            ServerMessage::Ack(ack) => (ack.seq == number).then_some(()),
            ServerMessage::Refused { .. } => panic!("{message:?}"),
            _ => None,
        });
        for _ in 0..READERS {
            have_read.recv_timeout(DEADLINE).expect("everybody reads");
        }
        for member in &mut *slow {
            // Until it is cut: it is alive, and only does not read.
            let _ = member.socket.send(&has(0));
        }
    }
}

/// What tells that somebody lives.
fn has(seq: u64) -> ClientMessage {
    ClientMessage::Received { room: "load".into(), seq }
}

/// Reads up to the last message, and checks that each is the next: by the heads of the frames alone, since all that
/// is said here is a gibibyte.
fn read_all(mut socket: Socket, has_read: &Sender<()>) {
    let mut stream = socket.stream.try_clone().unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let (mut bytes, mut last) = (Vec::new(), 0);
    let mut buffer = vec![0; 256 << 10];
    while last < MESSAGES {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "it was cut after {last}");
        bytes.extend_from_slice(&buffer[..read]);
        let mut rest = bytes.as_slice();
        while let Some((payload, behind)) = first_frame(rest) {
            rest = behind;
            if let Some(number) = number_of(payload) {
                assert_eq!(number, last + 1);
                assert!(payload.len() > TEXT_CHARS, "it is whole");
                last = number;
                if number % TOGETHER == 0 {
                    socket.send(&has(number)).unwrap();
                    has_read.send(()).unwrap();
                }
            }
        }
        bytes.drain(..bytes.len() - rest.len());
    }
}

/// The payload of the frame that begins here, and what is behind it, if the frame is whole.
fn first_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, length) = match *bytes.get(1)? {
        126 => (4, u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap()).into()),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap()) as usize),
        short => (2, short.into()),
    };
    bytes.get(head..)?.split_at_checked(length)
}

/// The number of a message that is a run by itself, as one so long always is.
fn number_of(payload: &[u8]) -> Option<u64> {
    let head = String::from_utf8_lossy(&payload[..payload.len().min(80)]);
    let head = head.strip_prefix(r#"{"type":"messages","room":"load","seq":"#)?;
    head.split_once(',').unwrap().0.parse().ok()
}

fn learns_why_and_misses_nothing(address: SocketAddr, name: &str, slow: &mut Member) {
    let mut position = Position { epoch: slow.epoch, seq: 0 };
    // What it still gets is in order and whole, then it ends: with the reason, if there was room for it.
    let deadline = Instant::now() + DEADLINE;
    let code = loop {
        match slow.socket.receive(deadline) {
            Received::Message(ServerMessage::Messages(run)) => {
                run.iter().for_each(|message| is_next(&mut position, message.seq));
            }
            Received::Message(_) => {}
            Received::Over(code) => break code,
            Received::Nothing => panic!("{name} was not cut"),
        }
    };
    assert!(position.seq < MESSAGES, "{name} missed nothing");
    assert!(code.is_none_or(|code| code == Farewell::Slow.code()), "{name}: {code:?}");

    let mut back = enter(address, name, Some(slow));
    assert_eq!(back.cut, Some(Farewell::Slow.code()), "{name}");
    loop {
        let join = ClientMessage::Join { room: "load".into(), after: Some(position) };
        back.socket.send(&join).unwrap();
        let joined = back.socket.wait_for("what was missed", |message| match message {
            ServerMessage::Joined(joined) => Some(joined),
            _ => None,
        });
        assert!(joined.recovered, "{name}");
        joined.messages.iter().for_each(|message| is_next(&mut position, message.seq));
        if !joined.more {
            break;
        }
    }
    assert_eq!(position.seq, MESSAGES, "{name}");
}

fn is_next(position: &mut Position, seq: u64) {
    assert_eq!(seq, position.seq + 1);
    position.seq = seq;
}
