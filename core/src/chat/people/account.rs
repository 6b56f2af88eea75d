//! A person: a claim to a name, an inbox, and the tabs that are open.

use super::{Claim, PeopleEffect};
use crate::chat::wire::Message;
use crate::chat::{Bucket, Channel, ChannelInput, Clock, Effect, SessionId};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) claim: Claim,
    pub(super) sessions: Vec<SessionId>,
    pub(super) inbox: Channel,
    pub(super) bucket: Bucket,
    /// Messages that have been sent to this person and have not arrived in one of the tabs: the number
    /// in this inbox, the sender's key, and the number in the sender's inbox. Bounded; forgotten over
    /// a restart, after which a second tick may be missing.
    pub(super) undelivered: VecDeque<(u64, Arc<str>, u64)>,
    /// With whom there have been private messages. This and what follows is only of people who follow.
    pub(super) friends: BTreeSet<Arc<str>>,
    /// Messages of others that have not arrived in one of the tabs here. Bounded.
    pub(super) arriving: VecDeque<Arc<Message>>,
}

impl Account {
    /// Hands an input to the inbox.
    pub(super) fn hand_in(
        &mut self,
        clock: Clock,
        input: ChannelInput,
        effects: &mut Vec<PeopleEffect>,
    ) {
        let mut inner = Vec::new();
        self.inbox.handle(clock, input, &mut inner);
        effects.extend(inner.into_iter().map(|it| self.wrap(it)));
    }

    /// An effect for this person's inbox.
    pub(super) fn wrap(&self, effect: Effect) -> PeopleEffect {
        PeopleEffect::Inbox(self.claim.name.clone(), effect)
    }

    /// With whom there are private messages among the last ones, by name.
    pub(super) fn correspondents(&self) -> BTreeSet<&Arc<str>> {
        let own = &self.claim.name;
        let messages = self.inbox.recent();
        let both = messages.flat_map(|it| it.to.iter().chain([&it.from]));
        both.filter(|name| *name != own).collect()
    }
}

impl Claim {
    /// A claim to this name by whoever knows the secret.
    pub fn new(name: Arc<str>, secret: &str, seen_ms: u64) -> Self {
        Claim { name, secret_hash: hash(secret), seen_ms }
    }
}

/// What is kept of a secret.
///
/// A plain hash, because a secret is random: there is no dictionary to try.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
