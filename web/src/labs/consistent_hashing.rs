//! The lab of consistent hashing: a ring of shards that can be dragged.

mod console;
mod counters;
mod data;
mod evidence;
mod figure;
mod geometry;
mod goals;
mod lookup;
mod page;
mod painter;
mod setup;
mod story;
mod take_home;
mod words;

pub use goals::GOALS;
pub use page::{Miniature, Page};
