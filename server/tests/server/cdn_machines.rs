//! Edges and shields as processes of their own: real ones, before an origin that counts, some of them killed.

mod dying;
mod flags;
mod hops;
mod net;
mod owners;
mod purging;
