//! A queue that makes producers wait when it is full, and consumers when it is empty.
//!
//! - [`QueueCore`]: the queue and its wait sets, without a lock and without threads
//! - `textbook` and `fast`, natively: the queue for threads that really wait, with a lock and almost without
//! - [`error`]: why an item could not be put or taken
//! - [`lab`]: producers and consumers at it as a simulation, and [`scenarios`] worth seeing
//! - [`check`]: every run there is of a small one, right or with a mistake
//! - [`measures`]: throughput, waiting times and Little's law, modelled or measured
//! - [`console`]: the classical command line
//! - [`shared`]: the queue in words that several threads share, natively and in the browser
//! - [`team`]: producers and consumers that really run and really wait at it
//! - [`wire`]: what the server and the page tell each other about queues that really run

pub mod check;
pub mod console;
pub mod error;
#[cfg(not(target_arch = "wasm32"))]
pub mod fast;
pub mod lab;
pub mod measures;
#[cfg(not(target_arch = "wasm32"))]
mod parked;
#[cfg(not(target_arch = "wasm32"))]
mod parking;
mod queue_core;
#[cfg(not(target_arch = "wasm32"))]
mod ring;
pub mod scenarios;
pub mod shared;
#[cfg(not(target_arch = "wasm32"))]
mod sync;
pub mod team;
#[cfg(not(target_arch = "wasm32"))]
pub mod textbook;
pub mod wire;

#[cfg(not(target_arch = "wasm32"))]
pub use parked::Parked;
pub use queue_core::{Closing, Displaced, Offered, Order, Polled, QueueCore, Who};
