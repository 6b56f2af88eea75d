//! The chat of many servers: the order of every channel, names and presence are kept in Redis, and every server follows.
//!
//! A room's task hands a message to [`Following::submit`]. One script numbers it, refuses what is too fast or has been
//! said before, appends it to the channel's log and publishes it; the answer and, to every server that has the channel
//! open, the publication come back as inputs of the core's channel, which puts them in order. Publications may be lost:
//! the log has them, and a [`refill`](Following::refill) reads them.
//!
//! | key | what |
//! | --- | --- |
//! | `playground:chat:meta:{name}`, `log`, `ids`, `ids-before`, `rates`, `rates-before` | the history of a channel, a room or an inbox (`@name`, folded): see `shared/history.lua` |
//! | `playground:chat:present:{name}`, `servers` | who is there at which server, and until when that counts: see `shared/register.lua`; `#people` is who is online at all |
//! | `playground:chat:rooms` | the set of the names of all rooms |
//! | `playground:chat:people`, `seen` | whose the names are, and when they were seen last: see `shared/claim.lua` |
//! | publications `playground:<database>:chat:news:{name}` | what is new in a channel: see [`publication`] |
//!
//! **What is kept when Redis dies** is its own affair: with an append-only file and `appendfsync always`, everything that
//! was acknowledged. With `everysec`, all but about the last second survives its machine; its process loses as much at
//! most, and mostly nothing: only while the disk is behind does Redis answer before it has written. Without a file,
//! everything is lost. Then a log has lost its end. Every server checks, with every new connection and before it
//! believes anything else, that the last message which it has seen is still there; if not, the channel begins a new
//! epoch, and nobody takes a new message for a lost one.
//!
//! **How much is kept.** Of each room and inbox as many messages as the settings say, of everybody two windows of ids.
//! Give Redis a `maxmemory` with the policy `noeviction`: when it is full it refuses what would need more, and so do the
//! servers, until there is room again. With another policy it may drop a history, which then begins anew.
//!
//! What is simplified: one Redis (or whatever stands at its address) holds everything; there is no sharding of channels.

mod attending;
mod channel;
mod keys;
mod naming;
mod private;
mod publication;
mod reading;
mod registering;
mod script;
mod submitting;
pub mod trial;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use playground_core::chat::wire::ServerInfo;
use playground_core::chat::{ChannelInput, Passing, Recovered, ServerId, Settings, Submission};
use redis::aio::MultiplexedConnection;
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::store::StoreError;
use crate::redis_link::{LinkError, RedisLink};
use attending::Wish;
use channel::{Channel, Order, Turn};
use keys::Keys;
use naming::Listed;
use script::Scripts;

/// How often registers are renewed and heads compared, and how long a register lasts without that.
const BEAT: Duration = Duration::from_secs(2);
const LIFETIME: Duration = Duration::from_secs(6);
/// When to try again what could not be done because Redis is away, in milliseconds.
const RETRY_AFTER_MS: u64 = 1_000;

/// Takes the news of a channel, in order. It is called from tasks that others wait for, so it must not block, nor call
/// back; and perhaps before the channel's opening is known to whoever opens it.
pub(crate) type News = Arc<dyn Fn(ChannelInput) + Send + Sync>;

/// The part of a server in the chat that it shares with others. Clones are the same.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

struct Inner {
    link: RedisLink,
    settings: Arc<Settings>,
    name: Arc<str>,
    id: ServerId,
    database: i64,
    scripts: Scripts,
    /// By where they are published.
    channels: Mutex<HashMap<String, Arc<Channel>>>,
    /// The connections, while there are both.
    life: Mutex<Option<Life>>,
    works: watch::Sender<bool>,
    version: Mutex<Option<Arc<str>>>,
    wishes: UnboundedSender<Wish>,
    privates: UnboundedSender<(Arc<Channel>, Submission)>,
    listed: tokio::sync::Mutex<Option<Listed>>,
    /// Held while a channel is compared with its log, until what was found is passed on: an answer that is overtaken by
    /// a later one would look like the loss of the end of the log.
    checking: tokio::sync::Mutex<()>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// From when both connections were there until one of them broke.
#[derive(Clone)]
struct Life {
    number: u64,
    commands: MultiplexedConnection,
    subscriber: MultiplexedConnection,
}

/// A channel, as it was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What the log has of it.
    pub(crate) stored: Recovered,
    /// How it is followed from there on.
    pub(crate) following: Following,
}

