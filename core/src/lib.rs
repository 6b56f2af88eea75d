//! The ideas behind large systems as pure state machines: no I/O, no clock, no ambient randomness.
//!
//! Every lab is a module of its own, in reading order below; [`sim`] is the kernel they share.
//! The same code runs in the page (WebAssembly) and in the server (native), and gives the same
//! results in both: state changes use integers, or only those floating-point operations that
//! IEEE 754 defines to the last bit.

mod civil;
pub mod shared_memory;
pub mod sim;

// The labs, in reading order.
pub mod multi_threading;

pub mod blocking_queue;

pub mod websocket;

pub mod chat;

pub mod two_phase_commit;

pub mod unique_id;

pub mod cdn;

pub mod consistent_hashing;
