//! A hundred thousand inputs that mean nothing, as JSON and as frames, beside two people who talk.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use playground_core::chat::wire::{ClientMessage, ServerMessage, VERSION};
use playground_core::sim::Rng;
use playground_core::websocket::{Frame, Opcode, encode_header};
use tempfile::TempDir;

use super::Server;
use super::socket::{Socket, handshake, is_timeout};

/// Each ends with a frame that is none, or with its end in the middle of one.
const CONNECTIONS: u32 = 2_000;
/// On each connection before that, as text frames; a server has patience for a hundred.
const TEXTS: u32 = 49;
/// So many connections are there before the memory is looked at.
const WARM_UP: u32 = 400;
const ATTACKERS: u32 = 2;
/// A server that keeps 50 bytes of each input would need half of that.
#[cfg(target_os = "linux")]
const MOST_GROWTH: u64 = 10 << 20;

#[test]
fn a_hundred_thousand_malformed_inputs_hurt_nobody() {
    let data = TempDir::new().unwrap();
    let mut server = Server::start(data.path());
    let mut talk = Talk::begin(server.address);
    attack(server.address, 0..WARM_UP, &mut talk);
    #[cfg(target_os = "linux")]
    let before = server.watch_memory();
    attack(server.address, WARM_UP..CONNECTIONS, &mut talk);
    #[cfg(target_os = "linux")]
    {
        let growth = server.peak_bytes().saturating_sub(before);
        assert!(growth < MOST_GROWTH, "{growth} bytes more");
    }
    assert!(server.is_running());
    assert!(talk.said > 20, "only {} messages were said meanwhile", talk.said);
}

/// Sends what these connections send, while two people talk.
fn attack(address: SocketAddr, connections: std::ops::Range<u32>, talk: &mut Talk) {
    let (next, over) = (AtomicU32::new(connections.start), AtomicBool::new(false));
    thread::scope(|scope| {
        let attackers: Vec<_> = (0..ATTACKERS)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let connection = next.fetch_add(1, Ordering::Relaxed);
                        if connection >= connections.end {
                            break;
                        }
                        misbehave(address, connection);
                    }
                    over.store(true, Ordering::Relaxed);
                })
            })
            .collect();
        while !over.load(Ordering::Relaxed) {
            talk.say_one_more();
        }
        attackers.into_iter().for_each(|attacker| attacker.join().unwrap());
    });
    talk.say_one_more();
}

/// Two people in a room, who notice when something they say does not arrive.
struct Talk {
    ada: Socket,
    bob: Socket,
    said: u64,
}

impl Talk {
    fn begin(address: SocketAddr) -> Self {
        let join = |name: &str| {
            let mut socket = Socket::open(address).unwrap();
            socket.send(&hello(name)).unwrap();
            socket.send(&ClientMessage::Join { room: "calm".into(), after: None }).unwrap();
            socket.wait_for("being in the room", |message| {
                matches!(message, ServerMessage::Joined(_)).then_some(())
            });
            socket
        };
        Self { ada: join("Ada"), bob: join("Bob"), said: 0 }
    }

    fn say_one_more(&mut self) {
        self.said += 1;
        let id = format!("a{}", self.said);
        let say = ClientMessage::Send {
            room: "calm".into(),
            id: id.as_str().into(),
            text: "is it quiet here?".into(),
            since: None,
        };
        self.ada.send(&say).unwrap();
        for socket in [&mut self.ada, &mut self.bob] {
            let (heard, seq) = socket.wait_for("what was said", |message| match message {
                ServerMessage::Messages(run) => {
                    run.iter().next().map(|message| (message.id.clone(), message.seq))
                }
                ServerMessage::Refused { .. } => panic!("{message:?}"),
                _ => None,
            });
            assert_eq!((&*heard, seq), (id.as_str(), self.said));
        }
    }
}

fn hello(name: &str) -> ClientMessage {
    let secret = format!("the secret of {name}").into();
    ClientMessage::Hello { v: VERSION, name: name.into(), secret, last: None }
}

/// Everything that one connection sends; returns once the server has parted with it.
fn misbehave(address: SocketAddr, number: u32) {
    let mut rng = Rng::new(number.into());
    let (mut stream, _) = handshake(address).unwrap();
    let mut out = Vec::new();
    let stage = rng.below(3);
    if stage > 0 {
        let name = format!("visitor {}", rng.below(40));
        text_frame(&serde_json::to_string(&hello(&name)).unwrap(), &mut out);
    }
    if stage > 1 {
        text_frame(r#"{"type":"join","room":"calm"}"#, &mut out);
    }
    for _ in 0..TEXTS {
        text_frame(&malformed_text(&mut rng), &mut out);
    }
    malformed_frame(&mut rng, &mut out);
    // In pieces, so that also the places between them are unexpected ones. The server may part at any time.
    let mut rest = out.as_slice();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(1 + rng.below(4096) as usize));
        if stream.write_all(piece).is_err() {
            break;
        }
        rest = after;
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut buffer = [0; 16 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if is_timeout(&error) => panic!("connection {number} is never parted with"),
            // It was cut instead of being closed, as it is when the server has not read everything.
            Err(_) => return,
        }
    }
}

