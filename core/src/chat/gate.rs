//! What stands between a connection and everything else: who it is, what it may ask, how often.
//!
//! One a connection, owned by the task of that connection, so that whatever is malformed, too long or too
//! much goes no further than that task. An idle one takes some hundred bytes.

use super::wire::{ClientMessage, Request, ServerMessage, VERSION};
use super::{
    Bucket, ChannelInput, Clock, Denial, Farewell, PeopleInput, Refusal, SessionId, Settings, names,
};
use std::sync::Arc;

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the owner of names and inboxes.
    People(PeopleInput),
    /// To the owner of a room. With [`ChannelInput::Join`], open the room if there is none of that name
    /// and fewer than [`Limits::rooms`](super::Limits::rooms); otherwise refuse with
    /// [`Refusal::NoMoreRooms`]. Anything else for a room that is not open is refused with
    /// [`Refusal::NotJoined`], if it can be refused at all.
    Room {
        /// The room's name.
        room: Arc<str>,
        /// What for.
        input: ChannelInput,
    },
    /// To whoever knows the rooms that there are, to be answered with [`ServerMessage::Rooms`].
    Rooms,
    /// Back to the connection itself.
    Answer(ServerMessage),
    /// Close the connection, behind every answer so far.
    Cut(Farewell),
}

/// What stands between a connection and everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    settings: Arc<Settings>,
    session: SessionId,
    /// The person, once welcomed.
    name: Option<Arc<str>>,
    rooms: Vec<Arc<str>>,
    messages: Bucket,
    requests: Bucket,
    /// How many more refusals the connection survives.
    patience: u32,
    cut: Option<Farewell>,
}

impl Gate {
    /// For a connection that has just been opened.
    pub fn new(settings: Arc<Settings>, session: SessionId, clock: Clock) -> Self {
        Gate {
            session,
            name: None,
            rooms: Vec::new(),
            messages: Bucket::full(settings.limits.messages, clock.now),
            requests: Bucket::full(settings.limits.requests, clock.now),
            patience: settings.patience,
            cut: None,
            settings,
        }
    }

    /// The session.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The person, once welcomed: if there is none after some seconds, cut the connection with
    /// [`Farewell::NoHello`].
    pub fn name(&self) -> Option<&Arc<str>> {
        self.name.as_ref()
    }

    /// Takes what came from the connection, `None` if it could not be read as a message, and says
    /// where it goes, in order. `received_us` is for [`Timing`](super::wire::Timing).
    pub fn receive(
        &mut self,
        clock: Clock,
        message: Option<ClientMessage>,
        received_us: u64,
        routes: &mut Vec<Route>,
    ) {
        if self.cut.is_some() {
            return;
        }
        let Some(message) = message else {
            return self.refuse(Request::Unknown, None, None, Refusal::Malformed.into(), routes);
        };
        let request = message.request();
        let (room, id) = match &message {
            ClientMessage::Send { room, id, .. } => (Some(room.clone()), Some(id.clone())),
            ClientMessage::Private { to, id, .. } => (Some(names::inbox_of(to)), Some(id.clone())),
            ClientMessage::Join { room, .. } | ClientMessage::History { room, .. } => {
                (Some(room.clone()), None)
            }
            _ => (None, None),
        };
        match self.admit(clock, message, received_us) {
            Ok(route) => {
                self.patience = (self.patience + 1).min(self.settings.patience);
                routes.extend(route);
            }
            Err(denial) => self.refuse(request, room, id, denial, routes),
        }
    }

