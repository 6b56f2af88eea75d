//! The workers, their clocks and the registry: transcripts, what each scenario shows, storms, and every run
//! there is of leasing.

#[path = "lab/check.rs"]
mod check;
#[path = "lab/golden.rs"]
mod golden;
#[path = "lab/shows.rs"]
mod shows;
#[path = "lab/storm.rs"]
mod storm;
