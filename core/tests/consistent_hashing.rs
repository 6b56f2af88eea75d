//! Consistent hashing: positions and transcripts that stay for ever, a ring that equals a naive one,
//! loads as the theory says, and a lab in which whatever a reader does, no key gets lost.

#[path = "consistent_hashing/balance.rs"]
mod balance;
#[path = "consistent_hashing/coarse.rs"]
mod coarse;
#[path = "consistent_hashing/golden.rs"]
mod golden;
#[path = "consistent_hashing/lab.rs"]
mod lab;
#[cfg(not(target_arch = "wasm32"))]
#[path = "consistent_hashing/naive.rs"]
mod naive;
#[path = "consistent_hashing/ring.rs"]
mod ring;
#[cfg(not(target_arch = "wasm32"))]
#[path = "consistent_hashing/ring_properties.rs"]
mod ring_properties;
