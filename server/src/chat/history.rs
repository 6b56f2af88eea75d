//! Where the history is: in a file of this server alone, or in a log that several servers share.

use std::sync::Arc;

use playground_core::chat::wire::Message;

use super::shared::Shared;
use super::store::{Store, StoreError, Wanted};

/// Where the history is. Clones are the same.
#[derive(Clone, Debug)]
pub(super) enum History {
    /// In this server's own store.
    Own(Store),
    /// In the log that it shares with others.
    Shared(Shared),
}

impl History {
    /// Whether anything can be said now. If not, it may be so again later.
    pub(super) fn works(&self) -> bool {
        match self {
            History::Own(store) => store.works(),
            History::Shared(shared) => shared.works(),
        }
    }

    /// The log that is shared, if it is.
    pub(super) fn shared(&self) -> Option<&Shared> {
        match self {
            History::Own(_) => None,
            History::Shared(shared) => Some(shared),
        }
    }

    /// Reads messages, and has `then` take them, not in the task that asks.
    pub(super) fn read(
        &self,
        name: Arc<str>,
        wanted: Wanted,
        then: impl FnOnce(Result<Vec<Arc<Message>>, StoreError>) + Send + 'static,
    ) {
        match self {
            History::Own(store) => store.read(name, wanted, then),
            History::Shared(shared) => shared.read(name, wanted, then),
        }
    }

    /// Messages of a channel.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) async fn messages(
        &self,
        name: Arc<str>,
        wanted: Wanted,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        match self {
            History::Own(store) => store.messages(name, wanted).await,
            History::Shared(shared) => shared.messages(name, wanted).await,
        }
    }

    /// Finishes what waits, and closes it.
    pub(super) async fn close(&self) {
        match self {
            History::Own(store) => store.close().await,
            History::Shared(shared) => shared.stop().await,
        }
    }
}
