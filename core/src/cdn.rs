//! Content delivery: keep a copy near the reader, and know when it may be served.
//!
//! - [`caching`]: the rules of an HTTP cache (RFC 9111) as functions over plain data

pub mod caching;
pub mod eviction;
pub mod flights;
pub mod wire;
