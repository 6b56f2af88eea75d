//! The real things behind the labs, over HTTP and WebSockets, and the page itself.
//!
//! [`app()`] is everything that answers; [`serve`](serve::serve) puts it on a socket, and the executable
//! only reads its flags and calls both.

#![forbid(unsafe_code)]

mod announcing;
pub mod app;
mod blocking_queue;
pub mod cdn;
pub mod chat;
pub mod closing;
pub mod connections;
mod consistent_hashing;
pub mod driver;
mod guard;
mod health;
mod lines;
pub mod log;
mod metrics;
mod multi_threading;
mod origin;
pub mod page;
pub mod presence;
pub mod problem;
pub mod redis_link;
pub mod runs;
mod security;
pub mod serve;
pub mod start;
pub mod two_phase_commit;
pub mod unique_id;
pub mod websocket;

pub use app::{Config, app};
pub use health::ask_health;
pub use multi_threading::count_primes;
