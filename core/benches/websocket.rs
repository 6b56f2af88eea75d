//! The WebSocket codec against tungstenite: reading messages, writing frames, masking.
//!
//! Reading is from memory, in pieces of 64 KiB as a server reads them; what is measured includes the check
//! of UTF-8 and a message that can be kept. The small messages are those of the chat: 128 bytes of text.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use playground_core::websocket::{
    Decoder, Endpoint, Event, Frame, Limits, Opcode, Role, encode_header, mask,
};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::time::Duration;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::protocol::frame::{Frame as PeerFrame, FrameHeader};
use tungstenite::{Bytes, Message, WebSocket};

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// How much a server reads at once.
const PIECE: usize = 64 << 10;

/// Messages of these kinds, and how many of them.
const CASES: [(&str, Opcode, usize, usize); 4] = [
    ("text, 128 bytes", Opcode::Text, 128, 1_000),
    ("text that is not ASCII, 4 KiB", Opcode::Text, 4_096, 100),
    ("bytes, 64 KiB", Opcode::Binary, 65_536, 20),
    ("bytes, 1 MiB", Opcode::Binary, 1 << 20, 2),
];

fn payload(name: &str, length: usize) -> Vec<u8> {
    let letters = if name.contains("not ASCII") { "κόσμε " } else { "wire " };
    let text: String = letters.chars().cycle().take(length).collect();
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.as_bytes()[..end].to_vec()
}

fn stream(opcode: Opcode, payload: &[u8], count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..count {
        Frame { fin: true, opcode, mask: Some(KEY), payload }.encode(&mut bytes);
    }
    bytes
}

/// A stream in memory to read from; what is written is dropped.
struct Wire<'a>(&'a [u8]);

impl Read for Wire<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into) {
            Ok(0) => Err(io::ErrorKind::WouldBlock.into()),
            other => other,
        }
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn quickly(criterion: &mut Criterion, name: &str, mut measure: impl FnMut(&mut Group)) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    measure(&mut group);
    group.finish();
}

type Group<'a> = criterion::BenchmarkGroup<'a, criterion::measurement::WallTime>;

/// From bytes to messages that can be kept.
fn read_messages(criterion: &mut Criterion) {
    quickly(criterion, "websocket messages read", |group| {
        for (name, opcode, length, count) in CASES {
            let bytes = stream(opcode, &payload(name, length), count);
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function(BenchmarkId::new("ours", name), |bencher| {
                bencher.iter(|| ours(&bytes, count));
            });
            group.bench_function(BenchmarkId::new("peer-tungstenite", name), |bencher| {
                bencher.iter(|| tungstenite(&bytes, count));
            });
        }
    });
}

fn ours(bytes: &[u8], count: usize) {
    let mut endpoint = Endpoint::server(Limits::default());
    let mut read = 0;
    for piece in bytes.chunks(PIECE) {
        endpoint.receive(piece);
        while let Some(event) = endpoint.next_event() {
            assert!(matches!(black_box(event), Event::Text(_) | Event::Binary(_)));
            read += 1;
        }
    }
    assert_eq!(read, count);
}

fn tungstenite(bytes: &[u8], count: usize) {
    let config = tungstenite::protocol::WebSocketConfig::default().read_buffer_size(PIECE);
    let role = tungstenite::protocol::Role::Server;
    let mut socket = WebSocket::from_raw_socket(Wire(bytes), role, Some(config));
    for _ in 0..count {
        let message = socket.read().expect("the stream is valid");
        assert!(matches!(black_box(message), Message::Text(_) | Message::Binary(_)));
    }
}

/// From bytes to frames that are only looked at, which is all that many a server needs.
fn read_frames(criterion: &mut Criterion) {
    quickly(criterion, "websocket frames looked at", |group| {
        for (name, opcode, length, count) in CASES {
            let bytes = stream(opcode, &payload(name, length), count);
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function(BenchmarkId::new("ours", name), |bencher| {
                bencher.iter(|| {
                    let mut decoder = Decoder::new(Role::Server, Limits::default());
                    let mut read = 0;
                    for piece in bytes.chunks(PIECE) {
                        decoder.feed(piece);
                        while let Some(frame) = decoder.next_frame().expect("valid") {
                            black_box(frame.payload);
                            read += 1;
                        }
                    }
                    assert_eq!(read, count);
                });
            });
            group.bench_function(BenchmarkId::new("peer-tungstenite", name), |bencher| {
                bencher.iter(|| tungstenite(&bytes, count));
            });
        }
    });
}

/// A server's frames behind each other into one buffer, as for a room of which everybody gets the same.
fn write_frames(criterion: &mut Criterion) {
    quickly(criterion, "websocket frames written", |group| {
        for (name, opcode, length, count) in CASES {
            let payload = payload(name, length);
            let kind = if opcode == Opcode::Text { Data::Text } else { Data::Binary };
            let shared = Bytes::from(payload.clone());
            let mut out = Vec::new();
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::new("ours", name), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    for _ in 0..count {
                        out.extend_from_slice(&encode_header(
                            true,
                            opcode,
                            None,
                            payload.len() as u64,
                        ));
                        out.extend_from_slice(&payload);
                    }
                    black_box(&out);
                });
            });
            let mut out = Vec::new();
            group.bench_function(BenchmarkId::new("peer-tungstenite", name), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    for _ in 0..count {
                        let frame = PeerFrame::message(shared.clone(), OpCode::Data(kind), true);
                        frame.format(&mut out).expect("memory");
                    }
                    black_box(&out);
                });
            });
        }
    });
}

/// A client's frames: the payload is copied and masked.
fn write_masked(criterion: &mut Criterion) {
    quickly(criterion, "websocket frames masked and written", |group| {
        for (name, opcode, length, count) in CASES {
            let payload = payload(name, length);
            let kind = if opcode == Opcode::Text { Data::Text } else { Data::Binary };
            let shared = Bytes::from(payload.clone());
            let mut out = Vec::new();
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::new("ours", name), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    for _ in 0..count {
                        Frame { fin: true, opcode, mask: Some(KEY), payload: &payload }
                            .encode(&mut out);
                    }
                    black_box(&out);
                });
            });
            let mut out = Vec::new();
            group.bench_function(BenchmarkId::new("peer-tungstenite", name), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    for _ in 0..count {
                        let opcode = OpCode::Data(kind);
                        let header =
                            FrameHeader { opcode, mask: Some(KEY), ..FrameHeader::default() };
                        let frame = PeerFrame::from_payload(header, shared.clone());
                        frame.format(&mut out).expect("memory");
                    }
                    black_box(&out);
                });
            });
        }
    });
}

/// Masking alone, against the loop of the RFC's text.
fn masking(criterion: &mut Criterion) {
    quickly(criterion, "websocket masking", |group| {
        for length in [16usize, 128, 4_096, 65_536] {
            let mut bytes = vec![7u8; length];
            group.throughput(Throughput::Bytes(length as u64));
            group.bench_function(BenchmarkId::new("ours", length), |bencher| {
                bencher.iter(|| mask(black_box(KEY), 0, black_box(&mut bytes)));
            });
            group.bench_function(BenchmarkId::new("peer-byte-by-byte", length), |bencher| {
                bencher.iter(|| {
                    let key = black_box(KEY);
                    for (index, byte) in black_box(&mut bytes).iter_mut().enumerate() {
                        *byte ^= key[index % 4];
                    }
                });
            });
        }
    });
}

criterion_group!(benches, read_messages, read_frames, write_frames, write_masked, masking);
criterion_main!(benches);
