//! The kernel's own proof, before any lab relies on it: values, faults, replay, travel and search.
//!
//! The same tests run natively and, with fewer seeds, in wasm.

#[path = "sim/cluster.rs"]
mod cluster;
#[path = "sim/explorer.rs"]
mod explorer;
#[path = "sim/fingerprints.rs"]
mod fingerprints;
#[path = "sim/heartbeats.rs"]
mod heartbeats;
#[path = "sim/log.rs"]
mod log;
#[path = "sim/models.rs"]
mod models;
#[path = "sim/network.rs"]
mod network;
#[path = "sim/parcels.rs"]
mod parcels;
#[path = "sim/parcels_proof.rs"]
mod parcels_proof;
#[path = "sim/parcels_run.rs"]
mod parcels_run;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sim/paxos_commit.rs"]
mod paxos_commit;
#[path = "sim/remembering.rs"]
mod remembering;
#[path = "sim/script.rs"]
mod script;
#[path = "sim/symmetry.rs"]
mod symmetry;
#[path = "sim/timeline.rs"]
mod timeline;
#[path = "sim/two_phase.rs"]
mod two_phase;
#[path = "sim/values.rs"]
mod values;
#[path = "sim/with_backup.rs"]
mod with_backup;