/// Why a channel cannot be opened.
#[derive(Debug, Error)]
pub(crate) enum OpenError {
    /// It would be one room too many.
    #[error("there are as many rooms as there may be")]
    NoMoreRooms,
    /// Redis is away, or says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Follows a channel until it is dropped; then the people of this server are withdrawn from its register.
pub(crate) struct Following {
    shared: Shared,
    channel: Arc<Channel>,
}

impl Shared {
    /// Starts to take part. Must be called within a tokio runtime.
    pub(crate) fn start(link: RedisLink, settings: Arc<Settings>, name: &str) -> Self {
        let (wishes, wished) = unbounded_channel();
        let (privates, private) = unbounded_channel();
        let inner = Arc::new(Inner {
            settings,
            name: name.into(),
            id: ServerId(format!("{name}#{:016x}", random()).into()),
            database: link.database(),
            link,
            scripts: Scripts::new(),
            channels: Mutex::default(),
            life: Mutex::default(),
            works: watch::Sender::new(false),
            version: Mutex::default(),
            wishes,
            privates,
            listed: tokio::sync::Mutex::default(),
            checking: tokio::sync::Mutex::default(),
            tasks: Mutex::default(),
        });
        let tasks = vec![
            tokio::spawn(attending::attend(inner.clone())),
            tokio::spawn(attending::subscribe(inner.clone(), wished)),
            tokio::spawn(private::take_in(inner.clone(), private)),
        ];
        *lock(&inner.tasks) = tasks;
        Shared(inner)
    }

    /// Whether Redis is there, and every open channel is up to date or about to be.
    pub(crate) fn works(&self) -> bool {
        *self.0.works.borrow()
    }

    /// The same, to be watched.
    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.0.works.subscribe()
    }

    /// How this server introduces itself: the version is what was there last.
    pub(crate) fn server(&self) -> ServerInfo {
        ServerInfo { name: self.0.name.clone(), bus: lock(&self.0.version).clone() }
    }

    /// Opens a room, or the inbox of somebody with that name as it was claimed, with so many of its last messages. From
    /// then on, and a little earlier, its news go to `news`. If it was open, that opening hears nothing more.
    ///
    /// # Errors
    /// If Redis is away or says no, or there are too many rooms.
    pub(crate) async fn open(
        &self,
        name: Arc<str>,
        recent: usize,
        news: News,
    ) -> Result<Opened, OpenError> {
        let life = self.0.working()?;
        let following = self.add(name, news, life.number);
        let (told, subscribed) = tokio::sync::oneshot::channel();
        let _ = self.0.wishes.send(Wish::Subscribe(following.channel.clone(), told));
        let broken = || self.0.away();
        subscribed.await.map_err(|_| broken())?;
        let stored = self.0.read_at_first(life, &following.channel, recent).await?;
        Ok(Opened { stored, following })
    }

    /// Takes part in a register of people that belongs to no channel, also while Redis is away.
    pub(crate) fn register(&self, name: &str, news: News) -> Following {
        let life = self.0.life().map_or(0, |life| life.number);
        let following = self.add(format!("#{}", name.trim_start_matches('@')).into(), news, life);
        // Whoever attends to the connection subscribes it with all others, if this is too early.
        let (told, _) = tokio::sync::oneshot::channel();
        let _ = self.0.wishes.send(Wish::Subscribe(following.channel.clone(), told));
        following
    }

