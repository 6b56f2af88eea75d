//! What an edge keeps and lets go of: copies in its index, their bodies, and what is on disk of them.

use std::sync::Arc;

use axum::http::{StatusCode, Uri};
use playground_core::cdn::caching::Key;
use playground_core::cdn::wire::PurgeRequest;

use super::edge::Edge;
use super::index::{Entry, Purge};
use super::manifests::Manifest;
use super::request::{Place, bad, path_and_query, refused};
use crate::problem::AppError;

impl Purge {
    /// What a request means before this origin.
    ///
    /// # Errors
    /// When it names none or several things to purge, or an address that is none.
    pub(super) fn of(request: PurgeRequest, place: &Place) -> Result<Self, AppError> {
        let PurgeRequest { url, prefix, tag, all, edge: _ } = request;
        match (url, prefix, tag, all) {
            (Some(url), None, None, false) => Ok(Purge::Key(key(place, &url)?)),
            (None, Some(prefix), None, false) => Ok(Purge::Prefix(prefix)),
            (None, None, Some(tag), false) => Ok(Purge::Tag(tag)),
            (None, None, None, true) => Ok(Purge::All),
            _ => {
                let detail = "A purge names exactly one of url, prefix, tag and all.";
                Err(refused(StatusCode::UNPROCESSABLE_ENTITY, detail))
            }
        }
    }
}

/// The key of an address, given as path and query or whole.
fn key(place: &Place, url: &str) -> Result<Key, AppError> {
    let uri: Uri = url.parse().map_err(|_| bad("The url cannot be understood."))?;
    let target = Uri::builder()
        .scheme(place.scheme.clone())
        .authority(place.authority.clone())
        .path_and_query(path_and_query(&uri))
        .build();
    target.map(|target| Key::new(&target)).map_err(|_| bad("The url cannot be understood."))
}

impl Edge {
    /// Lets go of a copy.
    pub(super) fn forget(&self, entry: &Entry) {
        self.index.remove(&entry.key, entry.object.id);
        self.drop_body(entry);
    }

    /// Lets go of what a copy has in the store, once it is in no index.
    pub(super) fn drop_body(&self, entry: &Entry) {
        if let Some(manifests) = &self.manifests {
            manifests.remove(entry.object.id);
        }
        // Whoever is reading it may finish; the pieces then go as all go that nobody asks for.
        if !entry.object.is_read() {
            self.chunks.forget(entry.object.id, entry.object.state().arrived);
        }
    }

    /// Writes down what is kept of a copy besides its body, which is on disk.
    pub(super) fn persist(&self, entry: &Entry) {
        let Some(manifests) = &self.manifests else { return };
        let manifest = Manifest {
            url: entry.url.clone(),
            record: entry.stored.record(),
            length: entry.object.state().arrived,
            tags: entry.tags.clone(),
        };
        manifests.put(entry.object.id, manifest);
    }

    /// Removes copies, and tells how many. They do not come back after a restart.
    pub(super) async fn purge(&self, purge: Purge) -> u64 {
        self.purge_all(vec![purge]).await.into_iter().sum()
    }

    /// The same for several purges, one after the other, and for each of them how many.
    pub(super) async fn purge_all(&self, purges: Vec<Purge>) -> Vec<u64> {
        let removed: Vec<_> = purges.into_iter().map(|purge| self.index.purge(purge)).collect();
        removed.iter().flatten().for_each(|entry| self.drop_body(entry));
        if let Some(manifests) = &self.manifests {
            manifests.flushed().await;
        }
        removed.iter().map(|copies| copies.len() as u64).collect()
    }

    /// Marks the copies of an address as ones that must be validated before they are served again.
    pub(super) fn invalidate(&self, key: &Key) {
        for entry in self.index.get(key).iter() {
            let mut stored = entry.stored.clone();
            stored.invalidate();
            let changed = Arc::new(entry.with(stored));
            if self.index.replace(entry, changed.clone()) && changed.object.is_whole() {
                self.persist(&changed);
            }
        }
    }

    /// Sets how long everything is fresh.
    pub(super) fn set_lifetime(&self, ms: Option<u64>) {
        let changed = self.index.change_all(|stored| stored.set_operator_lifetime_ms(ms));
        changed
            .iter()
            .filter(|entry| entry.object.is_whole())
            .for_each(|entry| self.persist(entry));
    }
}
