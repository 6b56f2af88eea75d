//! People: their names, secrets, sessions and inboxes. A person is online while one session is.
//!
//! One task owns all of it. A name belongs to whoever used it first; only a hash of the secret is kept.
//! A private message goes into two inboxes in one durable step, so that a retry is recognised by the
//! sender's alone.
//!
//! Where several servers have the same people, each owns only those who are connected to it: see
//! [`People::follow`].

mod account;
mod following;
mod input;
mod private;

pub use input::{Claim, PeopleEffect, PeopleInput};

use super::wire::{Request, ServerInfo, ServerMessage, VERSION};
use super::{
    Bucket, Channel, ChannelInput, Clock, Denial, Effect, Farewell, Recovered, Refusal, SessionId,
    Settings, names,
};
use crate::sim::Time;
use account::Account;
use following::Following;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many sessions that were cut are remembered, to tell why.
const MOST_CUTS: usize = 1_024;

/// How stale the time at which a person was last seen may be in the store, in milliseconds.
const SEEN_EVERY_MS: u64 = 3_600_000;

/// All people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    settings: Arc<Settings>,
    /// This server, as it introduces itself.
    server: Option<ServerInfo>,
    /// The epoch of inboxes that are new.
    epoch: u64,
    /// By their names in lower case.
    accounts: BTreeMap<Arc<str>, Account>,
    sessions: BTreeMap<SessionId, Arc<str>>,
    /// The last sessions that the server cut, whose they were, and why.
    cuts: VecDeque<(SessionId, Arc<str>, Farewell)>,
    /// What is known of the shared log and of other servers, if there are any.
    following: Option<Following>,
}

impl People {
    /// The people whom the store knows, nobody of them online.
    ///
    /// `epoch` is the one of inboxes that are new from now on: see [`Recovered::epoch`]. Each person
    /// comes with what the store has of the inbox.
    pub fn recover(
        settings: Arc<Settings>,
        epoch: u64,
        claims: impl IntoIterator<Item = (Claim, Recovered)>,
    ) -> Self {
        let mut people = People {
            settings,
            server: None,
            epoch,
            accounts: BTreeMap::new(),
            sessions: BTreeMap::new(),
            cuts: VecDeque::new(),
            following: None,
        };
        for (claim, stored) in claims {
            let account = people.account(claim, stored, Time::ZERO);
            people.accounts.insert(names::folded(&account.claim.name), account);
        }
        people
    }

    /// From here on, a welcome says which server it comes from; or does not.
    pub fn set_server(&mut self, server: Option<ServerInfo>) {
        self.server = server;
    }

    fn account(&self, claim: Claim, stored: Recovered, now: Time) -> Account {
        let inbox = names::inbox_of(&claim.name);
        let open = if self.following.is_some() { Channel::follow } else { Channel::recover };
        let inbox = open(self.settings.clone(), inbox, stored);
        let bucket = Bucket::full(self.settings.limits.messages, now);
        Account {
            claim,
            inbox,
            bucket,
            sessions: Vec::new(),
            undelivered: VecDeque::new(),
            friends: BTreeSet::new(),
            arriving: VecDeque::new(),
        }
    }

    /// Takes one input and adds what is to be done, in order.
    pub fn handle(&mut self, clock: Clock, input: PeopleInput, effects: &mut Vec<PeopleEffect>) {
        match input {
            PeopleInput::Hello { session, name, secret, last } => {
                let hello = Hello { session, name, secret, last };
                if let Some(hello) = self.ask_whose(clock, hello, effects) {
                    self.greet(clock, hello, effects);
                }
            }
            PeopleInput::Gone { session, cut } => self.gone(clock, session, cut, effects),
            PeopleInput::Private { session, to, id, text, since, received_us } => {
                let text = (id.clone(), text, since, received_us);
                if let Err(denial) = self.private(clock, session, &to, text, effects) {
                    let room = Some(names::inbox_of(&to));
                    let refused = denial.of(Request::Private, room, Some(id));
                    effects.push(PeopleEffect::ToSession(session, refused));
                }
            }
            PeopleInput::Inbox { session, input } => self.inbox(clock, session, input, effects),
            PeopleInput::Registered { .. }
            | PeopleInput::Log { .. }
            | PeopleInput::Elsewhere { .. }
            | PeopleInput::Present { .. }
            | PeopleInput::ServerGone { .. } => self.hear(clock, input, effects),
        }
    }

