//! A queue that makes producers wait when it is full, and consumers when it is empty.
//!
//! - [`QueueCore`]: the queue and its wait sets, without a lock and without threads
//! - [`lab`]: producers and consumers at it as a simulation, and [`scenarios`] worth seeing
//! - [`check`]: every run there is of a small one, right or with a mistake
//! - [`measures`]: throughput, waiting times and Little's law, modelled or measured
//! - [`console`]: the classical command line
//! - [`shared`]: the queue in words that several threads share, natively and in the browser
//! - [`team`]: producers and consumers that really run and really wait at it
//! - [`wire`]: what the server and the page tell each other about queues that really run

pub mod check;
pub mod console;
pub mod lab;
pub mod measures;
mod queue_core;
pub mod scenarios;
pub mod shared;
pub mod team;
pub mod wire;

pub use queue_core::{Closing, Displaced, Offered, Order, Polled, QueueCore, Who};
