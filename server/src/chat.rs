//! The lab of the chat: rooms, private messages, history and resume, over WebSockets that break.
//!
//! The rules are the core's ([`playground_core::chat`]); here are sockets, tasks and a disk:
//!
//! ```text
//!  connection ──▶ room (a task each) ──▶ store's writer: everything that waits in one forced write
//!      │                │    ▲                 │
//!      │                │    └─── durable ─────┘
//!      │                ▼
//!      │           the room's window: each frame encoded once ◀── every member reads it at its own pace
//!      └────────▶ people (one task): names, presence, inboxes
//! ```
//!
//! Nobody waits for a connection: a room writes into its window and wakes its members, and what is for one of them
//! lies in a bounded queue. Whoever falls out of the window, or lets the queue fill, is cut with a code that says so,
//! and resumes from its position.
//!
//! By itself a server owns all rooms, and keeps their history in a file. Told of a Redis, it shares them with every
//! other server that is told of the same (`shared.rs`): the order of a room is then given there, and the rooms here
//! follow it.

mod api;
mod beats;
mod connection;
mod effects;
mod frames;
mod history;
mod hub;
mod line;
mod people;
mod room;
mod rooms;
mod server_name;
mod shared;
mod store;
mod window;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use playground_core::chat::{Farewell, Settings};
use playground_core::websocket::{CloseCode, Limits, MOST_REASON_BYTES};
use thiserror::Error;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

pub(crate) use api::router;
use history::History;
use hub::Hub;
use rooms::Rooms;
pub use server_name::ServerName;
use shared::Shared;
#[doc(hidden)]
pub use shared::trial as shared_trial;
use store::{Keep, Store, StoreError};
use window::Extent;

use crate::app::AppState;
use crate::closing::Closing;
use crate::redis_link::RedisLink;
use crate::websocket::{Opened, Patience, Socket, Upgrade};

/// How long a server that starts waits for the Redis by which its chat is shared.
const FIRST_PATIENCE: Duration = Duration::from_secs(2);

/// How a chat is run.
#[derive(Clone, Debug)]
pub struct ChatConfig {
    /// The rules.
    pub settings: Settings,
    /// How many bytes of messages are kept, about; the largest room loses its oldest first.
    pub keep_bytes: u64,
    /// How much of what a room says is kept for members that lag, in bytes.
    pub window_bytes: usize,
    /// … and for how long.
    pub window_age: Duration,
    /// The beat at which clients are looked after: pinged if they are silent, and cut after three in vain.
    pub beat: Duration,
    /// The Redis by which the chat is shared with other servers; none if it is this server's alone.
    pub redis: Option<RedisLink>,
    /// What the server is called; nobody is told, if it has no name and shares nothing.
    pub server_name: Option<ServerName>,
}

impl Default for ChatConfig {
    /// 256 MiB of history; of every room 2 MiB and 15 s for members that lag, and 1 MiB for those that resume; a
    /// beat of 5 s. Not shared.
    fn default() -> Self {
        ChatConfig {
            settings: Settings { window_bytes: 1 << 20, ..Settings::default() },
            keep_bytes: 256 << 20,
            window_bytes: 2 << 20,
            window_age: Duration::from_secs(15),
            beat: Duration::from_secs(5),
            redis: None,
            server_name: None,
        }
    }
}

/// The chat of a server. Clones are the same.
#[derive(Clone, Debug)]
pub struct Chat(Arc<Result<Arc<Hub>, Away>>);

/// Why there is no chat.
#[derive(Debug, Error)]
enum Away {
    #[error("This server runs no chat.")]
    NotRun,
    #[error("The chat cannot run: {0}.")]
    NoStore(#[from] StoreError),
    #[error("The history cannot be read at the moment; the server's log says why.")]
    Unreadable,
}

impl Chat {
    /// Starts the chat whose history is in this folder. If it cannot be opened, the chat refuses everybody with
    /// the reason; a server is more than its chat. `closing` must be the one in the application's
    /// configuration. Must be called within a tokio runtime.
    pub async fn start(folder: &Path, config: ChatConfig, closing: Closing) -> Self {
        let started = start(folder, config, closing).await;
        if let Err(away) = &started {
            tracing::error!("{away}");
        }
        Chat(Arc::new(started))
    }

    /// Makes durable what waits, and closes the store.
    pub async fn stop(&self) {
        if let Ok(hub) = self.hub() {
            hub.history.close().await;
        }
    }

    fn hub(&self) -> Result<&Arc<Hub>, &Away> {
        self.0.as_ref().as_ref()
    }
}

async fn start(folder: &Path, config: ChatConfig, closing: Closing) -> Result<Arc<Hub>, Away> {
    let ChatConfig { settings, keep_bytes, window_bytes, window_age, beat, redis, server_name } =
        config;
    let settings = Arc::new(settings);
    let extent = Extent { bytes: window_bytes, age: window_age };
    let (people, asks) = unbounded_channel();
    let (history, rooms) = match redis {
        Some(link) => {
            let name = server_name.clone().unwrap_or_default();
            let shared = Shared::start(link, settings.clone(), &name.0);
            // Whoever comes first need not be refused. If it takes longer, the server is there without it.
            let mut works = shared.watch();
            let _ = timeout(FIRST_PATIENCE, works.wait_for(|works| *works)).await;
            (History::Shared(shared), Rooms::default())
        }
        None => {
            let store = Store::open(folder, Keep { bytes: keep_bytes })?;
            let channels = store.channels().await?;
            let rooms = Rooms::new(channels.into_iter().map(|(name, _, last)| (name, last)));
            (History::Own(store), rooms)
        }
    };
    let hub = Arc::new(Hub::new(settings, history, server_name, extent, rooms, people));
    tokio::spawn(people::run(hub.clone(), asks));
    let beating = hub.clone();
    tokio::spawn(async move { beating.beats.run(beat, closing).await });
    tokio::spawn(hub.clone().tell_of_the_bus());
    Ok(hub)
}

/// `/ws/chat`.
pub(crate) async fn connect(State(state): State<AppState>, upgrade: Upgrade) -> Response {
    upgrade.on_open(async move |opened| match state.chat().map_or(Err(&Away::NotRun), Chat::hub) {
        Ok(hub) => {
            let hub = hub.clone();
            // Not kept by every connection.
            drop(state);
            connection::converse(opened, hub).await;
        }
        Err(away) => refuse(opened, &away.to_string()).await,
    })
}

/// Says why there is no chat where a page can read it: in a close frame.
async fn refuse(opened: Opened, reason: &str) {
    let end = reason.floor_char_boundary(MOST_REASON_BYTES);
    let code = CloseCode(Farewell::TryAgainLater.code());
    let mut socket = Socket::new(opened, Limits::default(), Patience::default(), None);
    socket.close(code, &reason[..end]);
    socket.part().await;
}