const MASK: [u8; 4] = [1, 2, 3, 4];

fn text_frame(text: &str, out: &mut Vec<u8>) {
    frame(true, Opcode::Text, text.as_bytes(), out);
}

fn frame(fin: bool, opcode: Opcode, payload: &[u8], out: &mut Vec<u8>) {
    Frame { fin, opcode, mask: Some(MASK), payload }.encode(out);
}

/// A text that is no message, most often nearly one.
fn malformed_text(rng: &mut Rng) -> String {
    const TEMPLATES: [&str; 9] = [
        r#"{"type":"hello","v":1,"name":"Ada","secret":"4f1d36c89d1a4be7a3a5bd1f1a6b2c3d"}"#,
        r#"{"type":"join","room":"lobby","after":{"epoch":1764106000000,"seq":41}}"#,
        r#"{"type":"leave","room":"lobby"}"#,
        r#"{"type":"send","room":"lobby","id":"a1","text":"hi, \u00e4 \ud83d\ude00"}"#,
        r#"{"type":"private","to":"Bob","id":"a2","text":"psst"}"#,
        r#"{"type":"typing","room":"lobby"}"#,
        r#"{"type":"history","room":"@Ada","before":41,"limit":50}"#,
        r#"{"type":"received","room":"lobby","seq":42}"#,
        r#"{"type":"rooms"}"#,
    ];
    const PIECES: [&str; 16] = [
        "null",
        "true",
        "[]",
        "{}",
        "-1",
        "1e999",
        "18446744073709551616",
        "0.5",
        "\"\"",
        "\\u0000",
        "\\ud800",
        "\"type\":\"send\",",
        "\u{202e}",
        "}",
        ",",
        "\0",
    ];
    loop {
        let mut bytes = TEMPLATES[rng.below(TEMPLATES.len() as u64) as usize].as_bytes().to_vec();
        match rng.below(20) {
            0 => bytes = vec![b'['; rng.below(6_000) as usize],
            1 => bytes = br#"{"type":"#.repeat(rng.below(600) as usize),
            2 => bytes = (0..rng.below(200)).map(|_| rng.below(128) as u8).collect(),
            3 => bytes.truncate(rng.below(bytes.len() as u64) as usize),
            _ => {}
        }
        for _ in 0..1 + rng.below(4) {
            let at = rng.below(bytes.len() as u64 + 1) as usize;
            let end = (at + rng.below(9) as usize).min(bytes.len());
            let piece = PIECES[rng.below(PIECES.len() as u64) as usize];
            match rng.below(4) {
                0 => drop(bytes.splice(at..end, piece.bytes())),
                1 => drop(bytes.splice(at..at, piece.bytes())),
                2 => drop(bytes.drain(at..end)),
                _ => bytes[at..end].iter_mut().for_each(|byte| *byte = rng.below(128) as u8),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // What happens to be a message after all is not what this is about.
        if matches!(serde_json::from_str(&text), Err(_) | Ok(ClientMessage::Unknown)) {
            return text;
        }
    }
}

/// Bytes that are no frame, or no frame that may be here, or the beginning of one that never ends.
fn malformed_frame(rng: &mut Rng, out: &mut Vec<u8>) {
    match rng.below(16) {
        // Reserved bits; opcodes that are none.
        0 => out.extend([0x81 | 0x10 << rng.below(3), 0x80, 1, 2, 3, 4]),
        1 => out.extend([0x83 + rng.below(5) as u8, 0x80, 1, 2, 3, 4]),
        2 => out.extend([0x8B + rng.below(5) as u8, 0x80, 1, 2, 3, 4]),
        // Not masked.
        3 => out.extend(b"\x81\x02hi"),
        // Control frames in fragments, and too long.
        4 => out.extend([0x08 + rng.below(3) as u8, 0x80, 1, 2, 3, 4]),
        5 => frame(true, Opcode::Ping, &[0; 126], out),
        // A gibibyte, and more than there is.
        6 => out.extend_from_slice(&encode_header(true, Opcode::Text, Some(MASK), 1 << 30)),
        7 => out.extend_from_slice(&encode_header(true, Opcode::Binary, Some(MASK), u64::MAX)),
        // A continuation of nothing; a new message in the middle of one.
        8 => frame(true, Opcode::Continuation, b"more", out),
        9 => {
            frame(false, Opcode::Text, b"one", out);
            frame(true, Opcode::Text, b"two", out);
        }
        // Bytes that are not UTF-8, at once and in pieces.
        10 => frame(true, Opcode::Text, b"\xc3\x28", out),
        11 => {
            frame(false, Opcode::Text, "ü".as_bytes().split_at(1).0, out);
            frame(true, Opcode::Continuation, b"\xff", out);
        }
        // Reasons that are none.
        12 => frame(true, Opcode::Close, &[3], out),
        13 => frame(true, Opcode::Close, &(rng.below(1000) as u16).to_be_bytes(), out),
        // Fragments without end; anything at all.
        14 => {
            frame(false, Opcode::Text, b"", out);
            (0..50).for_each(|_| frame(false, Opcode::Continuation, b"", out));
        }
        _ => out.extend((0..rng.below(300)).map(|_| rng.below(256) as u8)),
    }
}
