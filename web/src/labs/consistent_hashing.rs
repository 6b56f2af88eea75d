//! The lab of consistent hashing: a ring of shards that can be dragged.

mod console;
mod counters;
mod figure;
mod geometry;
mod goals;
mod page;
mod painter;
mod story;
mod words;

pub use goals::GOALS;
pub use page::{Miniature, Page};
