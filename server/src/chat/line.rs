//! What the rooms leave for a connection, and how they wake it: all that the two share.
//!
//! Rooms never wait for a connection. What is for everybody lies in the room's [`Window`]; what is for one lies
//! here, in a queue that is bounded, and a connection that lets it fill is a slow consumer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::body::Bytes;
use playground_core::chat::wire::{Message, Request, ServerMessage};
use playground_core::chat::{Farewell, Read, SessionId};

use super::frames::Frames;
use super::store::StoreError;
use super::window::{Cursor, Window};

/// How many frames may wait for one connection, and how many bytes of them.
const MOST_ITEMS: usize = 4096;
const MOST_BYTES: usize = 1 << 20;
/// How many of a connection's requests may wait to be handled before no more are read from it.
const MOST_ASKED: u32 = 64;

/// Something for one connection.
#[derive(Debug)]
pub(crate) enum Item {
    /// A whole frame.
    Frame(Bytes),
    /// A whole frame that answers a question: see [`is_question`](super::connection).
    Answer(Bytes),
    /// … and that the connection's gate has to see.
    Seen(Bytes, Box<ServerMessage>),
    /// An answer that belongs at this place of a room's window, neither earlier nor later.
    At { room: Arc<str>, at: Cursor, frame: Bytes },
    /// Behind this answer it is in a room, whose window it has read up to this place.
    Enter { room: Arc<str>, window: Window, at: Cursor, frame: Bytes },
    /// It is not in the room any more.
    Exit { room: Arc<str> },
}

/// A connection as the rooms know it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) session: SessionId,
    /// What there is to look at since the connection last looked.
    news: AtomicU8,
    waker: Mutex<Option<Waker>>,
    inbox: Mutex<Inbox>,
    /// How many of its requests wait to be handled.
    asked: AtomicU32,
    is_gone: AtomicBool,
}

#[derive(Debug, Default)]
struct Inbox {
    items: VecDeque<Item>,
    bytes: usize,
    ending: Option<Farewell>,
}

/// What a connection finds when it looks.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) items: VecDeque<Item>,
    /// It is to end, once the items are written.
    pub(crate) ending: Option<Farewell>,
}

impl Line {
    pub(crate) fn new(session: SessionId) -> Self {
        Line {
            session,
            news: AtomicU8::new(0),
            waker: Mutex::default(),
            inbox: Mutex::default(),
            asked: AtomicU32::new(0),
            is_gone: AtomicBool::new(false),
        }
    }

    /// Says that there is something to look at.
    pub(crate) fn wake(&self, news: News) {
        if self.news.fetch_or(news.0, Ordering::AcqRel) == 0
            && let Some(waker) = &*lock(&self.waker)
        {
            waker.wake_by_ref();
        }
    }

    /// Leaves something; or, if there is too much already, ends the connection instead.
    pub(crate) fn leave(&self, item: Item) {
        {
            let mut inbox = lock(&self.inbox);
            if inbox.ending.is_some() {
                return;
            }
            inbox.bytes += item.len();
            if inbox.bytes > MOST_BYTES || inbox.items.len() == MOST_ITEMS {
                *inbox = Inbox { ending: Some(Farewell::Slow), ..Inbox::default() };
            } else {
                inbox.items.push_back(item);
            }
        }
        self.wake(News::ITEMS);
    }

    /// Ends the connection, once what was left before is written.
    pub(crate) fn end(&self, farewell: Farewell) {
        lock(&self.inbox).ending.get_or_insert(farewell);
        self.wake(News::ITEMS);
    }

    /// Takes what was left.
    pub(crate) fn take(&self) -> Found {
        let mut inbox = lock(&self.inbox);
        inbox.bytes = 0;
        Found { items: std::mem::take(&mut inbox.items), ending: inbox.ending }
    }

    /// A request of this connection was passed on.
    pub(crate) fn asked(&self) {
        self.asked.fetch_add(1, Ordering::AcqRel);
    }

    /// A request of this connection has been handled.
    pub(crate) fn answered(&self) {
        if self.asked.fetch_sub(1, Ordering::AcqRel) == MOST_ASKED {
            self.wake(News::ROOMS);
        }
    }

    /// Whether it may ask for more.
    pub(crate) fn may_ask(&self) -> bool {
        self.asked.load(Ordering::Acquire) < MOST_ASKED
    }

    /// The connection is no more.
    pub(crate) fn hang_up(&self) {
        self.is_gone.store(true, Ordering::Release);
        let mut inbox = lock(&self.inbox);
        // What is left from now on is not kept.
        *inbox = Inbox { ending: inbox.ending.or(Some(Farewell::Broken)), ..Inbox::default() };
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    /// Ready when there was something to look at since the last time this was ready: what it was.
    pub(crate) fn poll_news(&self, context: &mut Context<'_>) -> Poll<News> {
        if self.news.load(Ordering::Acquire) == 0 {
            let mut waker = lock(&self.waker);
            if !waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                *waker = Some(context.waker().clone());
            }
        }
        // Whoever has news after this finds the waker.
        match self.news.swap(0, Ordering::AcqRel) {
            0 => Poll::Pending,
            news => Poll::Ready(News(news)),
        }
    }
}

/// Reasons to wake, any of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct News(u8);

impl News {
    /// A room has said something to everybody, or there is room for more requests.
    pub(crate) const ROOMS: News = News(1);
    /// Something was left, or the connection is to end.
    pub(crate) const ITEMS: News = News(2);
    /// It is time to look after the client.
    pub(crate) const BEAT: News = News(4);
    /// The server stops.
    pub(crate) const LEAVE: News = News(8);

    pub(crate) fn has(self, news: News) -> bool {
        self.0 & news.0 != 0
    }
}

impl Item {
    /// A message for one connection alone. `encode` writes the frame.
    pub(crate) fn message(
        message: ServerMessage,
        encode: impl FnOnce(&ServerMessage) -> Bytes,
    ) -> Self {
        let frame = encode(&message);
        match message {
            ServerMessage::Welcome { .. }
            | ServerMessage::Refused { request: Request::Hello | Request::Join, .. } => {
                Item::Seen(frame, Box::new(message))
            }
            ServerMessage::Joined(_)
            | ServerMessage::History { .. }
            | ServerMessage::Refused { request: Request::History, .. } => Item::Answer(frame),
            _ => Item::Frame(frame),
        }
    }

    fn len(&self) -> usize {
        match self {
            Item::Frame(frame)
            | Item::Answer(frame)
            | Item::Seen(frame, _)
            | Item::At { frame, .. }
            | Item::Enter { frame, .. } => frame.len(),
            Item::Exit { .. } => 0,
        }
    }
}

/// Answers a question to the store. Not run by whoever has asked.
pub(crate) fn answer(
    line: Arc<Line>,
    read: Read,
) -> impl FnOnce(Result<Vec<Arc<Message>>, StoreError>) + Send {
    move |messages| {
        match messages {
            Ok(messages) => {
                let answer = read.answer(messages);
                line.leave(Item::message(answer, |answer| Frames::default().frame(answer)));
            }
            Err(error) => {
                tracing::warn!(%error, "a page of history cannot be read");
                line.end(Farewell::StoreFailed);
            }
        }
        line.answered();
    }
}

/// Nothing that holds such a lock can panic half-way, so what a panicking thread left is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
