//! What a driver needs of the world around it.

use playground_core::sim::{ClusterEvent, Flight, Machine, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A machine that can be driven: its types travel between threads and processes.
pub trait Driven:
    Machine<
        Command: Send,
        Message: Send + Serialize + DeserializeOwned + 'static,
        Timer: Send,
        Record: Send + Serialize + DeserializeOwned + 'static,
        Event: Send,
    > + Send
    + 'static
{
}

impl<M> Driven for M where
    M: Machine<
            Command: Send,
            Message: Send + Serialize + DeserializeOwned + 'static,
            Timer: Send,
            Record: Send + Serialize + DeserializeOwned + 'static,
            Event: Send,
        > + Send
        + 'static
{
}

/// Carries messages to other nodes. They may get lost, come twice or late; the protocol must cope.
pub trait Transport<Message>: Send {
    /// Sends a message without waiting.
    fn send(&self, flight: Flight<Message>);

    /// Returns once every message sent so far has been received or is lost, within a second or so.
    fn flushed(&self) -> impl Future<Output = ()> + Send;
}

/// Hears of everything that happens to a node, on the driver's own time: it must be quick.
///
/// [`ClusterEvent::Appended`] is told when the record is in the log (which may be before an earlier output is
/// carried out), [`ClusterEvent::Forced`] when all the records told so far are durable, the others when they
/// happen. The transport's losses are not known here; see [`Peers`](super::peers::Peers).
pub trait Observer<M: Machine>: Send {
    /// Something happened.
    fn saw(&self, now: Time, event: &ClusterEvent<M>);

    /// Whether anybody wants to know. If not, only [`ClusterEvent::Reported`] is told.
    fn is_curious(&self) -> bool {
        true
    }
}

impl<M: Machine, F: Fn(Time, &ClusterEvent<M>) + Send> Observer<M> for F {
    fn saw(&self, now: Time, event: &ClusterEvent<M>) {
        self(now, event);
    }
}
