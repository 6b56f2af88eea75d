//! Content delivery: keep a copy near the reader, and know when it may be served.

pub mod eviction;
pub mod flights;
pub mod wire;
