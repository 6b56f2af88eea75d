//! The way to a Redis or Valkey server: one connection that everybody shares, made again whenever it breaks.
//!
//! A task keeps it: it connects, asks who is there, and listens for the end of the connection. Whoever wants to ask
//! something takes the [`connection`](RedisLink::connection) that there is now, or hears at once that there is none; so
//! nobody waits for a server that is away. What had been asked when a connection broke may have happened or not.
//!
//! What is simplified: one server (or whatever stands at its address: a primary behind Sentinel's or a provider's
//! address will do), no cluster. At least Redis 6.2 or Valkey 7.2, since both ends speak RESP3.

mod url;

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{AsyncPushSender, MultiplexedConnection, SendError};
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, InfoDict, PushInfo, PushKind, RedisError,
    ServerErrorKind,
};
use thiserror::Error;
use tokio::sync::{Notify, watch};
use tokio::time::{interval, sleep, timeout};

pub use url::{RedisUrl, UrlError};

/// How long connecting, and each answer, may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the first pause after a failure is; each is twice as long as the one before, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);
/// How often an idle connection is tried.
const BEAT: Duration = Duration::from_secs(1);

/// Why nothing can be asked.
#[derive(Clone, Debug, Error)]
pub enum LinkError {
    /// There is no connection now; another one is being tried for.
    #[error("Redis at {at} is away: {why}")]
    Away {
        /// Where it should be.
        at: Arc<str>,
        /// What the last attempt met with.
        why: Arc<str>,
    },
    /// It answered with an error, or broke off; what was asked may have happened or not.
    #[error("Redis says no: {0}")]
    Failed(#[from] RedisError),
}

/// The way to a Redis server. Clones are the same; the connection is closed with the last of them.
#[derive(Clone)]
pub struct RedisLink {
    client: Client,
    at: Arc<str>,
    database: i64,
    state: watch::Receiver<State>,
    doubts: Arc<Notify>,
}

#[derive(Clone)]
enum State {
    Away { why: Arc<str> },
    Works { connection: MultiplexedConnection, version: Arc<str> },
}

impl RedisLink {
    /// Starts to connect, and to connect again whenever that is needed. Must be called within a tokio runtime.
    pub fn new(url: &RedisUrl) -> Self {
        let first = State::Away { why: "it has not answered yet".into() };
        let (tell, state) = watch::channel(first);
        // The address was checked when it was read.
        let client = Client::open(url.info().clone()).expect("a checked address");
        let at: Arc<str> = url.to_string().into();
        let doubts = Arc::new(Notify::new());
        tokio::spawn(keep(client.clone(), at.clone(), tell, doubts.clone()));
        RedisLink { client, at, database: url.database(), state, doubts }
    }

    /// The connection. It works at once, or not at all: nothing waits for a server that is away.
    ///
    /// # Errors
    /// [`LinkError::Away`] while there is none.
    pub fn connection(&self) -> Result<MultiplexedConnection, LinkError> {
        match &*self.state.borrow() {
            State::Works { connection, .. } => Ok(connection.clone()),
            State::Away { why } => Err(LinkError::Away { at: self.at.clone(), why: why.clone() }),
        }
    }

    /// The connection, as soon as there is one.
    ///
    /// # Errors
    /// [`LinkError::Away`] if there is none for so long.
    pub async fn connected(&self, patience: Duration) -> Result<MultiplexedConnection, LinkError> {
        let mut state = self.state.clone();
        let works = state.wait_for(|state| matches!(state, State::Works { .. }));
        // Whether it has come in time is seen in what there is now.
        let _ = timeout(patience, works).await;
        self.connection()
    }

    /// A connection of its own, of which `pushed` hears everything that is published where it subscribes, and then
    /// its end.
    ///
    /// # Errors
    /// If it cannot be made.
    pub async fn subscriber(
        &self,
        pushed: impl AsyncPushSender,
    ) -> Result<MultiplexedConnection, LinkError> {
        Ok(self.client.get_multiplexed_async_connection_with_config(&config(pushed)).await?)
    }

    /// Whether there is a connection.
    pub fn works(&self) -> bool {
        matches!(&*self.state.borrow(), State::Works { .. })
    }

    /// Waits until the connection is another one, or gone. Safe to cancel. What has changed between two calls is
    /// seen by the second, if `seen` is the same for both.
    pub async fn changed(&self, seen: &mut Seen) {
        // The task that keeps the connection runs as long as there is somebody to tell.
        let _ = seen.0.changed().await;
    }

    /// What [`changed`](RedisLink::changed) compares with: what there is now.
    pub fn seen(&self) -> Seen {
        let mut state = self.state.clone();
        state.mark_unchanged();
        Seen(state)
    }

