//! WebSockets byte by byte: RFC 6455 as a library without I/O, which the server runs and the page animates.
//!
//! - [`handshake`]: the opening, from a random key to the answer that proves it was understood
//! - [`Frame`], [`encode_header`], [`mask`]: how frames are written
//! - [`Decoder`]: how they are read, as they arrive, in place
//! - [`DecodeError`], [`CloseCode`]: every rule that can be broken, and what it deserves
//! - [`Endpoint`]: one side of an open connection: messages, pongs, the closing handshake
//! - [`EchoServer`], [`predict`]: what the server does with what it gets
//! - [`annotate`]: bytes explained, bit by bit
//! - [`lab`]: a client and a server on a wire that shows every byte, as a [`Simulation`](crate::sim::Simulation)
//! - [`scenarios`]: runs worth seeing
//! - [`wire`]: what the page and the server tell each other about a connection that is watched
//!
//! What is left out: extensions. None is offered and none agreed to, so reserved bits are errors.

pub mod annotate;
mod close;
mod decoder;
mod echo;
mod endpoint;
mod error;
mod frame;
pub mod handshake;
mod header;
pub mod lab;
mod mask;
mod predict;
pub mod scenarios;
mod utf8;
pub mod wire;

pub use close::{CloseCode, close_payload, read_close_payload};
pub use decoder::{Decoder, Limits};
pub use echo::{Answer, EchoServer};
pub use endpoint::{Endpoint, Event, SendError, State};
pub use error::DecodeError;
pub use frame::{Frame, HeaderBytes, Opcode, Role, encode_header};
pub use lab::{Action, Happened, Lab, Scenario};
pub use mask::mask;
pub use predict::{ECHO_LIMITS, Prediction, predict, predict_connection};

/// The most bytes that a close, ping or pong may carry (RFC 6455, section 5.5).
pub const MOST_CONTROL_BYTES: usize = 125;
/// The most bytes of the reason in a close frame: the code takes two.
pub const MOST_REASON_BYTES: usize = MOST_CONTROL_BYTES - 2;
