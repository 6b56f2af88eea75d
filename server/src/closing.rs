//! How everything that is still talking learns that the server is about to stop, and how the server
//! learns that the last of it has finished.

use std::sync::Arc;

use tokio::sync::watch;

/// The server's end: cloned freely, one for the whole server.
#[derive(Clone, Debug)]
pub struct Closing(Arc<watch::Sender<bool>>);

impl Closing {
    /// A server that has just opened.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Registers a conversation; it counts as going on until the guest is dropped.
    #[must_use]
    pub fn guest(&self) -> Guest {
        Guest(self.0.subscribe())
    }

    /// Asks every guest to leave, the present and the future ones.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Waits until no guest is left.
    pub async fn finished(&self) {
        self.0.closed().await;
    }
}

impl Default for Closing {
    fn default() -> Self {
        Self::new()
    }
}

/// A conversation's end of [`Closing`].
#[derive(Debug)]
pub struct Guest(watch::Receiver<bool>);

impl Guest {
    /// Waits until the server asks its guests to leave. Safe to cancel and to call again.
    pub async fn asked_to_leave(&mut self) {
        // An error means that no server is left to wait for, which is as good a reason to leave.
        let _ = self.0.wait_for(|closing| *closing).await;
    }
}
