//! Content delivery: keep a copy near the reader, and know when it may be served.
//!
//! - [`caching`]: the rules of an HTTP cache (RFC 9111)
//! - [`eviction`]: what a full cache keeps
//! - [`workload`], [`race`]: what readers ask for, and which policy serves them best
//! - [`flights`]: many misses, one request to the origin
//! - [`shields`]: which shield an edge asks, and whom instead if it is dead
//! - [`purge_log`], [`contact`]: purges that reach every machine, and what a machine does that may have missed some
//! - [`places`], [`world`]: cities, how far they are from each other, and the map
//! - [`lab`]: readers, edges, a shield and an origin, as a [`Simulation`](crate::sim::Simulation)
//! - [`scenarios`]: runs worth seeing
//! - [`wire`]: what the server and the page tell each other

pub mod caching;
pub mod contact;
pub mod eviction;
pub mod flights;
pub mod lab;
pub mod places;
pub mod purge_log;
pub mod race;
pub mod scenarios;
pub mod shields;
pub mod wire;
pub mod workload;
pub mod world;

pub use lab::{Action, Event, Frame, Lab, Scenario};