    /// Looks at what the connection is about to be given for it alone. Must be called with each of these
    /// messages: that is how the gate learns of the welcome, and of a room that was not opened.
    pub fn observe(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::Welcome { name, .. } => self.name = Some(name.clone()),
            ServerMessage::Refused { request: Request::Join, room: Some(room), .. } => {
                self.rooms.retain(|it| it != room);
            }
            _ => {}
        }
    }

    /// The connection is gone: everybody who has to know. `cut` says why, if the server ended it.
    pub fn close(self, cut: Option<Farewell>) -> Vec<Route> {
        let session = self.session;
        let leave = |room| Route::Room { room, input: ChannelInput::Leave { session } };
        let mut routes: Vec<Route> = self.rooms.into_iter().map(leave).collect();
        let cut = cut.or(self.cut);
        routes.push(Route::People(PeopleInput::Gone { session, cut }));
        routes
    }

    fn refuse(
        &mut self,
        request: Request,
        room: Option<Arc<str>>,
        id: Option<Arc<str>>,
        denial: Denial,
        routes: &mut Vec<Route>,
    ) {
        routes.push(Route::Answer(denial.of(request, room, id)));
        self.patience = self.patience.saturating_sub(1);
        let farewell = match denial.reason {
            Refusal::Version => Some(Farewell::Version),
            Refusal::BadName | Refusal::BadSecret => Some(Farewell::Name),
            Refusal::RateLimited if self.patience == 0 => Some(Farewell::Flood),
            _ if self.patience == 0 => Some(Farewell::Malformed),
            _ => None,
        };
        if let Some(farewell) = farewell {
            self.cut = Some(farewell);
            routes.push(Route::Cut(farewell));
        }
    }

    fn admit(
        &mut self,
        clock: Clock,
        message: ClientMessage,
        received_us: u64,
    ) -> Result<Option<Route>, Denial> {
        let settings = self.settings.clone();
        let limits = &settings.limits;
        match &message {
            ClientMessage::Send { .. } | ClientMessage::Private { .. } => {
                self.messages.take(limits.messages, clock.now)?;
            }
            // They are worth nothing a moment later, and are not answered.
            ClientMessage::Typing { .. } | ClientMessage::Received { .. } => {
                if self.requests.take(limits.requests, clock.now).is_err() {
                    return Ok(None);
                }
            }
            _ => self.requests.take(limits.requests, clock.now)?,
        }
        let session = self.session;
        if let ClientMessage::Hello { v, name, secret, last } = message {
            if v != VERSION {
                return Err(Refusal::Version.into());
            }
            limits.check_name(&name)?;
            limits.check_secret(&secret)?;
            let hello = PeopleInput::Hello { session, name, secret, last };
            return Ok(Some(Route::People(hello)));
        }
        let name = self.name.clone().ok_or(Refusal::HelloFirst)?;
        Ok(Some(match message {
            ClientMessage::Hello { .. } | ClientMessage::Unknown => {
                return Err(Refusal::UnknownType.into());
            }
            ClientMessage::Rooms => Route::Rooms,
            ClientMessage::Join { room, after } => {
                self.enter(&room, &name)?;
                self.route(room, ChannelInput::Join { session, name, after })
            }
            ClientMessage::Leave { room } => {
                self.rooms.retain(|it| *it != room);
                self.own(&room, &name)?;
                self.route(room, ChannelInput::Leave { session })
            }
            ClientMessage::Send { room, id, text, since } => {
                limits.check_id(&id)?;
                limits.check_text(&text)?;
                self.joined(&room)?;
                let input = ChannelInput::Send { session, id, text, since, received_us };
                self.route(room, input)
            }
            ClientMessage::Private { to, id, text, since } => {
                limits.check_id(&id)?;
                limits.check_text(&text)?;
                let input = PeopleInput::Private { session, to, id, text, since, received_us };
                Route::People(input)
            }
            ClientMessage::Typing { room } => {
                self.joined(&room)?;
                self.route(room, ChannelInput::Typing { session })
            }
            ClientMessage::History { room, before, limit } => {
                self.own(&room, &name)?;
                if names::owner_of(&room).is_none() {
                    self.joined(&room)?;
                }
                self.route(room, ChannelInput::History { session, before, limit })
            }
            ClientMessage::Received { room, seq } => {
                self.own(&room, &name)?;
                self.route(room, ChannelInput::Received { session, seq })
            }
        }))
    }

    /// To a room, or to the person's own inbox.
    fn route(&self, room: Arc<str>, input: ChannelInput) -> Route {
        match names::owner_of(&room) {
            Some(_) => Route::People(PeopleInput::Inbox { session: self.session, input }),
            None => Route::Room { room, input },
        }
    }

    fn own(&self, room: &str, name: &Arc<str>) -> Result<(), Denial> {
        match names::owner_of(room) {
            Some(owner) if owner != &**name => Err(Refusal::Forbidden.into()),
            _ => Ok(()),
        }
    }

    fn joined(&self, room: &Arc<str>) -> Result<(), Denial> {
        if self.rooms.contains(room) { Ok(()) } else { Err(Refusal::NotJoined.into()) }
    }

    fn enter(&mut self, room: &Arc<str>, name: &Arc<str>) -> Result<(), Denial> {
        if names::owner_of(room).is_some() {
            return self.own(room, name);
        }
        self.settings.limits.check_room(room)?;
        if self.rooms.contains(room) {
            return Ok(());
        }
        if self.rooms.len() >= self.settings.limits.rooms_a_session as usize {
            return Err(Refusal::TooManyRooms.into());
        }
        self.rooms.push(room.clone());
        Ok(())
    }
}
