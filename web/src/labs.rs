//! The only registry of labs: each is one line in every `match` here.

pub mod blocking_queue;
pub mod cdn;
pub mod chat;
pub mod consistent_hashing;
pub mod multi_threading;
mod on_demand;
pub mod two_phase_commit;
pub mod unique_id;
pub mod websocket;

use crate::components::Goal;
use crate::routes::Route;
use on_demand::{Loading, NotLoaded, OnDemand, Part, View, soon};
#[cfg(not(debug_assertions))]
use wasm_split_helpers::wasm_split;
use yew::prelude::*;

/// The labs that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lab {
    /// Doing work side by side, and racing.
    MultiThreading,
    /// Producers wait when it is full, consumers when it is empty.
    BlockingQueue,
    /// A connection that stays open, byte by byte.
    WebSocket,
    /// Many people, one conversation.
    Chat,
    /// All participants commit, or none does.
    TwoPhaseCommit,
    /// IDs without a central counter.
    UniqueId,
    /// Keep a copy near the reader.
    Cdn,
    /// Move few keys when shards come and go.
    ConsistentHashing,
}

impl Lab {
    /// All of them, in reading order.
    pub const ALL: &[Lab] = &[
        Lab::MultiThreading,
        Lab::BlockingQueue,
        Lab::WebSocket,
        Lab::Chat,
        Lab::TwoPhaseCommit,
        Lab::UniqueId,
        Lab::Cdn,
        Lab::ConsistentHashing,
    ];

    /// The one name of the lab, as in the names of its files.
    pub fn name(self) -> &'static str {
        match self {
            Lab::MultiThreading => "multi_threading",
            Lab::BlockingQueue => "blocking_queue",
            Lab::WebSocket => "websocket",
            Lab::Chat => "chat",
            Lab::TwoPhaseCommit => "two_phase_commit",
            Lab::UniqueId => "unique_id",
            Lab::Cdn => "cdn",
            Lab::ConsistentHashing => "consistent_hashing",
        }
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Lab::MultiThreading => "Threads",
            Lab::BlockingQueue => "Blocking queue",
            Lab::WebSocket => "WebSockets",
            Lab::Chat => "Chat",
            Lab::TwoPhaseCommit => "Two-phase commit",
            Lab::UniqueId => "Unique IDs",
            Lab::Cdn => "Content delivery",
            Lab::ConsistentHashing => "Consistent hashing",
        }
    }

    /// Its idea in one sentence.
    pub fn idea(self) -> &'static str {
        match self {
            Lab::MultiThreading => {
                "Do work side by side, and see what goes wrong when memory is shared."
            }
            Lab::BlockingQueue => "Producers wait when it is full, consumers when it is empty.",
            Lab::WebSocket => "A connection that stays open, byte by byte.",
            Lab::Chat => "Many people, one conversation: in order, once each, nothing lost.",
            Lab::TwoPhaseCommit => {
                "All commit or none do, although each of them may die at any moment."
            }
            Lab::UniqueId => "IDs without a central counter, and in order.",
            Lab::Cdn => "Keep a copy near the reader, and know when it may be served.",
            Lab::ConsistentHashing => "Move few keys when shards come and go.",
        }
    }

    /// Its address.
    pub fn route(self) -> Route {
        match self {
            Lab::MultiThreading => Route::MultiThreading,
            Lab::BlockingQueue => Route::BlockingQueue,
            Lab::WebSocket => Route::WebSocket,
            Lab::Chat => Route::Chat,
            Lab::TwoPhaseCommit => Route::TwoPhaseCommit,
            Lab::UniqueId => Route::UniqueId,
            Lab::Cdn => Route::Cdn,
            Lab::ConsistentHashing => Route::ConsistentHashing,
        }
    }

    /// What there is to achieve in it.
    pub fn goals(self) -> &'static [Goal] {
        match self {
            Lab::MultiThreading => multi_threading::GOALS,
            Lab::BlockingQueue => blocking_queue::GOALS,
            Lab::WebSocket => websocket::GOALS,
            Lab::Chat => chat::GOALS,
            Lab::TwoPhaseCommit => two_phase_commit::GOALS,
            Lab::UniqueId => unique_id::GOALS,
            Lab::Cdn => cdn::GOALS,
            Lab::ConsistentHashing => consistent_hashing::GOALS,
        }
    }

    /// A moving picture of it for the front door.
    pub fn miniature(self) -> Html {
        html! { <OnDemand key={self.name()} lab={self} part={Part::Miniature} /> }
    }

    /// The lab itself.
    pub fn page(self) -> Html {
        html! { <OnDemand key={self.name()} lab={self} part={Part::Page} /> }
    }

    /// Loads a view of it, with everything that only this view needs.
    fn load(self, part: Part) -> Loading {
        match (self, part) {
            (Lab::MultiThreading, Part::Page) => soon(multi_threading()),
            (Lab::MultiThreading, Part::Miniature) => soon(multi_threading_miniature()),
            (Lab::BlockingQueue, Part::Page) => soon(blocking_queue()),
            (Lab::BlockingQueue, Part::Miniature) => soon(blocking_queue_miniature()),
            (Lab::WebSocket, Part::Page) => soon(websocket()),
            (Lab::WebSocket, Part::Miniature) => soon(websocket_miniature()),
            (Lab::Chat, Part::Page) => soon(chat()),
            (Lab::Chat, Part::Miniature) => soon(chat_miniature()),
            (Lab::TwoPhaseCommit, Part::Page) => soon(two_phase_commit()),
            (Lab::TwoPhaseCommit, Part::Miniature) => soon(two_phase_commit_miniature()),
            (Lab::UniqueId, Part::Page) => soon(unique_id()),
            (Lab::UniqueId, Part::Miniature) => soon(unique_id_miniature()),
            (Lab::Cdn, Part::Page) => soon(cdn()),
            (Lab::Cdn, Part::Miniature) => soon(cdn_miniature()),
            (Lab::ConsistentHashing, Part::Page) => soon(consistent_hashing()),
            (Lab::ConsistentHashing, Part::Miniature) => soon(consistent_hashing_miniature()),
        }
    }
}

