//! Effects in order: what follows a record waits until that is durable, while further requests are handled.

use std::collections::VecDeque;
use std::sync::Arc;

use super::store::Ticket;

#[derive(Debug)]
enum Waiting<E> {
    /// Until so many records are durable.
    Durable(u64),
    Effect(E),
}

/// A queue of effects that the disk opens piece by piece.
#[derive(Debug)]
pub(super) struct Effects<E> {
    queue: VecDeque<Waiting<E>>,
    /// How many records the store was given.
    given: u64,
    pub(super) ticket: Arc<Ticket>,
}

impl<E> Effects<E> {
    pub(super) fn new() -> Self {
        Effects { queue: VecDeque::new(), given: 0, ticket: Arc::default() }
    }

    pub(super) fn push(&mut self, effect: E) {
        self.queue.push_back(Waiting::Effect(effect));
    }

    /// A record was given to the store, with this queue's ticket: what follows waits for it.
    pub(super) fn push_record(&mut self) {
        self.given += 1;
        self.queue.push_back(Waiting::Durable(self.given));
    }

    /// The next effect that may be performed.
    pub(super) fn pop(&mut self) -> Option<E> {
        let durable = self.ticket.durable();
        while let Some(Waiting::Durable(_)) =
            self.queue.pop_front_if(|it| matches!(it, Waiting::Durable(given) if *given <= durable))
        {
        }
        let next = self.queue.pop_front_if(|it| matches!(it, Waiting::Effect(_)));
        match next? {
            Waiting::Effect(effect) => Some(effect),
            Waiting::Durable(_) => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
