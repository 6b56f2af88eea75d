//! Unique IDs: layouts as their services publish them, generators that never repeat themselves whatever their clock
//! does, keys of every kind beside their crates, what an ID found somewhere says, and the index that IDs are put into.

#[path = "unique_id/anatomy.rs"]
mod anatomy;
#[cfg(not(target_arch = "wasm32"))]
#[path = "unique_id/anatomy_properties.rs"]
mod anatomy_properties;
#[path = "unique_id/arrivals.rs"]
mod arrivals;
#[path = "unique_id/gate.rs"]
mod gate;
#[path = "unique_id/generator.rs"]
mod generator;
#[cfg(not(target_arch = "wasm32"))]
#[path = "unique_id/generator_properties.rs"]
mod generator_properties;
#[path = "unique_id/id.rs"]
mod id;
#[path = "unique_id/kinds.rs"]
mod kinds;
#[path = "unique_id/lab.rs"]
mod lab;
#[path = "unique_id/layout.rs"]
mod layout;
#[path = "unique_id/lease.rs"]
mod lease;
#[path = "unique_id/million.rs"]
mod million;
#[cfg(not(target_arch = "wasm32"))]
#[path = "unique_id/peers.rs"]
mod peers;
#[cfg(not(target_arch = "wasm32"))]
#[path = "unique_id/postgresql.rs"]
mod postgresql;
#[path = "unique_id/shared.rs"]
mod shared;
#[path = "unique_id/shelf.rs"]
mod shelf;
#[cfg(not(target_arch = "wasm32"))]
#[path = "unique_id/threads.rs"]
mod threads;
#[path = "unique_id/tree.rs"]
mod tree;
#[cfg(not(target_arch = "wasm32"))]
#[path = "unique_id/tree_properties.rs"]
mod tree_properties;
#[path = "unique_id/wire.rs"]
mod wire;
