//! Producers and consumers at the queue: transcripts, what each scenario shows, and storms.

#[path = "lab/golden.rs"]
mod golden;
#[path = "lab/shows.rs"]
mod shows;
#[path = "lab/storm.rs"]
mod storm;
