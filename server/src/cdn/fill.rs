//! A copy that fills: bytes go to those who read along as they arrive, and piece by piece into the store.
//!
//! The manifest is written last. Whoever kills the server in the middle leaves pieces without one, which nobody
//! can find.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http_body_util::BodyExt;
use playground_core::cdn::wire::Step;
use tokio::time::timeout;

use super::edge::Edge;
use super::index::Entry;
use super::inflow::Inflow;
use super::object::End;

/// A copy whose body is arriving.
pub(super) struct Fill {
    pub(super) edge: Arc<Edge>,
    pub(super) entry: Arc<Entry>,
    /// The request that set it off.
    pub(super) number: u64,
    /// The copies in whose place it is.
    pub(super) superseded: Vec<Arc<Entry>>,
}

/// How the origin's part went.
enum Outcome {
    Whole,
    /// All has arrived, but it is too large to be kept.
    Unkept,
    Broken(String),
}

impl Fill {
    /// Takes the body to its end.
    pub(super) async fn run(self, body: Inflow) {
        let outcome = self.pump(body).await;
        let object = &self.entry.object;
        match outcome {
            Outcome::Whole => {
                if let Some((number, piece)) = object.last_piece() {
                    self.edge.chunks.put(object.id, number, piece).await;
                }
                object.end(End::Whole);
                object.forget_recent();
                self.superseded.iter().for_each(|old| self.edge.drop_body(old));
                self.edge.chunks.flushed().await;
                // It may have been purged or confirmed meanwhile.
                if let Some(entry) = self.edge.index.find(&self.entry.key, object.id) {
                    self.edge.persist(&entry);
                    if let Some(manifests) = &self.edge.manifests {
                        manifests.flushed().await;
                        object.set_on_disk();
                    }
                }
                let bytes = object.state().arrived;
                self.edge.tell(self.number, || Step::Stored { bytes });
            }
            Outcome::Unkept => object.end(End::Whole),
            Outcome::Broken(why) => {
                self.give_up();
                object.end(End::Broken);
                self.edge.tell(self.number, || Step::Failed { why });
            }
        }
    }

    async fn pump(&self, mut body: Inflow) -> Outcome {
        let object = &self.entry.object;
        let most = self.edge.chunks.most_bytes();
        let patience = self.edge.shared.upstream.patience;
        let mut is_kept = true;
        loop {
            let frame = match timeout(patience, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) if is_kept => return Outcome::Whole,
                Ok(None) => return Outcome::Unkept,
                Ok(Some(Err(error))) => {
                    return Outcome::Broken(format!("the origin broke off: {error}"));
                }
                Err(_) => return Outcome::Broken("the origin fell silent".into()),
            };
            let Ok(bytes) = frame.into_data() else { continue };
            self.edge.counts.bytes_fetched.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            for (number, piece) in object.push(bytes) {
                if is_kept {
                    self.edge.chunks.put(object.id, number, piece).await;
                }
            }
            if is_kept && object.state().arrived > most {
                is_kept = false;
                self.give_up();
            }
            if !is_kept && !object.is_read_on().await {
                return Outcome::Broken("nobody reads what is too large to be kept".into());
            }
        }
    }

    /// Takes the copy away, and puts back those that it has replaced.
    fn give_up(&self) {
        self.edge.forget(&self.entry);
        for old in &self.superseded {
            self.edge.index.restore(old.clone());
        }
    }
}