    fn add(&self, name: Arc<str>, news: News, life: u64) -> Following {
        let (orders, ordered) = unbounded_channel();
        let keys = Keys::of(&name, self.0.database);
        let channel = Arc::new(Channel::new(name, keys, news, orders, life));
        lock(&self.0.channels).insert(channel.keys.news.clone(), channel.clone());
        if channel.has_register() {
            // It ends with the channel.
            let carried = submitting::carry_out(self.0.clone(), Arc::downgrade(&channel), ordered);
            tokio::spawn(carried);
        }
        Following { shared: self.clone(), channel }
    }

    /// Withdraws all people of this server, and takes no further part.
    pub(crate) async fn stop(&self) {
        self.abandon();
        let channels: Vec<_> = lock(&self.0.channels).drain().map(|(_, channel)| channel).collect();
        for channel in channels.iter().filter(|channel| channel.has_register()) {
            self.0.withdraw(channel).await;
        }
    }

    /// Ends as a server that is killed does.
    fn abandon(&self) {
        lock(&self.0.tasks).drain(..).for_each(|task| task.abort());
        self.0.works.send_replace(false);
    }
}

impl Following {
    /// Hands a message to the log: a private one, if it has a receiver, from the inbox of its sender. The answer comes
    /// with the news; while Redis is away, at once.
    pub(crate) fn submit(&self, submission: Submission) {
        let Following { shared: Shared(inner), channel } = self;
        if !*inner.works.borrow() {
            return submitting::refuse(channel, &submission, RETRY_AFTER_MS);
        }
        // The tasks that take them run as long as this.
        let _ = match submission.to {
            Some(_) => inner.privates.send((channel.clone(), submission)).is_ok(),
            None => channel.orders.send(Order::Submit(submission)).is_ok(),
        };
    }

    /// Reads the log behind this number: the messages, and then what it has, come with the news, in the order of asking.
    /// If it cannot be read, nothing comes.
    pub(crate) fn refill(&self, after: u64) {
        let Following { shared, channel } = self;
        if let Some(life) = shared.0.life() {
            tokio::spawn(reading::refill(shared.0.clone(), life, Turn::take(channel), after));
        }
    }

    /// Passes something on to the other servers, and keeps the register of who is here. Whoever does not hear of it
    /// learns from the register who is here.
    pub(crate) fn tell(&self, passing: Passing) {
        self.channel.keep(&passing);
        if self.shared.works() {
            let _ = self.channel.orders.send(Order::Tell(passing));
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let Following { shared: Shared(inner), channel } = self;
        let mut channels = lock(&inner.channels);
        // It may have been opened anew since.
        if !channels.get(&channel.keys.news).is_some_and(|open| Arc::ptr_eq(open, channel)) {
            return;
        }
        channels.remove(&channel.keys.news);
        drop(channels);
        let _ = inner.wishes.send(Wish::Unsubscribe(channel.clone()));
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("id", &self.0.id).field("works", &self.works()).finish()
    }
}

impl std::fmt::Debug for Following {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Following").field(&self.channel.name).finish()
    }
}

impl Inner {
    fn life(&self) -> Option<Life> {
        lock(&self.life).clone()
    }

    /// The connections, if they can be relied on.
    fn working(&self) -> Result<Life, StoreError> {
        let life = if *self.works.borrow() { self.life() } else { None };
        life.ok_or_else(|| self.away())
    }

    /// Why nothing can be asked.
    fn away(&self) -> StoreError {
        match self.link.connection() {
            Err(away) => away.into(),
            Ok(_) => {
                let why = "what is published there cannot be heard yet".into();
                LinkError::Away { at: self.link.at().clone(), why }.into()
            }
        }
    }

    fn open_channels(&self) -> Vec<Arc<Channel>> {
        lock(&self.channels).values().cloned().collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under a lock here can panic half-way, so what a panicking task left is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()))
}