// Here the labs are cut off the page: each of these is called once its view is loaded.

#[cfg_attr(not(debug_assertions), wasm_split(multi_threading, fallible))]
fn multi_threading() -> Result<View, NotLoaded> {
    Ok(|| html! { <multi_threading::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(multi_threading_miniature, fallible))]
fn multi_threading_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <multi_threading::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(blocking_queue, fallible))]
fn blocking_queue() -> Result<View, NotLoaded> {
    Ok(|| html! { <blocking_queue::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(blocking_queue_miniature, fallible))]
fn blocking_queue_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <blocking_queue::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(websocket, fallible))]
fn websocket() -> Result<View, NotLoaded> {
    Ok(|| html! { <websocket::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(websocket_miniature, fallible))]
fn websocket_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <websocket::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(chat, fallible))]
fn chat() -> Result<View, NotLoaded> {
    Ok(|| html! { <chat::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(chat_miniature, fallible))]
fn chat_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <chat::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(two_phase_commit, fallible))]
fn two_phase_commit() -> Result<View, NotLoaded> {
    Ok(|| html! { <two_phase_commit::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(two_phase_commit_miniature, fallible))]
fn two_phase_commit_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <two_phase_commit::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(unique_id, fallible))]
fn unique_id() -> Result<View, NotLoaded> {
    Ok(|| html! { <unique_id::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(unique_id_miniature, fallible))]
fn unique_id_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <unique_id::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(cdn, fallible))]
fn cdn() -> Result<View, NotLoaded> {
    Ok(|| html! { <cdn::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(cdn_miniature, fallible))]
fn cdn_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <cdn::Miniature /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(consistent_hashing, fallible))]
fn consistent_hashing() -> Result<View, NotLoaded> {
    Ok(|| html! { <consistent_hashing::Page /> })
}

#[cfg_attr(not(debug_assertions), wasm_split(consistent_hashing_miniature, fallible))]
fn consistent_hashing_miniature() -> Result<View, NotLoaded> {
    Ok(|| html! { <consistent_hashing::Miniature /> })
}
