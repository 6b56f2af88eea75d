//! What a visitor does in the lab of unique IDs.

#[path = "unique_id/bits.rs"]
mod bits;
#[path = "unique_id/blog.rs"]
mod blog;
#[path = "unique_id/lead.rs"]
mod lead;
#[path = "unique_id/live.rs"]
mod live;
#[path = "unique_id/race.rs"]
mod race;
#[path = "unique_id/shelf.rs"]
mod shelf;
#[path = "unique_id/steps.rs"]
mod steps;
