//! Everybody in the room: one thread, one epoll, sockets without libraries around them, so that a delivery
//! costs this side as little as possible. Each receiver checks that of every publisher it gets every number,
//! once and in order, and the first mistake ends the benchmark.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::fd::OwnedFd;

use super::dialect::{Dialect, Heard};
use super::frames::{self, Kind};
use super::latency::Latencies;
use super::stamp::Stamp;

pub(crate) const PUBLISHERS: usize = 10;
/// The publisher of what is sent before anything is counted.
const NOBODY: u8 = 0xff;
/// How long anything may take that is not measured; only a failure waits for so long.
const DEADLINE: Duration = Duration::from_secs(60);
/// So many connections may be opening at a time.
const OPENING: usize = 64;
/// How much is read of one socket before it is the next one's turn, in bytes.
const READ_BYTES: usize = 256 * 1024;
/// A message that is under way is counted in a slot; a publisher has so many.
pub(crate) const SLOTS: usize = 4096;

struct Member {
    stream: TcpStream,
    /// The beginning of a frame whose end has not arrived.
    rest: Vec<u8>,
    /// What the socket has not taken yet.
    out: Vec<u8>,
    waits_to_write: bool,
    is_ready: bool,
    has_heard_nobody: bool,
    /// The number that is expected next of each publisher.
    expected: [u32; PUBLISHERS],
    /// The room's last sequence number seen, where there are such.
    sequence: u64,
}

pub(crate) struct Crowd {
    dialect: Dialect,
    /// Makes texts longer than they are.
    pub(crate) more: String,
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
    buffer: Vec<u8>,
    members: Vec<Member>,
    started: Instant,
    ready: usize,
    /// How many have heard what is sent before anything is counted.
    warmed: usize,
    sent: [u32; PUBLISHERS],
    completed: [u32; PUBLISHERS],
    /// How many members have yet to receive a message, by publisher and slot.
    missing: Vec<u32>,
    /// Messages received, by whomever.
    pub(crate) delivered: u64,
    pub(crate) bytes: u64,
    pub(crate) latencies: Latencies,
}

impl Crowd {
    /// So many connections, each in the room and able to hear.
    pub(crate) fn gather(dialect: Dialect, address: SocketAddr, count: usize) -> Result<Self> {
        let mut crowd = Self {
            dialect,
            more: String::new(),
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(256),
            buffer: vec![0; 2 * READ_BYTES],
            members: Vec::with_capacity(count),
            started: Instant::now(),
            ready: 0,
            warmed: 0,
            sent: [0; PUBLISHERS],
            completed: [0; PUBLISHERS],
            missing: vec![0; PUBLISHERS * SLOTS],
            delivered: 0,
            bytes: 0,
            latencies: Latencies::new(),
        };
        for number in 0..count {
            crowd.join(address, number).with_context(|| format!("connection {number}"))?;
            crowd.turn_until("connections open", |crowd| number < crowd.ready + OPENING)?;
        }
        crowd.turn_until("everybody is in the room", |crowd| crowd.ready == count)?;
        crowd.rest()?;
        Ok(crowd)
    }

    fn join(&mut self, address: SocketAddr, number: usize) -> Result<()> {
        let (stream, rest) = open(self.dialect, address)?;
        stream.set_nonblocking(true)?;
        let data = EventData::new_u64(number as u64);
        epoll::add(&self.epoll, &stream, data, EventFlags::IN)?;
        self.members.push(Member {
            stream,
            rest: Vec::new(),
            out: Vec::new(),
            waits_to_write: false,
            is_ready: false,
            has_heard_nobody: false,
            expected: [0; PUBLISHERS],
            sequence: 0,
        });
        for text in self.dialect.greeting(number) {
            frames::write(Kind::Text, text.as_bytes(), &mut self.members[number].out);
        }
        self.flush(number)?;
        if self.dialect.is_ready_at_once() {
            self.members[number].is_ready = true;
            self.ready += 1;
        }
        self.hear(number, rest)
    }

