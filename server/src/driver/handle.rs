//! The way to reach a machine that a driver runs.

use playground_core::sim::{Flight, Machine, Time};
use tokio::sync::{mpsc, oneshot};

use super::death::Arm;
use crate::log::writer::Progress;

pub(super) type Answer = Box<dyn FnOnce() + Send>;
type Look<M> = Box<dyn for<'a> FnOnce(View<'a, M>) -> Answer + Send>;

pub(super) enum Request<M: Machine> {
    Messages(Vec<Flight<M::Message>>),
    Command(M::Command),
    Inspect(Look<M>),
    Arm(Option<Arm<M>>),
    Stop,
}

/// A node, seen from inside.
#[derive(Debug)]
pub struct View<'a, M: Machine> {
    /// The machine. What it knows may not be durable yet, but whoever looks hears of it only once it is.
    pub machine: &'a M,
    /// The time.
    pub now: Time,
    /// The log; its size in bytes and the number of forced writes are what people like to see.
    pub log: Progress,
    /// How many outputs wait for the disk.
    pub outputs_waiting: usize,
}

/// The driver has ended, so the node is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node is down")]
pub struct Down;

/// Reaches a machine that a driver runs; clones reach the same one. When many are asking, they wait.
pub struct Handle<M: Machine>(pub(super) mpsc::Sender<Request<M>>);

impl<M: Machine> Clone for Handle<M> {
    fn clone(&self) -> Self {
        Handle(self.0.clone())
    }
}

impl<M: Machine> Handle<M> {
    /// Delivers messages, in this order.
    ///
    /// # Errors
    /// If the node is down.
    pub async fn deliver(&self, flights: Vec<Flight<M::Message>>) -> Result<(), Down> {
        self.ask(Request::Messages(flights)).await
    }

    /// Gives the machine a command. Its answer is an event that it reports.
    ///
    /// # Errors
    /// If the node is down.
    pub async fn command(&self, command: M::Command) -> Result<(), Down> {
        self.ask(Request::Command(command)).await
    }

    /// Looks at the machine. The answer comes once every forced record that the machine had asked for by then is
    /// durable, so that no crash makes it untrue, except for what the machine records lazily.
    ///
    /// # Errors
    /// If the node is down or dies first.
    pub async fn inspect<T: Send + 'static>(
        &self,
        look: impl FnOnce(View<'_, M>) -> T + Send + 'static,
    ) -> Result<T, Down> {
        let (tell, told) = oneshot::channel();
        let look: Look<M> = Box::new(move |view| {
            let seen = look(view);
            Box::new(move || {
                // Whoever asked may have gone.
                let _ = tell.send(seen);
            })
        });
        self.ask(Request::Inspect(look)).await?;
        told.await.map_err(|_| Down)
    }

    /// Plans the node's death, in place of an earlier plan; with none, it lives.
    ///
    /// # Errors
    /// If the node is down.
    pub async fn arm(&self, arm: Option<Arm<M>>) -> Result<(), Down> {
        self.ask(Request::Arm(arm)).await
    }

    /// Ends the driver after the requests made before.
    ///
    /// # Errors
    /// If the node is down.
    pub async fn stop(&self) -> Result<(), Down> {
        self.ask(Request::Stop).await
    }

    async fn ask(&self, request: Request<M>) -> Result<(), Down> {
        self.0.send(request).await.map_err(|_| Down)
    }
}
