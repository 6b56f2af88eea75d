//! Consistent hashing: positions and transcripts that stay for ever, a ring that equals a naive one,
//! loads as the theory says, and a lab in which whatever a reader does, no key gets lost.

#[path = "consistent_hashing/anchor.rs"]
mod anchor;
#[path = "consistent_hashing/balance.rs"]
mod balance;
#[path = "consistent_hashing/bounded.rs"]
mod bounded;
#[cfg(not(target_arch = "wasm32"))]
#[path = "consistent_hashing/bounded_properties.rs"]
mod bounded_properties;
#[path = "consistent_hashing/coarse.rs"]
mod coarse;
#[path = "consistent_hashing/experiment.rs"]
mod experiment;
#[path = "consistent_hashing/golden.rs"]
mod golden;
#[path = "consistent_hashing/jump.rs"]
mod jump;
#[path = "consistent_hashing/lab.rs"]
mod lab;
#[path = "consistent_hashing/maglev.rs"]
mod maglev;
#[path = "consistent_hashing/multi_probe.rs"]
mod multi_probe;
#[cfg(not(target_arch = "wasm32"))]
#[path = "consistent_hashing/naive.rs"]
mod naive;
#[path = "consistent_hashing/papers.rs"]
mod papers;
#[cfg(not(target_arch = "wasm32"))]
#[path = "consistent_hashing/placement_properties.rs"]
mod placement_properties;
#[path = "consistent_hashing/rendezvous.rs"]
mod rendezvous;
#[path = "consistent_hashing/replicas.rs"]
mod replicas;
#[path = "consistent_hashing/ring.rs"]
mod ring;
#[cfg(not(target_arch = "wasm32"))]
#[path = "consistent_hashing/ring_properties.rs"]
mod ring_properties;
#[path = "consistent_hashing/table.rs"]
mod table;
