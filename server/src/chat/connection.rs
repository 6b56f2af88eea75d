//! A connection: one task that owns a socket and nothing else.
//!
//! It reads with a buffer that it only borrows, and writes straight out of the rooms' windows: what is idle costs no
//! buffers, and what is busy is one write for many frames. A panic in here ends this connection; whoever has to know
//! hears of it as of any other end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Bytes;
use playground_core::chat::wire::{Request, ServerMessage};
use playground_core::chat::{Farewell, Gate, PeopleInput, Route};
use playground_core::websocket::{CloseCode, Endpoint, Event, Limits, State};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::frames::Frames;
use super::hub::Hub;
use super::line::{Item, Line};
use super::window::{Cursor, FellBehind, Piece, Window};
use crate::closing::Guest;
use crate::websocket::Opened;

/// How much is read at once, in bytes; a buffer a thread.
const READ_BYTES: usize = 64 << 10;
/// How many pieces of windows are written at once.
const MOST_PIECES: usize = 64;
/// How much of what is for this connection alone is put together for one write, in bytes.
const TOGETHER_BYTES: usize = 64 << 10;
/// How much may wait to be written before nothing more is read, in bytes.
const MOST_WAITING: usize = 256 << 10;
/// How many pings in a row may stay unanswered.
const MOST_UNANSWERED: u32 = 2;
/// How many beats a client has for its hello, and how many a write may be stuck.
const HELLO_BEATS: u32 = 2;
const STUCK_BEATS: u32 = 2;
/// How long the client has to read and answer a close frame.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(2);

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
    static PIECES: RefCell<Vec<Piece>> = const { RefCell::new(Vec::new()) };
    static FRAMES: RefCell<Frames> = RefCell::default();
    static ROUTES: RefCell<Vec<Route>> = const { RefCell::new(Vec::new()) };
}

/// Talks until either side ends it.
pub(super) async fn converse(opened: Opened, hub: Arc<Hub>, beat: Duration) {
    let Opened { stream, leftover, permit, mut guest, .. } = opened;
    let mut connection = Connection::new(stream, hub);
    let ending = connection.run(&leftover, &mut guest, beat).await;
    drop(leftover);
    // The rooms need not wait for the farewell.
    connection.leave(ending);
    connection.part(ending).await;
    drop(permit);
}

/// A room that the connection hears.
#[derive(Debug)]
struct Hearing {
    room: Arc<str>,
    window: Window,
    cursor: Cursor,
}

/// Why the connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The server ends it, with a close frame that says why.
    Cut(Farewell),
    /// The client has closed it, or broken the protocol; the answer is on the way.
    Closed,
    /// The stream is broken.
    Broken,
}

/// What woke the task.
enum Woken {
    ByRooms,
    ToWrite,
    ToRead,
    ToLeave,
    ByBeat,
}

struct Connection {
    stream: TcpStream,
    endpoint: Endpoint,
    /// None once everybody has been told that the connection is over.
    gate: Option<Gate>,
    line: Arc<Line>,
    hub: Arc<Hub>,
    /// What the rooms left, and has not been written yet.
    taken: VecDeque<Item>,
    hears: Vec<Hearing>,
    ending: Option<Ending>,
    /// Whether a hello is on its way: what the client says behind it waits for the answer.
    awaits_welcome: bool,
    /// Whether something has arrived, and something could be written, since the last beat.
    was_heard: bool,
    has_written: bool,
    is_blocked: bool,
    beats: Beats,
}

/// How many beats in a row have gone by in vain.
#[derive(Default)]
struct Beats {
    unanswered: u32,
    nameless: u32,
    stuck: u32,
}

impl Connection {
    fn new(stream: TcpStream, hub: Arc<Hub>) -> Self {
        let session = hub.new_session();
        // A character is at most 12 bytes of JSON, escaped.
        let message_bytes = 12 * u64::from(hub.settings.limits.text_chars) + (4 << 10);
        let limits = Limits { frame_bytes: message_bytes, message_bytes };
        Connection {
            stream,
            endpoint: Endpoint::server(limits),
            gate: Some(Gate::new(hub.settings.clone(), session, hub.clock())),
            line: Arc::new(Line::new(session)),
            hub,
            taken: VecDeque::new(),
            hears: Vec::new(),
            ending: None,
            awaits_welcome: false,
            was_heard: true,
            has_written: false,
            is_blocked: false,
            beats: Beats::default(),
        }
    }

