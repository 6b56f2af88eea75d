//! Doing work side by side: primes counted three ways as a crate counts them, pieces that cover every number once, a
//! race's picture and its prediction, and the laws of speed-up. And racing: tiny programs scheduled by hand, by a seed,
//! and in every way there is.

#[path = "multi_threading/check.rs"]
mod check;
#[path = "multi_threading/golden.rs"]
mod golden;
#[path = "multi_threading/many.rs"]
mod many;
#[path = "multi_threading/naive.rs"]
mod naive;
#[path = "multi_threading/primes.rs"]
mod primes;
#[cfg(not(target_arch = "wasm32"))]
#[path = "multi_threading/primes_properties.rs"]
mod primes_properties;
#[path = "multi_threading/programs.rs"]
mod programs;
#[path = "multi_threading/race.rs"]
mod race;
#[path = "multi_threading/schedule.rs"]
mod schedule;
#[path = "multi_threading/shows.rs"]
mod shows;
#[path = "multi_threading/speedup.rs"]
mod speedup;
#[path = "multi_threading/split.rs"]
mod split;
#[path = "multi_threading/storm.rs"]
mod storm;
#[path = "multi_threading/wire.rs"]
mod wire;
#[path = "multi_threading/worker.rs"]
mod worker;
