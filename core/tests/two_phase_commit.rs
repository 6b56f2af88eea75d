//! Two-phase commit: what it costs, what it survives, and what each mistake breaks.

#[path = "two_phase_commit/check.rs"]
mod check;
#[path = "two_phase_commit/checkpoints.rs"]
mod checkpoints;
#[path = "two_phase_commit/costs.rs"]
mod costs;
#[path = "two_phase_commit/golden.rs"]
mod golden;
#[path = "two_phase_commit/live.rs"]
mod live;
#[path = "two_phase_commit/sharp.rs"]
mod sharp;
#[path = "two_phase_commit/shows.rs"]
mod shows;
#[path = "two_phase_commit/storm.rs"]
mod storm;
#[path = "two_phase_commit/weather.rs"]
mod weather;
