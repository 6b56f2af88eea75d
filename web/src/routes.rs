//! The addresses of the page.

use yew_router::prelude::*;

/// Where a reader can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Routable)]
pub enum Route {
    /// The front door.
    #[at("/")]
    Home,
    /// The labs, in the order of [`Lab::ALL`](crate::labs::Lab::ALL).
    #[at("/labs/multi-threading")]
    MultiThreading,
    /// A waiting line.
    #[at("/labs/blocking-queue")]
    BlockingQueue,
    /// A connection, byte by byte.
    #[at("/labs/websocket")]
    WebSocket,
    /// Many people, one conversation.
    #[at("/labs/chat")]
    Chat,
    /// All or nothing.
    #[at("/labs/two-phase-commit")]
    TwoPhaseCommit,
    /// Nobody else’s number.
    #[at("/labs/unique-id")]
    UniqueId,
    /// A copy near the reader.
    #[at("/labs/cdn")]
    Cdn,
    /// Few keys move.
    #[at("/labs/consistent-hashing")]
    ConsistentHashing,
    /// Anything else.
    #[not_found]
    #[at("/404")]
    NotFound,
}
