//! Content delivery, as readers meet it: real edges before an origin that does what a test wants.

mod answers;
mod api;
mod collapsing;
mod disk;
mod failing;
mod pieces;
mod safety;
mod site;
mod streaming;
pub(crate) mod world;
