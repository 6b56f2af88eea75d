//! What all parts of the chat share, and the way from each to each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use playground_core::chat::wire::Request;
use playground_core::chat::{
    ChannelInput, Clock, Denial, PeopleInput, Refusal, SessionId, Settings,
};
use playground_core::sim::Time;
use tokio::sync::mpsc::UnboundedSender;

use super::beats::Beats;
use super::frames::Frames;
use super::line::{Item, Line};
use super::rooms::Rooms;
use super::store::Store;
use super::window::Extent;

/// A request, and the connection that waits for it to be handled.
#[derive(Debug)]
pub(super) struct Ask<I> {
    pub(super) line: Arc<Line>,
    pub(super) input: I,
}

/// What all parts of the chat share.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) settings: Arc<Settings>,
    pub(super) store: Store,
    pub(super) extent: Extent,
    pub(super) rooms: Rooms,
    pub(super) beats: Beats,
    people: Mutex<UnboundedSender<Ask<PeopleInput>>>,
    started: Instant,
    last_session: AtomicU64,
}

impl Hub {
    pub(super) fn new(
        settings: Settings,
        store: Store,
        extent: Extent,
        rooms: Rooms,
        people: UnboundedSender<Ask<PeopleInput>>,
    ) -> Self {
        Hub {
            settings: Arc::new(settings),
            store,
            extent,
            rooms,
            beats: Beats::new(),
            people: Mutex::new(people),
            started: Instant::now(),
            last_session: AtomicU64::new(0),
        }
    }

    /// Both clocks.
    pub(super) fn clock(&self) -> Clock {
        let now = Time(self.now_us());
        Clock { now, unix_ms: unix_ms() }
    }

    /// Microseconds since the chat started.
    pub(super) fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// When it is, or was, that time.
    pub(super) fn instant(&self, time: Time) -> Instant {
        self.started + std::time::Duration::from_micros(time.0)
    }

    pub(super) fn new_session(&self) -> SessionId {
        SessionId(self.last_session.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Passes something on to the owner of names and inboxes.
    pub(super) fn ask_people(&self, line: &Arc<Line>, input: PeopleInput) {
        line.asked();
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.send(Ask { line: line.clone(), input }).is_err() {
            // Nobody is left to ask while the server stops.
            line.answered();
        }
    }

    /// Refuses what cannot be stored now. The same may be granted a little later.
    pub(super) fn refuse_storing(
        line: &Line,
        request: Request,
        room: Arc<str>,
        id: Arc<str>,
        frames: &mut Frames,
    ) {
        let denial = Denial { reason: Refusal::StoreFailed, retry_after_ms: Some(2_000) };
        let message = denial.of(request, Some(room), Some(id));
        line.leave(Item::message(message, |message| frames.frame(message)));
    }
}

/// What kind of request this was, and the id of the message it was about.
pub(super) fn request_of(input: &ChannelInput) -> Option<(Request, Option<Arc<str>>)> {
    match input {
        ChannelInput::Join { .. } => Some((Request::Join, None)),
        ChannelInput::Send { id, .. } => Some((Request::Send, Some(id.clone()))),
        ChannelInput::History { .. } => Some((Request::History, None)),
        ChannelInput::Leave { .. }
        | ChannelInput::Typing { .. }
        | ChannelInput::Received { .. } => None,
        // Nobody asks for them.
        ChannelInput::Submitted(_)
        | ChannelInput::Published(_)
        | ChannelInput::Refilled(_)
        | ChannelInput::Head(_)
        | ChannelInput::Elsewhere { .. }
        | ChannelInput::Present { .. }
        | ChannelInput::ServerGone { .. } => None,
    }
}

/// Milliseconds since 1970.
pub(super) fn unix_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}
