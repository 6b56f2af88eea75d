//! One open WebSocket on the core's codec: reads, writes, pings, and parts with a close frame that arrives.
//!
//! Back-pressure from end to end: nothing is read while something waits to be written, so a client that sends
//! and does not read is held back by TCP, and costs what it has sent last.

use std::io;
use std::time::Duration;

use playground_core::websocket::wire::Direction;
use playground_core::websocket::{CloseCode, Endpoint, Event, Limits, State};
use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::Opened;
use super::budget::{Budget, Share};
use super::taps::Watcher;
use crate::closing::Guest;
use crate::connections::Permit;

/// How much is read at once, in bytes.
const CHUNK: usize = 16 * 1024;
/// What our pings carry.
const PING: &[u8] = b"still there?";
/// At the end: how long a write may be stuck, and how long everything may take.
const STUCK: Duration = Duration::from_secs(5);
const FLUSH: Duration = Duration::from_secs(30);
/// At the end: how long a client may go on sending before the socket is closed all the same.
const DRAIN: Duration = Duration::from_secs(2);

/// How long a socket waits for its client.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two pings; the first must be answered before the second is due.
    pub ping: Duration,
    /// For the client's close frame, and for its end of the connection after that.
    pub farewell: Duration,
    /// For as long as this, a raw connection may be open.
    pub raw: Duration,
}

impl Default for Patience {
    /// 20 s, 200 ms and 5 min.
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(20),
            farewell: Duration::from_millis(200),
            raw: Duration::from_secs(5 * 60),
        }
    }
}

/// What a client says.
#[derive(Debug)]
pub(crate) enum Message {
    Text(String),
    Binary(Vec<u8>),
}

/// An open connection with a client.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    endpoint: Endpoint,
    /// Taken from the endpoint, and how much of it is written.
    writing: Vec<u8>,
    written: usize,
    patience: Patience,
    beat: Interval,
    pings: Pings,
    guest: Guest,
    watcher: Option<Watcher>,
    /// What it uses of the memory for all, if it has a limit.
    share: Option<Share>,
    /// The stream cannot be used any more.
    is_broken: bool,
    /// What arrives is dropped.
    is_deaf: bool,
    /// Dropped with the stream.
    _permit: Permit,
}

/// Whether the client answers.
#[derive(Clone, Copy, Debug, Default)]
struct Pings {
    /// A ping is on its way.
    awaits_pong: bool,
    /// Since the last beat, something has arrived.
    has_read: bool,
    /// Since the last beat, what was stuck has moved on.
    has_moved: bool,
    /// The last write did not take everything.
    is_stuck: bool,
}