    /// What answers there, for instance `redis 7.0.15`; none while nobody does.
    pub fn version(&self) -> Option<Arc<str>> {
        match &*self.state.borrow() {
            State::Works { version, .. } => Some(version.clone()),
            State::Away { .. } => None,
        }
    }

    /// Where it is, without the password.
    pub fn at(&self) -> &Arc<str> {
        &self.at
    }

    /// The number of the database.
    pub fn database(&self) -> i64 {
        self.database
    }

    /// To be told of errors: some say that this is no server to write to any more, for instance since another one
    /// was made the primary. Then another connection is made, which reaches whoever is there now.
    pub fn met(&self, error: &RedisError) {
        let kinds = [ServerErrorKind::ReadOnly, ServerErrorKind::MasterDown];
        // Redis 6 puts what a script met with behind words of its own.
        let in_script = error.detail().is_some_and(|detail| detail.contains("-READONLY"));
        if in_script || matches!(error.kind(), ErrorKind::Server(kind) if kinds.contains(&kind)) {
            self.doubts.notify_one();
        }
    }
}

impl fmt::Debug for RedisLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLink").field("at", &self.at).field("works", &self.works()).finish()
    }
}

/// What somebody has seen of the state of a link.
#[derive(Clone)]
pub struct Seen(watch::Receiver<State>);

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seen")
    }
}

fn config(pushed: impl AsyncPushSender) -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE))
        .set_push_sender(pushed)
}

/// Connects again and again, as long as there is a link to tell.
async fn keep(client: Client, at: Arc<str>, tell: watch::Sender<State>, doubts: Arc<Notify>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let ended = Arc::new(Notify::new());
        match unless_closed(&tell, connect(&client, ended.clone())).await {
            None => return,
            Some(Ok((connection, version))) => {
                tracing::info!(%at, %version, "Redis is there");
                let works = State::Works { connection: connection.clone(), version };
                tell.send_replace(works);
                pause = FIRST_PAUSE;
                let end = watch_over(connection, &ended, &doubts);
                let Some(why) = unless_closed(&tell, end).await else { return };
                tracing::warn!(%at, why, "Redis is away");
                tell.send_replace(State::Away { why: why.into() });
            }
            Some(Err(why)) => {
                let is_news =
                    !matches!(&*tell.borrow(), State::Away { why: before } if *before == why);
                if is_news {
                    tracing::warn!(%at, %why, "Redis cannot be reached yet");
                    tell.send_replace(State::Away { why });
                }
            }
        }
        if unless_closed(&tell, sleep(pause)).await.is_none() {
            return;
        }
        pause = (2 * pause).min(LAST_PAUSE);
    }
}

/// Nothing, if the last link is dropped before.
async fn unless_closed<T>(tell: &watch::Sender<State>, what: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        outcome = what => Some(outcome),
        () = tell.closed() => None,
    }
}

/// A connection to a server that can be written, and what that server is; or why there is none.
async fn connect(
    client: &Client,
    ended: Arc<Notify>,
) -> Result<(MultiplexedConnection, Arc<str>), Arc<str>> {
    let pushed = move |info: PushInfo| {
        if info.kind == PushKind::Disconnection {
            ended.notify_one();
        }
        Ok::<(), SendError>(())
    };
    let config = config(pushed);
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    let mut connection = connecting.await.map_err(|error| Arc::from(error.to_string()))?;
    let asked = redis::cmd("INFO").query_async::<InfoDict>(&mut connection).await;
    let info = asked.map_err(|error| Arc::from(error.to_string()))?;
    let field = |name| info.get::<String>(name);
    if field("loading").is_some_and(|loading| loading != "0") {
        return Err("it still loads its file".into());
    }
    if field("role").is_some_and(|role| role != "master") {
        return Err("it is a replica, which cannot be written".into());
    }
    let version = match (field("valkey_version"), field("redis_version")) {
        (Some(version), _) => format!("valkey {version}"),
        (None, Some(version)) => format!("redis {version}"),
        (None, None) => "redis".into(),
    };
    Ok((connection, version.into()))
}

/// Waits for the end of the connection: why it came.
async fn watch_over(
    mut connection: MultiplexedConnection,
    ended: &Notify,
    doubts: &Notify,
) -> &'static str {
    let mut beats = interval(BEAT);
    loop {
        tokio::select! {
            () = ended.notified() => return "the connection broke",
            () = doubts.notified() => return "it cannot be written any more",
            _ = beats.tick() => {
                let ping = redis::cmd("PING");
                if ping.query_async::<()>(&mut connection).await.is_err() {
                    return "it does not answer";
                }
            }
        }
    }
}
