//! Content delivery: the rules of a cache, sentence by sentence of their RFCs; what a cache keeps, and why; and the
//! world of edges.

#[path = "cdn/caching.rs"]
mod caching;
#[path = "cdn/eviction.rs"]
mod eviction;
#[cfg(not(target_arch = "wasm32"))]
#[path = "cdn/eviction_properties.rs"]
mod eviction_properties;
#[path = "cdn/lab.rs"]
mod lab;
#[cfg(not(target_arch = "wasm32"))]
#[path = "cdn/naive.rs"]
mod naive;
#[path = "cdn/papers.rs"]
mod papers;
#[path = "cdn/places.rs"]
mod places;
#[path = "cdn/race.rs"]
mod race;
#[path = "cdn/workload.rs"]
mod workload;
