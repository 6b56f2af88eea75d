//! What all parts of the chat share, and the way from each to each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use playground_core::chat::wire::{Request, RoomInfo, ServerInfo, ServerMessage};
use playground_core::chat::{
    ChannelInput, Clock, Denial, PeopleInput, Refusal, SessionId, Settings,
};
use playground_core::sim::Time;
use tokio::sync::mpsc::UnboundedSender;

use super::beats::Beats;
use super::frames::Frames;
use super::history::History;
use super::line::{Item, Line};
use super::rooms::Rooms;
use super::server_name::ServerName;
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
    pub(super) history: History,
    name: Option<ServerName>,
    pub(super) extent: Extent,
    pub(super) rooms: Rooms,
    pub(super) beats: Beats,
    people: Mutex<UnboundedSender<Ask<PeopleInput>>>,
    started: Instant,
    last_session: AtomicU64,
}

impl Hub {
    pub(super) fn new(
        settings: Arc<Settings>,
        history: History,
        name: Option<ServerName>,
        extent: Extent,
        rooms: Rooms,
        people: UnboundedSender<Ask<PeopleInput>>,
    ) -> Self {
        let first_session = match &history {
            History::Own(_) => 0,
            History::Shared(_) => first_session(),
        };
        Hub {
            settings,
            name,
            history,
            extent,
            rooms,
            beats: Beats::new(),
            people: Mutex::new(people),
            started: Instant::now(),
            last_session: AtomicU64::new(first_session),
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

    /// The rooms that there are, on all servers, the fullest first.
    pub(super) async fn list_rooms(&self) -> Vec<RoomInfo> {
        let elsewhere = match &self.history {
            History::Own(_) => Vec::new(),
            History::Shared(shared) => shared.rooms().await.unwrap_or_else(|error| {
                tracing::debug!(%error, "the rooms of the other servers cannot be read");
                Vec::new()
            }),
        };
        self.rooms.list(self.settings.limits.people_named as usize, elsewhere)
    }

    /// Answers which rooms there are, soon.
    pub(super) fn answer_rooms(self: Arc<Self>, line: Arc<Line>) {
        // Until it is answered it counts as asked, so that nobody can ask for more than is read.
        line.asked();
        tokio::spawn(async move {
            let rooms = ServerMessage::Rooms { rooms: self.list_rooms().await };
            line.leave(Item::message(rooms, |message| Frames::default().frame(message)));
            line.answered();
        });
    }

    /// This server, as it introduces itself.
    pub(super) fn server(&self) -> Option<ServerInfo> {
        match (&self.history, &self.name) {
            (History::Shared(shared), _) => Some(shared.server()),
            (History::Own(_), Some(name)) => Some(ServerInfo { name: name.0.clone(), bus: None }),
            (History::Own(_), None) => None,
        }
    }

    /// Tells every connection when what is shared is away, and when it is back.
    pub(super) async fn tell_of_the_bus(self: Arc<Self>) {
        let History::Shared(shared) = &self.history else { return };
        let mut works = shared.watch();
        // It ends with the server.
        while works.changed().await.is_ok() {
            let works = *works.borrow_and_update();
            self.beats.tell(&Frames::default().frame(&ServerMessage::Bus { works }));
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

/// Where the numbers of a server's sessions begin: somewhere else on each of the servers that share a chat, and below
/// 2⁵³ to the end, as numbers in JSON should be.
fn first_session() -> u64 {
    let mut random = [0; 4];
    // Without a random number all begin at the same; no more than the reason for a cut may be told wrongly then.
    let _ = getrandom::fill(&mut random);
    u64::from(u32::from_ne_bytes(random) >> 12) << 32
}

/// Refuses what was asked of a room, if it is answered at all.
pub(super) fn refuse(
    line: &Line,
    room: Arc<str>,
    input: &ChannelInput,
    reason: Refusal,
    frames: &mut Frames,
) {
    if let Some((request, id)) = request_of(input) {
        let message = Denial::from(reason).of(request, Some(room), id);
        line.leave(Item::message(message, |message| frames.frame(message)));
    }
}

/// What kind of request this was, and the id of the message it was about.
fn request_of(input: &ChannelInput) -> Option<(Request, Option<Arc<str>>)> {
    match input {
        ChannelInput::Join { .. } => Some((Request::Join, None)),
        ChannelInput::Send { id, .. } => Some((Request::Send, Some(id.clone()))),
        ChannelInput::History { .. } => Some((Request::History, None)),
        // Nothing else is answered, or nobody asks for it.
        _ => None,
    }
}

/// Milliseconds since 1970.
pub(super) fn unix_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}