impl Socket {
    /// Takes over a stream. Who watches sees the handshake first, then every byte.
    pub(crate) fn new(
        opened: Opened,
        limits: Limits,
        patience: Patience,
        mut watcher: Option<Watcher>,
    ) -> Self {
        let Opened { stream, leftover, permit, guest, tape } = opened;
        if let Some(watcher) = &mut watcher {
            watcher.see_handshake(&tape, leftover.len());
            watcher.see(Direction::ToServer, Instant::now(), &leftover);
        }
        let mut endpoint = Endpoint::server(limits);
        endpoint.receive(&leftover);
        let mut beat = interval_at(Instant::now() + patience.ping, patience.ping);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            stream,
            endpoint,
            writing: Vec::new(),
            written: 0,
            patience,
            beat,
            pings: Pings::default(),
            guest,
            watcher,
            share: None,
            is_broken: false,
            is_deaf: false,
            _permit: permit,
        }
    }

    /// Lets messages on their way use no more memory than there is for all.
    pub(crate) fn within(self, budget: &Budget) -> Self {
        Self { share: Some(budget.share()), ..self }
    }

    /// The client's next message; none once the conversation is over, which [`part`](Self::part) ends. What is
    /// queued is written first. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            while let Some(event) = self.endpoint.next_event() {
                match event {
                    Event::Text(text) => return Some(Message::Text(text)),
                    Event::Binary(bytes) => return Some(Message::Binary(bytes)),
                    Event::Pong(_) => self.pings.awaits_pong = false,
                    Event::Ping(_) | Event::Closed { .. } | Event::Failed(_) => {}
                }
            }
            self.turn().await?;
        }
    }

    /// Writes what is queued; none if the conversation is over. Safe to cancel.
    pub(crate) async fn flush(&mut self) -> Option<()> {
        while self.has_unwritten() {
            self.turn().await?;
        }
        self.is_open().then_some(())
    }

    fn is_open(&self) -> bool {
        self.endpoint.state() == State::Open && !self.is_broken && !self.is_deaf
    }

    /// Queues a message, and forgets it if nothing can be sent any more.
    pub(crate) fn send(&mut self, message: &Message) {
        // The one error is that a close frame was sent before.
        let _ = match message {
            Message::Text(text) => self.endpoint.send_text(text),
            Message::Binary(bytes) => self.endpoint.send_binary(bytes),
        };
    }

    /// Queues a close frame; to be followed by [`part`](Self::part).
    pub(crate) fn close(&mut self, code: CloseCode, reason: &str) {
        // The errors are that one was sent before, or that we chose a code or reason that nobody may send.
        let sent = self.endpoint.close(code, reason);
        debug_assert!(sent.is_ok() || self.endpoint.state() != State::Open, "{code:?} {reason}");
    }

    fn is_within_budget(&mut self) -> bool {
        let used = self.endpoint.heap_bytes() + self.writing.capacity();
        self.share.as_mut().is_none_or(|share| share.hold(used))
    }

    /// Gives up a message for which there is no memory, and hears nothing any more.
    fn run_out(&mut self) {
        self.close(CloseCode::TRY_AGAIN_LATER, "too many large messages are on their way");
        // Something was read, so nothing waited to be written before this.
        self.writing = self.endpoint.take_outgoing();
        self.written = 0;
        self.endpoint = Endpoint::server(Limits::default());
        self.is_deaf = true;
    }

    /// Waits until the stream is ready, and writes if there is anything to write, else reads. None once the
    /// conversation is over.
    async fn turn(&mut self) -> Option<()> {
        if !self.is_open() {
            return None;
        }
        let interest = match self.has_unwritten() {
            true => Interest::WRITABLE,
            false => Interest::READABLE,
        };
        tokio::select! {
            ready = self.stream.ready(interest) => {
                let moved = match (ready, interest) {
                    (Err(error), _) => Err(error),
                    (Ok(_), Interest::WRITABLE) => self.write(),
                    (Ok(_), _) => self.read(),
                };
                if moved.is_err() {
                    self.is_broken = true;
                    return None;
                }
                if !self.is_within_budget() && interest.is_readable() {
                    self.run_out();
                    return None;
                }
            }
            _ = self.beat.tick() => {
                // A pong cannot come before the end of a frame that is on its way, nor can a client come to a
                // ping that is queued behind what it is still reading.
                let is_receiving = self.pings.has_read && self.endpoint.is_receiving();
                if self.pings.awaits_pong && !self.pings.has_moved && !is_receiving {
                    self.close(CloseCode::POLICY_VIOLATION, "pings must be answered");
                    return None;
                }
                if !self.pings.awaits_pong {
                    let _ = self.endpoint.send_ping(PING);
                }
                let is_stuck = self.pings.is_stuck;
                self.pings = Pings { awaits_pong: true, is_stuck, ..Pings::default() };
            }
            () = self.guest.asked_to_leave() => {
                self.close(CloseCode::GOING_AWAY, "the server stops");
                return None;
            }
        }
        Some(())
    }

    /// Reads once.
    fn read(&mut self) -> io::Result<()> {
        let mut chunk = [0; CHUNK];
        let count = match self.stream.try_read(&mut chunk) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        if let Some(watcher) = &mut self.watcher {
            watcher.see(Direction::ToServer, Instant::now(), &chunk[..count]);
        }
        self.pings.has_read = true;
        if !self.is_deaf {
            self.endpoint.receive(&chunk[..count]);
        }
        Ok(())
    }

    /// Writes once.
    fn write(&mut self) -> io::Result<()> {
        let count = match self.stream.try_write(&self.writing[self.written..]) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        let end = self.written + count;
        if let Some(watcher) = &mut self.watcher {
            watcher.see(Direction::ToClient, Instant::now(), &self.writing[self.written..end]);
        }
        self.written = end;
        // The client reads, and comes to our ping in time.
        self.pings.has_moved |= self.pings.is_stuck;
        self.pings.is_stuck = self.written < self.writing.len();
        Ok(())
    }

    /// Whether something waits to be written. What is written is given back.
    fn has_unwritten(&mut self) -> bool {
        if self.written == self.writing.len() {
            self.writing = self.endpoint.take_outgoing();
            self.written = 0;
        }
        !self.writing.is_empty()
    }

    /// Ends the conversation: the close frame arrives, as far as that can be seen to.
    pub(crate) async fn part(mut self) {
        let written = timeout(FLUSH, self.write_all()).await;
        if self.is_broken || written.is_err() {
            return;
        }
        let patience = self.patience.farewell;
        if self.endpoint.state() == State::Closing {
            let _ = timeout(patience, self.until_answered()).await;
        }
        // Half-closed, so that the client sees the end and yet can finish sending: a socket that is closed
        // with something unread makes the client's system throw away what was said last.
        if self.is_broken || self.stream.shutdown().await.is_err() {
            return;
        }
        let until_silent = async {
            while let Ok(Ok(())) = timeout(patience, self.stream.readable()).await {
                if self.read().is_err() {
                    return;
                }
            }
        };
        let _ = timeout(DRAIN, until_silent).await;
    }

    async fn write_all(&mut self) {
        while self.has_unwritten() && !self.is_broken {
            let moved = match timeout(STUCK, self.stream.writable()).await {
                Ok(Ok(())) => self.write(),
                Ok(Err(error)) => Err(error),
                Err(stuck) => Err(stuck.into()),
            };
            self.is_broken |= moved.is_err();
        }
    }

    /// Reads up to the client's close frame.
    async fn until_answered(&mut self) {
        while self.endpoint.state() == State::Closing {
            if self.endpoint.next_event().is_some() {
                continue;
            }
            let read = match self.stream.readable().await {
                Ok(()) => self.read(),
                Err(error) => Err(error),
            };
            if read.is_err() {
                return;
            }
        }
    }
}
