//! What becomes of orders, by what coordinator and participants say.

use super::super::super::{Branch, Good, Order, Outcome, Reason, TransactionId};
use super::super::frame::{OrderState, OrderView};
use super::Chronicle;
use crate::sim::Time;
use std::sync::Arc;

impl Chronicle {
    pub(super) fn order(&mut self, tx: TransactionId) -> Option<&mut OrderView> {
        let index = self.orders.iter().rposition(|order| order.tx == Some(tx))?;
        Arc::make_mut(&mut self.orders).get_mut(index)
    }

    pub(super) fn began(&mut self, at: Time, request: u64, tx: TransactionId, branches: &[Branch]) {
        if self.order(tx).is_some() {
            return;
        }
        // A real coordinator numbers from 1 again after each start.
        let mut orders = Arc::make_mut(&mut self.orders).iter_mut().rev();
        let is_it = |it: &&mut OrderView| it.request == Some(request) && it.tx.is_none();
        if let Some(order) = orders.find(is_it) {
            order.tx = Some(tx);
            return;
        }
        self.submitted(at, request, Order::Quote { item: Good::Burger });
        if let Some(order) = Arc::make_mut(&mut self.orders).last_mut() {
            order.order = Order::of(branches);
            order.tx = Some(tx);
        }
    }

    pub(super) fn settle(
        &mut self,
        at: Time,
        tx: TransactionId,
        outcome: Outcome,
        reason: Option<Reason>,
        is_answer: bool,
    ) {
        let Some(order) = self.order(tx) else { return };
        let was_unanswered = order.state == OrderState::Unanswered;
        order.state = match outcome {
            Outcome::Committed => OrderState::Committed,
            Outcome::Aborted => OrderState::Aborted(reason),
        };
        if is_answer && !was_unanswered {
            order.answered_at = Some(at);
        }
    }

    /// A participant has heard how an order ended that the coordinator has died over: nobody reports a
    /// decision that is only presumed.
    pub(super) fn heard(
        &mut self,
        at: Time,
        tx: TransactionId,
        outcome: Outcome,
        by_operator: bool,
    ) {
        let is_open = |order: &mut OrderView| order.state == OrderState::Unanswered;
        if !by_operator && self.order(tx).is_some_and(is_open) {
            self.settle(at, tx, outcome, None, false);
        }
    }

    /// A process that dies with its decision on the disk tells nobody of it; that everybody has
    /// acknowledged tells it afterwards.
    pub(super) fn ended(&mut self, at: Time, tx: TransactionId) {
        let state = self.order(tx).map(|order| order.state);
        if matches!(state, Some(OrderState::Waiting | OrderState::Unanswered)) {
            self.settle(at, tx, Outcome::Committed, None, false);
        }
    }

    /// The order of this number, or else the last one, was not taken.
    pub(super) fn refuse(&mut self, request: Option<u64>) {
        let mut orders = Arc::make_mut(&mut self.orders).iter_mut().rev();
        let is_it = |order: &&mut OrderView| {
            order.tx.is_none() && (request.is_none() || order.request == request)
        };
        if let Some(order) = orders.find(is_it) {
            order.state = OrderState::Refused;
        }
    }
}
