//! The lab of two-phase commit: a coordinator and two participants as processes of their own, each with its own
//! log, really killed.
//!
//! The server starts its own executable three more times ([`run_node`]), supervises the processes, and answers
//! for them: under `/api/two-phase-commit` and on the socket `/ws/two-phase-commit`, with the core's wire types.
//!
//! What is simplified: the processes share a machine, so that they tell the same time, and trust whatever
//! reaches them over loopback.

mod api;
mod database;
mod faults;
mod feed;
mod inside;
mod node;
mod nodes;
mod order_link;
mod page_socket;
mod process;
mod request;
mod stock;
mod supervised;

use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};
use tokio::task::AbortHandle;

pub(crate) use api::router;
pub use database::{DatabaseUrl, ParticipantsFlag, merged};
pub use inside::Addresses;
pub use node::{NodeSettings, run_node};
pub(crate) use page_socket::connect;
pub use process::Launch;
pub use stock::StockFlag;

use feed::{Feed, Feeding};
use nodes::Nodes;
use order_link::OrderLink;

/// The nodes that a server runs. Clones are the same; with the last one the processes end.
#[derive(Clone, Debug)]
pub struct TwoPhaseCommit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    nodes: Arc<Nodes>,
    link: Arc<OrderLink>,
    feed: Feed,
    allows_remote_faults: bool,
    /// Held by whoever starts or wipes nodes, so that nobody does both at once.
    changing: Mutex<()>,
    starting: AbortHandle,
    linking: AbortHandle,
    _feeding: Feeding,
}

impl TwoPhaseCommit {
    /// Begins to start the nodes, and returns at once. Those that cannot start say why in the state. Must be
    /// called within a tokio runtime.
    #[must_use]
    pub fn start(launch: Launch, allows_remote_faults: bool) -> Self {
        let nodes = Arc::new(Nodes::new(launch));
        let (link, feed) = (Arc::new(OrderLink::new()), Feed::new());
        let starting = tokio::spawn({
            let nodes = nodes.clone();
            async move { nodes.start_all().await }
        });
        let linking = tokio::spawn(link.clone().keep(nodes.clone()));
        let feeding = feed.start(&nodes);
        TwoPhaseCommit(Arc::new(Inner {
            nodes,
            link,
            feed,
            allows_remote_faults,
            changing: Mutex::default(),
            starting: starting.abort_handle(),
            linking: linking.abort_handle(),
            _feeding: feeding,
        }))
    }

    /// Stops the nodes in good order, and kills those that do not.
    pub async fn stop(&self) {
        self.0.starting.abort();
        self.0.linking.abort();
        self.0.nodes.stop_all().await;
    }

    fn nodes(&self) -> &Nodes {
        &self.0.nodes
    }

    fn link(&self) -> &OrderLink {
        &self.0.link
    }

    fn feed(&self) -> &Feed {
        &self.0.feed
    }

    fn allows_remote_faults(&self) -> bool {
        self.0.allows_remote_faults
    }

    async fn change(&self) -> MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.starting.abort();
        self.linking.abort();
    }
}
