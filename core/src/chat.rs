//! A chat that loses nothing: many people, one conversation, over connections that break.
//!
//! Everything here is sans-IO: inputs and the time go in, ordered effects come out. The server drives
//! [`Gate`] (one a connection), [`Channel`] (one a room) and [`People`] (one); the page drives
//! [`Client`] on the live socket; the lab drives all of them over a simulated network.
//!
//! How each promise is kept:
//!
//! | promise | means |
//! | --- | --- |
//! | in order, none twice, none missing | a sequence number a channel, given by its one owner; a reader takes exactly the next one, drops what it has, and asks again for what is missing (as Kafka's offsets) |
//! | a retry never doubles | an idempotency key, (sender, id), remembered over a window that is rebuilt from the store; at-least-once sending and deduplication make exactly-once storing (as Kafka's idempotent producer, Matrix's transaction ids, Stripe's idempotency keys) |
//! | what is acknowledged is stored | [`Effect::Store`] is durable before anything that follows it: write-ahead, then broadcast, then acknowledge |
//! | resume, or an honest no | a [`Position`](wire::Position) is an epoch and a sequence number; the epoch names the store, so that a position in a lost history is never mistaken for one in this (as Centrifugo's stream positions and the epochs of replicated logs) |
//! | nobody is online who is not | presence is derived from the sessions there are, never stored; a restart begins with none |
//! | one slow reader hurts nobody | what is sent to everybody is one value; a reader that cannot keep up is cut with a code that says so, and resumes |
//!
//! A *channel* is what has members, sequence numbers, history and idempotent sends. A room is a channel
//! that anybody may join; a person's *inbox*, named `@` and the person's name, is one that only that
//! person's tabs are in. A private message is stored in the receiver's inbox and in the sender's.
//!
//! # Many servers
//!
//! One server keeps the order of its channels by itself ([`Channel::recover`], [`People::recover`]). Many
//! leave it to a log that they share, and follow it ([`Channel::follow`], [`People::follow`]): the promises
//! stay, and what keeps them moves.
//!
//! | promise | with many servers |
//! | --- | --- |
//! | in order, none twice, none missing | the log gives the number, in one step, to whichever server asks; a publication may be lost, late or double, so each server is a reader of the log and takes exactly the next |
//! | a retry never doubles | the log remembers who said what under which id, so the retry may come by another server |
//! | what is acknowledged is stored | it is in the log, and the server has it in its place; how durable that is, is the log's affair: see the server's settings |
//! | resume, or an honest no | a position is worth the same at every server; one that has heard less waits until it has heard as much. If the log loses its tail it begins another epoch, as soon as a server has seen more than it has |
//! | nobody is online who is not | each server keeps a register of its own people that expires with it, and tells what changes; a version says which of both is newer |
//! | one slow reader hurts nobody | as with one server |
//!
//! [`SharedOrder`] is what the log has to do, as a value that can be run; a real one is a script in a
//! database that all servers reach.
//!
//! [`wire`] documents the protocol so that a stranger can write a client.
//!
//! What is simplified: who a person is, is decided by a secret that the browser keeps, not by an
//! account; the order of many servers is kept in one place, so there is no consensus about it, and nothing
//! is said while that place is away; limits on tabs and members are per server; nothing is encrypted end to
//! end.

mod bucket;
mod channel;
mod check;
mod client;
mod effect;
mod farewell;
mod gate;
mod lab;
mod names;
mod node;
mod people;
mod refusal;
pub mod scenarios;
mod server;
mod settings;
mod shared;
mod stream;
mod tab;
pub mod wire;

pub use bucket::Bucket;
pub use channel::{Channel, ChannelInput, Recovered};
pub use check::{Check, CheckAction, CheckModel, CheckState, CheckTab};
pub use client::{
    Client, ClientInput, ClientOutput, Connection, Line, Membership, Outgoing, Patience, Saved,
    ThreadView, Tick, Trace,
};
pub use effect::{Clock, Effect, Read, SessionId};
pub use farewell::{Farewell, Retry};
pub use gate::{Gate, Route};
pub use lab::{
    Action, ChannelView, FlightView, Frame, Happened, Hop, LOBBY, Lab, LossView, Path, Scenario,
    ServerView, SessionView, TabView, Totals,
};
pub use names::{folded, inbox_of, owner_of};
pub use node::{
    Body, ChatConfig, ChatNode, Command, Event, LinkId, Packet, Record, SERVER, Timer, Transport,
};
pub use people::{Claim, People, PeopleEffect, PeopleInput};
pub use refusal::{Denial, Refusal};
pub use server::{ChatServer, ServerConfig};
pub use settings::{Limits, Rate, Settings, Without};
pub use shared::{
    Bounds, Passing, Placed, Published, ServerId, SharedOrder, Submission, Submitted,
};
pub use tab::{Tab, TabConfig};
