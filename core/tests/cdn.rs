//! Content delivery: the rules of a cache, sentence by sentence of their RFCs.

#[path = "cdn/caching.rs"]
mod caching;
#[path = "cdn/places.rs"]
mod places;
