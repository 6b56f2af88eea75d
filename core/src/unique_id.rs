//! Unique IDs without a counter that everybody has to ask.
//!
//! - [`snowflake`]: 64 bits of time, worker and sequence, and the generators that make them
//! - [`lease`]: who may use a worker's number, and until when
//! - [`lab`]: workers, their clocks and the registry as a simulation, and [`scenarios`] worth seeing
//! - [`kinds`]: the other keys that a table may have, and what each of them gives away
//! - [`anatomy`]: what an ID found somewhere says about itself
//! - [`wire`]: what the real service, the blog and the insert race tell the page
//! - [`bplus_tree`]: an index that counts what a storage engine feels
//! - [`arrivals`]: in which order keys come to it
//! - [`shelf`]: two small trees side by side, as a [`Simulation`](crate::sim::Simulation)
//! - [`million`]: a million rows in different orders

pub mod anatomy;
pub mod arrivals;
pub mod bplus_tree;
mod check;
pub mod kinds;
pub mod lab;
pub mod lease;
pub mod million;
pub mod scenarios;
pub mod shelf;
pub mod snowflake;
pub mod wire;

pub use check::{
    Check, CheckAction, CheckModel, CheckSearch, CheckState, Finding, FindingVerdict, LAST_MS,
    Request,
};