    /// How many people are online, at all servers.
    pub fn online(&self) -> usize {
        let here = self.accounts.values().filter(|it| !it.sessions.is_empty()).count();
        here + self.only_elsewhere()
    }

    /// The person of a session, as welcomed.
    pub fn name_of(&self, session: SessionId) -> Option<&Arc<str>> {
        let key = self.sessions.get(&session)?;
        Some(&self.accounts.get(key)?.claim.name)
    }

    /// Everybody known here, with the sessions and the inbox of each, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &[SessionId], &Channel)> {
        self.accounts.values().map(|it| (&it.claim.name, &it.sessions[..], &it.inbox))
    }

    fn greet(&mut self, clock: Clock, hello: Hello, effects: &mut Vec<PeopleEffect>) {
        if let Err(denial) = self.hello(clock, &hello, effects) {
            refuse(hello.session, denial, effects);
        }
    }

    fn hello(
        &mut self,
        clock: Clock,
        hello: &Hello,
        effects: &mut Vec<PeopleEffect>,
    ) -> Result<(), Denial> {
        let Hello { session, name, secret, last } = hello;
        let session = *session;
        let key = names::folded(name);
        if self.sessions.get(&session).is_some_and(|it| *it != key) {
            return Err(Refusal::SaidHello.into());
        }
        let hash = account::hash(secret);
        match self.accounts.get(&key) {
            Some(account) if account.claim.secret_hash != hash => {
                return Err(Refusal::NameTaken.into());
            }
            Some(account) => {
                let most = self.settings.limits.sessions_a_person as usize;
                let is_new = !account.sessions.contains(&session);
                if is_new && account.sessions.len() >= most {
                    return Err(Refusal::TooManySessions.into());
                }
            }
            None => self.make_room(effects)?,
        }
        let claim = Claim { name: name.clone(), secret_hash: hash, seen_ms: clock.unix_ms };
        if !self.accounts.contains_key(&key) {
            let stored = Recovered { epoch: self.epoch, ..Recovered::default() };
            let account = self.account(claim.clone(), stored, clock.now);
            self.accounts.insert(key.clone(), account);
            effects.push(PeopleEffect::Claim(claim));
        }
        let cut = last.and_then(|last| self.cut_of(last, &key)).map(Farewell::code);
        let limits = self.settings.limits.clone();
        let Some(account) = self.accounts.get_mut(&key) else { return Ok(()) };
        let is_stale = clock.unix_ms >= account.claim.seen_ms.saturating_add(SEEN_EVERY_MS);
        // The shared log has seen the person with the first tab.
        if is_stale && self.following.is_none() {
            account.claim.seen_ms = clock.unix_ms;
            effects.push(PeopleEffect::Claim(account.claim.clone()));
        }
        let name = account.claim.name.clone();
        let is_new = self.sessions.insert(session, key.clone()).is_none();
        if is_new {
            account.sessions.push(session);
        }
        let comes_online = is_new && account.sessions.len() == 1;
        let server = self.server.clone();
        let welcome = ServerMessage::Welcome { v: VERSION, name, session, cut, limits, server };
        effects.push(PeopleEffect::ToSession(session, welcome));
        if comes_online {
            self.came(clock, &key, effects);
        }
        Ok(())
    }

    /// Forgets whoever has been away longest, if there are as many people as there may be.
    fn make_room(&mut self, effects: &mut Vec<PeopleEffect>) -> Result<(), Denial> {
        if self.accounts.len() < self.settings.limits.people as usize {
            return Ok(());
        }
        let away = self.accounts.iter().filter(|(_, it)| it.sessions.is_empty());
        let oldest = away.min_by_key(|(_, it)| it.claim.seen_ms).map(|(key, _)| key.clone());
        let key = oldest.ok_or(Refusal::NoMorePeople)?;
        let account = self.accounts.remove(&key).ok_or(Refusal::NoMorePeople)?;
        effects.push(PeopleEffect::Forget(account.claim.name));
        Ok(())
    }

    fn cut_of(&self, last: SessionId, key: &Arc<str>) -> Option<Farewell> {
        let found = self.cuts.iter().rev().find(|(it, whose, _)| *it == last && whose == key);
        found.map(|(_, _, farewell)| *farewell)
    }

    fn gone(
        &mut self,
        clock: Clock,
        session: SessionId,
        cut: Option<Farewell>,
        effects: &mut Vec<PeopleEffect>,
    ) {
        self.wait_no_more(session);
        let Some(key) = self.sessions.remove(&session) else { return };
        if let Some(farewell) = cut {
            self.remember_cut(session, key.clone(), farewell);
        }
        let Some(account) = self.accounts.get_mut(&key) else { return };
        account.sessions.retain(|it| *it != session);
        account.claim.seen_ms = account.claim.seen_ms.max(clock.unix_ms);
        let goes_offline = account.sessions.is_empty();
        account.hand_in(clock, ChannelInput::Leave { session }, effects);
        if goes_offline {
            self.went(clock, &key, effects);
        }
    }

    fn remember_cut(&mut self, session: SessionId, key: Arc<str>, farewell: Farewell) {
        if self.cuts.len() == MOST_CUTS {
            self.cuts.pop_front();
        }
        self.cuts.push_back((session, key, farewell));
    }

    fn inbox(
        &mut self,
        clock: Clock,
        session: SessionId,
        input: ChannelInput,
        effects: &mut Vec<PeopleEffect>,
    ) {
        let Some(key) = self.sessions.get(&session).cloned() else { return };
        let received = match &input {
            ChannelInput::Received { seq, .. } => Some(*seq),
            // What is said in an inbox is said in private.
            ChannelInput::Send { .. } | ChannelInput::Typing { .. } => return,
            _ => None,
        };
        let friends = match &input {
            ChannelInput::Join { .. } => self.online_correspondents(&key),
            _ => Vec::new(),
        };
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let start = effects.len();
        account.hand_in(clock, input, effects);
        for effect in &mut effects[start..] {
            if let PeopleEffect::Inbox(
                _,
                Effect::Enter(_, joined) | Effect::ToSession(_, ServerMessage::Joined(joined)),
            ) = effect
            {
                joined.count = friends.len() as u32;
                joined.people = friends.clone();
            }
        }
        if let Some(seq) = received {
            self.arrived(&key, seq, effects);
            self.pass_on_arrived(&key, seq, effects);
        }
    }
}

/// A hello that is not answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hello {
    session: SessionId,
    name: Arc<str>,
    secret: Arc<str>,
    last: Option<SessionId>,
}

fn refuse(session: SessionId, denial: Denial, effects: &mut Vec<PeopleEffect>) {
    // While names cannot be looked up, none is refused.
    if denial.reason != Refusal::StoreFailed {
        let refused = denial.of(Request::Hello, None, None);
        effects.push(PeopleEffect::ToSession(session, refused));
    }
    // Of an open connection that is already somebody's, nothing is taken away.
    if let Some(farewell) = farewell_of(denial.reason) {
        effects.push(PeopleEffect::Cut(session, farewell));
    }
}

/// What a refused `hello` does to the connection.
fn farewell_of(reason: Refusal) -> Option<Farewell> {
    match reason {
        Refusal::NameTaken => Some(Farewell::Name),
        Refusal::TooManySessions => Some(Farewell::TooManySessions),
        Refusal::NoMorePeople | Refusal::StoreFailed => Some(Farewell::TryAgainLater),
        _ => None,
    }
}