    /// Sends messages that do not count until everybody has heard one: not every server says when somebody
    /// has become a receiver.
    pub(crate) fn warm_up(&mut self) -> Result<()> {
        let start = Instant::now();
        let mut number = 0;
        while self.warmed < self.members.len() {
            ensure!(start.elapsed() < DEADLINE, "only {} hear anything", self.warmed);
            let stamp = Stamp { publisher: NOBODY, number, intended: 0 };
            number += 1;
            self.send(0, stamp)?;
            let patience = Instant::now() + Duration::from_millis(500);
            while self.warmed < self.members.len() && Instant::now() < patience {
                self.turn(Some(patience))?;
            }
        }
        self.rest()
    }

    /// Returns once nothing has arrived for a while.
    pub(crate) fn rest(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            let (bytes, pause) = (self.bytes, Instant::now() + Duration::from_millis(300));
            while Instant::now() < pause {
                self.turn(Some(pause))?;
            }
            if bytes == self.bytes {
                return Ok(());
            }
            ensure!(start.elapsed() < DEADLINE, "the server never stops talking");
        }
    }

    /// Nanoseconds since the crowd began to gather.
    pub(crate) fn now(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }

    /// Messages of this publisher that somebody has yet to receive.
    pub(crate) fn under_way(&self, publisher: usize) -> usize {
        (self.sent[publisher] - self.completed[publisher]) as usize
    }

    pub(crate) fn is_anything_under_way(&self) -> bool {
        self.sent != self.completed
    }

    /// Publishes a message that was meant to be sent at this time. It may wait for [`Crowd::flush_all`].
    pub(crate) fn publish(&mut self, publisher: usize, intended: u64) -> Result<()> {
        ensure!(self.under_way(publisher) < SLOTS, "the server is {SLOTS} messages behind");
        let number = self.sent[publisher];
        self.sent[publisher] += 1;
        self.missing[publisher * SLOTS + number as usize % SLOTS] = self.members.len() as u32;
        let stamp = Stamp { publisher: publisher as u8, number, intended };
        let member = self.member_of(publisher);
        self.dialect.publish(stamp, &self.more, &mut self.members[member].out);
        Ok(())
    }

    /// Gives the sockets of all publishers what was published.
    pub(crate) fn flush_all(&mut self) -> Result<()> {
        (0..PUBLISHERS).try_for_each(|publisher| self.flush(self.member_of(publisher)))
    }

    fn send(&mut self, publisher: usize, stamp: Stamp) -> Result<()> {
        let member = self.member_of(publisher);
        self.dialect.publish(stamp, &self.more, &mut self.members[member].out);
        self.flush(member)
    }

    /// Publishers are spread among all members.
    fn member_of(&self, publisher: usize) -> usize {
        publisher * self.members.len() / PUBLISHERS
    }

    pub(crate) fn turn_until(
        &mut self,
        what: &str,
        mut is_reached: impl FnMut(&Self) -> bool,
    ) -> Result<()> {
        let deadline = Instant::now() + DEADLINE;
        while !is_reached(self) {
            ensure!(Instant::now() < deadline, "waited in vain until {what}");
            self.turn(Some(deadline))?;
        }
        Ok(())
    }

    /// Waits for something to read until a time at most, and hears it. Without a time it does not wait.
    pub(crate) fn turn(&mut self, until: Option<Instant>) -> Result<()> {
        let left = until.map_or(Duration::ZERO, |until| until.duration_since(Instant::now()));
        // In whole milliseconds, so that a time is never missed: the last one is spent looking.
        let timeout = Duration::from_millis(left.as_millis() as u64).try_into()?;
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let (flags, member) = (event.flags, event.data.u64() as usize);
            let told = || format!("connection {member}");
            if flags.contains(EventFlags::OUT) {
                self.flush(member).with_context(told)?;
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                self.hear(member, Vec::new()).with_context(told)?;
            }
        }
        self.events = events;
        Ok(())
    }

    fn flush(&mut self, number: usize) -> Result<()> {
        let member = &mut self.members[number];
        while !member.out.is_empty() {
            match member.stream.write(&member.out) {
                Ok(written) => drop(member.out.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error).context("could not write"),
            }
        }
        let waits_to_write = !member.out.is_empty();
        if waits_to_write != member.waits_to_write {
            member.waits_to_write = waits_to_write;
            let flags =
                if waits_to_write { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
            epoll::modify(&self.epoll, &member.stream, EventData::new_u64(number as u64), flags)?;
        }
        Ok(())
    }

    /// Hears what has arrived for this member: `before`, and what its socket has now.
    fn hear(&mut self, number: usize, before: Vec<u8>) -> Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let member = &mut self.members[number];
        member.rest.extend(before);
        let kept = member.rest.len();
        if buffer.len() < kept + READ_BYTES {
            buffer.resize(kept + READ_BYTES, 0);
        }
        buffer[..kept].copy_from_slice(&member.rest);
        member.rest.clear();
        let read = match member.stream.read(&mut buffer[kept..]) {
            Ok(0) => bail!("the server hung up"),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error).context("could not read"),
        };
        self.bytes += read as u64;
        let now = self.now();
        let (mut at, end) = (0, kept + read);
        while let Some((kind, from, to)) = frames::scan(&buffer[at..end])? {
            let payload = &buffer[at + from..at + to];
            match kind {
                Kind::Text => self.hear_text(number, now, payload)?,
                Kind::Ping => self.answer(number, Kind::Pong, payload)?,
                Kind::Pong => {}
                Kind::Close => bail!("the server closes: {}", reason(payload)),
            }
            at += to;
        }
        self.members[number].rest.extend_from_slice(&buffer[at..end]);
        self.buffer = buffer;
        Ok(())
    }

    fn hear_text(&mut self, number: usize, now: u64, payload: &[u8]) -> Result<()> {
        let member = &mut self.members[number];
        match self.dialect.hear(payload, &mut member.sequence)? {
            Heard::Messages(stamps) => {
                for stamp in stamps {
                    self.hear_message(number, now, stamp?)?;
                }
            }
            Heard::Ready => {
                let member = &mut self.members[number];
                if !std::mem::replace(&mut member.is_ready, true) {
                    self.ready += 1;
                }
            }
            Heard::Question(answer) => self.answer(number, Kind::Text, answer)?,
            Heard::Other => {}
        }
        Ok(())
    }

    fn hear_message(&mut self, number: usize, now: u64, stamp: Stamp) -> Result<()> {
        let member = &mut self.members[number];
        member.sequence += 1;
        if stamp.publisher != NOBODY {
            return self.count(number, now, stamp);
        }
        if !std::mem::replace(&mut member.has_heard_nobody, true) {
            self.warmed += 1;
        }
        Ok(())
    }

    fn count(&mut self, number: usize, now: u64, stamp: Stamp) -> Result<()> {
        let publisher = usize::from(stamp.publisher);
        let expected = self.members[number].expected.get_mut(publisher);
        let expected = expected.with_context(|| format!("nobody has sent {stamp:?}"))?;
        ensure!(*expected == stamp.number, "expected {expected} of a publisher: {stamp:?}");
        *expected += 1;
        self.delivered += 1;
        self.latencies.record(now.saturating_sub(stamp.intended));
        let missing = &mut self.missing[publisher * SLOTS + stamp.number as usize % SLOTS];
        *missing -= 1;
        if *missing == 0 {
            self.completed[publisher] += 1;
        }
        Ok(())
    }

    fn answer(&mut self, number: usize, kind: Kind, payload: &[u8]) -> Result<()> {
        frames::write(kind, payload, &mut self.members[number].out);
        self.flush(number)
    }
}

/// Opens a WebSocket; returns it with what has come on it already.
pub(crate) fn open(dialect: Dialect, address: SocketAddr) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    let path = dialect.path();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Origin: http://{address}\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let rest = after_the_answer(&mut stream)?;
    Ok((stream, rest))
}

/// Reads the answer to the opening handshake, and returns what came after it.
fn after_the_answer(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(end) = memchr::memmem::find(&head, b"\r\n\r\n") {
            break end + 4;
        }
        let read = stream.read(&mut buffer)?;
        ensure!(read > 0, "hung up instead of answering: {}", String::from_utf8_lossy(&head));
        head.extend_from_slice(&buffer[..read]);
    };
    let answer = String::from_utf8_lossy(&head[..end]).into_owned();
    ensure!(answer.starts_with("HTTP/1.1 101 "), "no WebSocket: {answer}");
    Ok(head.split_off(end))
}

fn reason(payload: &[u8]) -> String {
    match payload {
        [first, second, reason @ ..] => {
            let code = u16::from_be_bytes([*first, *second]);
            format!("{code} {}", String::from_utf8_lossy(reason))
        }
        _ => "without a reason".into(),
    }
}