    async fn run(&mut self, leftover: &[u8], guest: &mut Guest, beat: Duration) -> Ending {
        let mut leaving = pin!(guest.asked_to_leave());
        let mut next_beat = pin!(sleep(beat));
        self.receive(leftover);
        loop {
            let was_waiting = self.awaits_welcome;
            match self.flush() {
                Ok(is_blocked) => self.is_blocked = is_blocked,
                Err(_) => return Ending::Broken,
            }
            if was_waiting && !self.awaits_welcome {
                // What came behind the hello has its turn, and may have an answer.
                self.receive(&[]);
                continue;
            }
            if let Some(ending) = self.ending {
                return ending;
            }
            let may_read = self.may_read();
            let woken = poll_fn(|context| {
                if self.line.poll_woken(context).is_ready() {
                    return Poll::Ready(Woken::ByRooms);
                }
                if self.is_blocked && self.stream.poll_write_ready(context).is_ready() {
                    return Poll::Ready(Woken::ToWrite);
                }
                if may_read && self.stream.poll_read_ready(context).is_ready() {
                    return Poll::Ready(Woken::ToRead);
                }
                if leaving.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Woken::ToLeave);
                }
                next_beat.as_mut().poll(context).map(|()| Woken::ByBeat)
            });
            match woken.await {
                Woken::ByRooms | Woken::ToWrite => {}
                Woken::ToRead => {
                    if self.read().is_err() {
                        return Ending::Broken;
                    }
                }
                Woken::ToLeave => return Ending::Cut(Farewell::GoingAway),
                Woken::ByBeat => {
                    next_beat.as_mut().reset(Instant::now() + beat);
                    if let Some(farewell) = self.beat() {
                        return Ending::Cut(farewell);
                    }
                }
            }
        }
    }

    /// Back-pressure: who does not read, or asks for more than is handled, is not read from.
    fn may_read(&mut self) -> bool {
        !self.awaits_welcome && self.line.may_ask() && self.endpoint.outgoing().len() < MOST_WAITING
    }

    /// Looks after the client now and then; a reason to end the connection.
    fn beat(&mut self) -> Option<Farewell> {
        let was_heard = std::mem::take(&mut self.was_heard);
        let has_written = std::mem::take(&mut self.has_written);
        let is_named = self.gate.as_ref().is_some_and(|gate| gate.name().is_some());
        let count = |beats: &mut u32, in_vain: bool| {
            *beats = if in_vain { *beats + 1 } else { 0 };
            *beats
        };
        if count(&mut self.beats.stuck, self.is_blocked && !has_written) > STUCK_BEATS {
            return Some(Farewell::Slow);
        }
        if count(&mut self.beats.nameless, !is_named) > HELLO_BEATS {
            return Some(Farewell::NoHello);
        }
        if count(&mut self.beats.unanswered, !was_heard) > MOST_UNANSWERED {
            return Some(Farewell::Silent);
        }
        if !was_heard && !self.is_blocked {
            // Fails only after a close frame.
            let _ = self.endpoint.send_ping(b"");
        }
        None
    }

    /// Reads what has arrived, once, and passes it on.
    fn read(&mut self) -> io::Result<()> {
        READ.with_borrow_mut(|buffer| {
            let read = match self.stream.try_read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            self.receive(&buffer[..read]);
            Ok(())
        })
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.endpoint.receive(bytes);
        while !self.awaits_welcome
            && let Some(event) = self.endpoint.next_event()
        {
            self.was_heard = true;
            match event {
                Event::Text(text) => self.hear(Some(&text)),
                Event::Binary(_) => self.hear(None),
                Event::Ping(_) | Event::Pong(_) => {}
                Event::Closed { .. } | Event::Failed(_) => self.ending = Some(Ending::Closed),
            }
            if self.ending.is_some() {
                return;
            }
        }
    }

    /// Has the gate say where a message goes.
    fn hear(&mut self, text: Option<&str>) {
        let message = text.and_then(|text| serde_json::from_str(text).ok());
        let (clock, received_us) = (self.hub.clock(), self.hub.now_us());
        let Some(gate) = &mut self.gate else { return };
        let mut routes = ROUTES.take();
        gate.receive(clock, message, received_us, &mut routes);
        for route in routes.drain(..) {
            self.follow(route);
        }
        ROUTES.set(routes);
    }

    fn follow(&mut self, route: Route) {
        let Connection { hub, line, .. } = self;
        match route {
            Route::People(input) => {
                self.awaits_welcome |= matches!(input, PeopleInput::Hello { .. });
                hub.ask_people(line, input);
            }
            Route::Room { room, input } => {
                FRAMES.with_borrow_mut(|frames| hub.rooms.ask(hub, line, room, input, frames));
            }
            Route::Rooms => {
                let most = hub.settings.limits.people_named as usize;
                let rooms = hub.rooms.list(most);
                self.answer(ServerMessage::Rooms { rooms });
            }
            Route::Answer(message) => self.answer(message),
            Route::Cut(farewell) => self.ending = Some(Ending::Cut(farewell)),
        }
    }

    fn answer(&mut self, message: ServerMessage) {
        if let Some(gate) = &mut self.gate {
            gate.observe(&message);
        }
        FRAMES.with_borrow_mut(|frames| frames.write(&message, self.endpoint.outgoing()));
    }

    /// Writes what there is, in order, as far as the stream takes it. Returns whether it takes no more.
    fn flush(&mut self) -> io::Result<bool> {
        loop {
            if !self.write_outgoing()? {
                return Ok(true);
            }
            if self.endpoint.state() != State::Open {
                return Ok(false);
            }
            self.take_items();
            if !self.endpoint.outgoing().is_empty() {
                continue;
            }
            match self.write_windows()? {
                Written::Everything => {}
                Written::Nothing => return Ok(false),
                Written::Part => return Ok(true),
            }
        }
    }

    /// Writes what is put together already. Returns whether all of it is written.
    fn write_outgoing(&mut self) -> io::Result<bool> {
        let outgoing = self.endpoint.outgoing();
        let mut written = 0;
        while written < outgoing.len() {
            match self.stream.try_write(&outgoing[written..]) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        self.has_written |= written > 0;
        if written == outgoing.len() {
            // Who is idle keeps no buffer.
            *outgoing = Vec::new();
            return Ok(true);
        }
        outgoing.drain(..written);
        Ok(false)
    }

    /// Puts together what the rooms left, as far as its turn has come.
    fn take_items(&mut self) {
        if self.taken.is_empty() {
            let found = self.line.take();
            self.taken = found.items;
            if let Some(farewell) = found.ending {
                self.ending.get_or_insert(Ending::Cut(farewell));
            }
        }
        while self.endpoint.outgoing().len() < TOGETHER_BYTES
            && let Some(item) = self.taken.pop_front_if(|item| is_due(item, &self.hears))
        {
            let frame: Bytes = match item {
                Item::Frame(frame) | Item::At { frame, .. } => frame,
                Item::Seen(frame, message) => {
                    if let Some(gate) = &mut self.gate {
                        gate.observe(&message);
                    }
                    if !matches!(*message, ServerMessage::Refused { request: Request::Join, .. }) {
                        self.awaits_welcome = false;
                    }
                    frame
                }
                Item::Enter { room, window, at, frame } => {
                    self.hears.retain(|hearing| hearing.room != room);
                    self.hears.push(Hearing { room, window, cursor: at });
                    self.endpoint.outgoing().extend_from_slice(&frame);
                    // What the room says comes behind this.
                    break;
                }
                Item::Exit { room } => {
                    self.hears.retain(|hearing| hearing.room != room);
                    continue;
                }
            };
            self.endpoint.outgoing().extend_from_slice(&frame);
        }
        if self.taken.is_empty() {
            self.taken = VecDeque::new();
        }
    }

    /// Writes what the rooms say to everybody, once.
    fn write_windows(&mut self) -> io::Result<Written> {
        PIECES.with_borrow_mut(|pieces| {
            let outcome = self.write_pieces(pieces);
            pieces.clear();
            outcome
        })
    }

    fn write_pieces(&mut self, pieces: &mut Vec<Piece>) -> io::Result<Written> {
        let mut owners = [0; MOST_PIECES];
        if self.find_pieces(pieces, &mut owners).is_err() {
            self.hears.clear();
            self.taken.clear();
            self.ending = Some(Ending::Cut(Farewell::Slow));
            return Ok(Written::Nothing);
        }
        if pieces.is_empty() {
            return Ok(Written::Nothing);
        }
        let mut slices = [IoSlice::new(&[]); MOST_PIECES];
        for (slice, piece) in slices.iter_mut().zip(pieces.iter()) {
            *slice = IoSlice::new(piece.bytes());
        }
        let mut written = match self.stream.try_write_vectored(&slices[..pieces.len()]) {
            Ok(written) => written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Written::Part),
            Err(error) => return Err(error),
        };
        self.has_written = true;
        for (piece, owner) in pieces.iter().zip(owners) {
            let cursor = &mut self.hears[owner].cursor;
            let bytes = piece.bytes().len();
            if written < bytes {
                let (next, rest) = piece.broken_at(written);
                *cursor = next;
                self.endpoint.outgoing().extend_from_slice(rest);
                return Ok(Written::Part);
            }
            written -= bytes;
            *cursor = piece.end();
        }
        Ok(Written::Everything)
    }

    /// Finds what the rooms said that has not been written, and which of them said it.
    fn find_pieces(
        &self,
        pieces: &mut Vec<Piece>,
        owners: &mut [usize; MOST_PIECES],
    ) -> Result<(), FellBehind> {
        for (index, hearing) in self.hears.iter().enumerate() {
            let until = match self.taken.front() {
                Some(Item::At { room, at, .. }) if *room == hearing.room => Some(*at),
                _ => None,
            };
            let before = pieces.len();
            hearing.window.read(hearing.cursor, until, MOST_PIECES, pieces)?;
            owners[before..pieces.len()].fill(index);
        }
        Ok(())
    }

    /// Tells everybody who has to know that the connection is over.
    fn leave(&mut self, ending: Ending) {
        let Some(gate) = self.gate.take() else { return };
        self.line.hang_up();
        let cut = match ending {
            Ending::Cut(farewell) => Some(farewell),
            Ending::Closed | Ending::Broken => None,
        };
        for route in gate.close(cut) {
            self.follow(route);
        }
    }

    /// Says why the connection is over, if anybody is left to hear it, and gives the client a moment to read it.
    async fn part(&mut self, ending: Ending) {
        let parting = async {
            if let Ending::Cut(farewell) = ending {
                while self.flush()? {
                    self.stream.writable().await?;
                }
                // Fails only after another close frame.
                let _ = self.endpoint.close(CloseCode(farewell.code()), farewell.reason());
            }
            while !self.write_outgoing()? {
                self.stream.writable().await?;
            }
            // Were the stream closed with something unread, the client might never see what was written last.
            self.stream.shutdown().await?;
            loop {
                self.stream.readable().await?;
                self.discard()?;
            }
        };
        if ending != Ending::Broken {
            // It always ends with an error: the end of the stream is one.
            let _: Result<io::Result<()>, _> = timeout(FAREWELL_PATIENCE, parting).await;
        }
    }

    fn discard(&self) -> io::Result<()> {
        READ.with_borrow_mut(|buffer| match self.stream.try_read(buffer) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        })
    }
}

/// A panic ends the connection here, and for everybody else as if it had broken.
impl Drop for Connection {
    fn drop(&mut self) {
        self.leave(Ending::Broken);
    }
}

/// What a write has come to.
enum Written {
    Everything,
    /// There was nothing to write.
    Nothing,
    /// The stream takes no more.
    Part,
}

/// Whether an item's turn has come.
fn is_due(item: &Item, hears: &[Hearing]) -> bool {
    let Item::At { room, at, .. } = item else { return true };
    let hearing = hears.iter().find(|hearing| hearing.room == *room);
    hearing.is_none_or(|hearing| hearing.cursor >= *at)
}
