//! A connection: one task that owns a socket and nothing else.
//!
//! It reads with a buffer that it only borrows, and writes straight out of the rooms' windows: what is idle costs no
//! buffers, and what is busy is one write for many frames. A panic in here ends this connection; whoever has to know
//! hears of it as of any other end.

mod parting;
mod writing;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::task::Poll;

use playground_core::chat::wire::ServerMessage;
use playground_core::chat::{ChannelInput, Farewell, Gate, PeopleInput, Route};
use playground_core::websocket::{Endpoint, Event, Limits};
use tokio::net::TcpStream;

use super::frames::Frames;
use super::hub::Hub;
use super::line::{Item, Line, News};
use crate::websocket::Opened;
use writing::Hearing;

/// How much is read at once, in bytes; a buffer a thread.
const READ_BYTES: usize = 64 << 10;
/// How much may wait to be written before nothing more is read, in bytes.
const MOST_WAITING: usize = 256 << 10;
/// How many pings in a row may stay unanswered.
const MOST_UNANSWERED: u32 = 2;
/// How many beats a client has for its hello, and how many a write may be stuck.
const HELLO_BEATS: u32 = 2;
const STUCK_BEATS: u32 = 2;

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
    static FRAMES: RefCell<Frames> = RefCell::default();
    static ROUTES: RefCell<Vec<Route>> = const { RefCell::new(Vec::new()) };
}

/// Talks until either side ends it.
pub(super) async fn converse(opened: Opened, hub: Arc<Hub>) {
    let Opened { stream, leftover, permit, guest, .. } = opened;
    let mut connection = Connection::new(stream, hub);
    let ending = connection.run(leftover).await;
    // The rooms need not wait for the farewell.
    connection.leave(ending);
    connection.part(ending).await;
    drop((permit, guest));
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
    ByNews(News),
    ToWrite,
    ToRead,
}

struct Connection {
    stream: TcpStream,
    endpoint: Endpoint,
    /// None once everybody has been told that the connection is over.
    gate: Option<Gate>,
    line: Arc<Line>,
    hub: Arc<Hub>,
    /// Whether the rooms may have left something since it was last taken.
    has_items: bool,
    /// What the rooms left, and has not been written yet.
    taken: VecDeque<Item>,
    hears: Vec<Hearing>,
    ending: Option<Ending>,
    /// Whether a question is on its way: what the client says behind it waits for the answer.
    awaits_answer: bool,
    /// Whether there may be something that has arrived and was not looked at.
    is_paused: bool,
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
        let line = Arc::new(Line::new(session));
        hub.beats.add(&line);
        Connection {
            stream,
            endpoint: Endpoint::server(limits),
            gate: Some(Gate::new(hub.settings.clone(), session, hub.clock())),
            line,
            hub,
            has_items: false,
            taken: VecDeque::new(),
            hears: Vec::new(),
            ending: None,
            awaits_answer: false,
            is_paused: false,
            was_heard: true,
            has_written: false,
            is_blocked: false,
            beats: Beats::default(),
        }
    }

    async fn run(&mut self, leftover: Vec<u8>) -> Ending {
        self.receive(&leftover);
        drop(leftover);
        loop {
            match self.flush() {
                Ok(is_blocked) => self.is_blocked = is_blocked,
                Err(_) => return Ending::Broken,
            }
            if let Some(ending) = self.ending {
                return ending;
            }
            if self.is_paused && self.may_go_on() {
                self.go_on();
                continue;
            }
            let may_read = self.may_go_on();
            let woken = poll_fn(|context| {
                if let Poll::Ready(news) = self.line.poll_news(context) {
                    return Poll::Ready(Woken::ByNews(news));
                }
                if self.is_blocked && self.stream.poll_write_ready(context).is_ready() {
                    return Poll::Ready(Woken::ToWrite);
                }
                if may_read && self.stream.poll_read_ready(context).is_ready() {
                    return Poll::Ready(Woken::ToRead);
                }
                Poll::Pending
            });
            match woken.await {
                Woken::ByNews(news) => {
                    if let Some(farewell) = self.hear_news(news) {
                        return Ending::Cut(farewell);
                    }
                }
                Woken::ToWrite => {}
                Woken::ToRead => {
                    if self.read().is_err() {
                        return Ending::Broken;
                    }
                }
            }
        }
    }

    /// A reason to end the connection, if the news are one.
    fn hear_news(&mut self, news: News) -> Option<Farewell> {
        self.has_items |= news.has(News::ITEMS);
        if news.has(News::LEAVE) {
            return Some(Farewell::GoingAway);
        }
        if news.has(News::BEAT) { self.beat() } else { None }
    }

    /// Back-pressure: who does not read, or asks for more than is handled, is not listened to.
    fn may_go_on(&mut self) -> bool {
        !self.awaits_answer
            && self.line.may_ask()
            && self.endpoint.outgoing().len() < MOST_WAITING
            && self.ending.is_none()
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
        self.was_heard |= !bytes.is_empty();
        self.endpoint.receive(bytes);
        self.go_on();
    }

    /// Listens to what has arrived, as far as it may.
    fn go_on(&mut self) {
        self.is_paused = true;
        while self.may_go_on() {
            let Some(event) = self.endpoint.next_event() else {
                self.is_paused = false;
                return;
            };
            match event {
                Event::Text(text) => self.hear(Some(&text)),
                Event::Binary(_) => self.hear(None),
                Event::Ping(_) | Event::Pong(_) => {}
                Event::Closed { .. } | Event::Failed(_) => self.ending = Some(Ending::Closed),
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
                self.awaits_answer |= match &input {
                    PeopleInput::Hello { .. } => true,
                    PeopleInput::Inbox { input, .. } => is_question(input),
                    _ => false,
                };
                hub.ask_people(line, input);
            }
            Route::Room { room, input } => {
                self.awaits_answer |= is_question(&input);
                FRAMES.with_borrow_mut(|frames| hub.rooms.ask(hub, line, room, input, frames));
            }
            Route::Rooms if hub.history.shared().is_some() => {
                hub.clone().answer_rooms(line.clone());
            }
            Route::Rooms => {
                let most = hub.settings.limits.people_named as usize;
                let rooms = hub.rooms.list(most, Vec::new());
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

    /// Tells everybody who has to know that the connection is over.
    fn leave(&mut self, ending: Ending) {
        let Some(gate) = self.gate.take() else { return };
        self.line.hang_up();
        self.hub.beats.remove(self.line.session);
        let cut = match ending {
            Ending::Cut(farewell) => Some(farewell),
            Ending::Closed | Ending::Broken => None,
        };
        for route in gate.close(cut) {
            self.follow(route);
        }
    }
}

/// Whether it is always answered, perhaps at length: such are asked one at a time, so that whoever asks and does not
/// read costs one answer.
fn is_question(input: &ChannelInput) -> bool {
    matches!(input, ChannelInput::Join { .. } | ChannelInput::History { .. })
}

/// A panic ends the connection here, and for everybody else as if it had broken.
impl Drop for Connection {
    fn drop(&mut self) {
        self.leave(Ending::Broken);
    }
}
