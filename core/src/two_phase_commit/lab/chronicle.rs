//! What has happened, put together for drawing: nodes, messages, orders and what they cost.
//!
//! It is made of events alone, so the simulation and the real processes fill the same one.

mod orders;

use super::super::{Event, Order, Outcome, Place, Record, Stock, TransactionId, Work};
use super::super::{Message, TwoPhaseNode, Vote};
use super::action::CrashAt;
use super::frame::{Arrow, ArrowEnd, Cost, Happening, Mark, OrderState, OrderView, RecordView};
use crate::sim::{ClusterEvent, Durability, Flight, NodeId, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most arrows, marks, records of a node and orders that are kept; the oldest go first.
const MOST_KEPT: usize = 400;

/// What has happened, put together for drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Chronicle {
    /// The nodes, in the order of their ids.
    pub nodes: Vec<NodeChronicle>,
    /// The messages, in the order in which they left.
    pub arrows: Arc<Vec<Arrow>>,
    /// What happened at the nodes, in order.
    pub marks: Arc<Vec<Mark>>,
    /// The orders, in the order in which they came.
    pub orders: Arc<Vec<OrderView>>,
    /// What everything has cost so far.
    pub total: Cost,
    /// Counts what happened, arrows and marks together: the rows of a sequence diagram.
    rows: u64,
}

/// What has happened to one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeChronicle {
    /// Its role.
    pub place: Place,
    /// Whether it is up.
    pub is_up: bool,
    /// How many times it has started.
    pub starts: u32,
    /// What anybody may take from it.
    pub free: Stock,
    /// What is set aside.
    pub held: Stock,
    /// What it is in doubt about, and since when.
    pub doubts: BTreeMap<TransactionId, (Work, Time)>,
    /// Its log, or the end of it.
    pub log: Arc<Vec<RecordView>>,
    /// Whether it waits for the disk.
    pub is_forcing: bool,
    /// When it is going to die, if somebody has arranged that.
    pub armed: Option<CrashAt>,
}

impl Chronicle {
    /// Nothing has happened yet.
    pub fn new(places: &[Place]) -> Self {
        let node = |place: &Place| NodeChronicle {
            place: *place,
            is_up: false,
            starts: 0,
            free: place.stock(),
            held: Stock::default(),
            doubts: BTreeMap::new(),
            log: Arc::default(),
            is_forcing: false,
            armed: None,
        };
        Chronicle {
            nodes: places.iter().map(node).collect(),
            arrows: Arc::default(),
            marks: Arc::default(),
            orders: Arc::default(),
            total: Cost::default(),
            rows: 0,
        }
    }

    /// Takes note of an order before any node has heard of it.
    pub fn submitted(&mut self, at: Time, request: u64, order: Order) {
        let view = OrderView {
            request: Some(request),
            order: Some(order),
            tx: None,
            state: OrderState::Waiting,
            placed_at: at,
            answered_at: None,
            cost: Cost::default(),
            damage: false,
        };
        push(&mut self.orders, view);
    }

    /// Takes note of something that happened to a cluster.
    pub fn hear(&mut self, at: Time, event: &ClusterEvent<TwoPhaseNode>) {
        match event {
            ClusterEvent::Started(id) => self.started(at, *id),
            ClusterEvent::Crashed { node, lost_records } => self.crashed(at, *node, *lost_records),
            ClusterEvent::Sent(flight) => self.sent(flight),
            ClusterEvent::Delivered(flight) => self.arrived(at, flight, ArrowEnd::Delivered),
            ClusterEvent::Lost(flight, reason) => {
                self.arrived(at, flight, ArrowEnd::Lost(*reason));
            }
            ClusterEvent::Appended { node, record, durability } => {
                self.appended(at, *node, record, *durability);
            }
            ClusterEvent::Forced(id) => self.forced(at, *id),
            ClusterEvent::Fired(id, timer) => self.mark(at, *id, Happening::Fired(*timer)),
            ClusterEvent::Reported(id, event) => self.reported(at, *id, event),
            ClusterEvent::Refused(id) => {
                if id.0 == 0 {
                    self.refuse(None);
                }
                self.mark(at, *id, Happening::Unreachable);
            }
        }
    }

    /// Takes note of a change that no node knows of.
    pub fn mark(&mut self, at: Time, node: NodeId, what: Happening) {
        let row = self.next_row();
        push(&mut self.marks, Mark { row, at, node, what });
    }

    /// Goes on after a gap: nodes and orders are as in `fresh`, messages of which the end was missed
    /// are left out, and what is known of old orders stays.
    pub fn resume(&mut self, fresh: Chronicle) {
        let known = std::mem::replace(&mut self.orders, fresh.orders);
        let orders = Arc::make_mut(&mut self.orders);
        // What nobody has decided is in no list of the nodes, but somebody waits for it.
        let open = |order: &&OrderView| {
            matches!(order.state, OrderState::Waiting | OrderState::Unanswered)
                && !orders.iter().any(|it| it.tx == order.tx)
        };
        let missing: Vec<OrderView> = known.iter().filter(open).cloned().collect();
        orders.extend(missing);
        for order in orders {
            if let Some(old) = known.iter().find(|old| old.tx == order.tx) {
                let OrderView { request, placed_at, answered_at, cost, .. } = old.clone();
                *order = OrderView { request, placed_at, answered_at, cost, ..order.clone() };
            }
        }
        self.nodes = fresh.nodes;
        Arc::make_mut(&mut self.arrows).retain(|arrow| arrow.end.is_some());
    }

    /// The number of rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn node(&mut self, id: NodeId) -> Option<&mut NodeChronicle> {
        self.nodes.get_mut(usize::from(id.0))
    }

    fn arrow(&mut self, flight: u64) -> Option<&mut Arrow> {
        let index = self.arrows.iter().rposition(|arrow| arrow.flight == flight)?;
        Arc::make_mut(&mut self.arrows).get_mut(index)
    }

    fn next_row(&mut self) -> u64 {
        self.rows += 1;
        self.rows - 1
    }

    fn started(&mut self, at: Time, id: NodeId) {
        if let Some(node) = self.node(id) {
            node.is_up = true;
            node.starts += 1;
        }
        self.mark(at, id, Happening::Started);
    }

    fn crashed(&mut self, at: Time, id: NodeId, lost_records: usize) {
        if let Some(node) = self.node(id) {
            node.is_up = false;
            node.is_forcing = false;
            node.armed = None;
            let kept = node.log.len().saturating_sub(lost_records);
            Arc::make_mut(&mut node.log).truncate(kept);
        }
        self.mark(at, id, Happening::Crashed { lost_records });
        if self.nodes.get(usize::from(id.0)).is_some_and(|it| it.place == Place::Coordinator) {
            // Whoever waited for an answer waits in vain: the connection is gone.
            for order in Arc::make_mut(&mut self.orders) {
                if order.state == OrderState::Waiting {
                    order.state = OrderState::Unanswered;
                }
            }
        }
    }

    fn sent(&mut self, flight: &Flight<Message>) {
        if self.arrow(flight.id).is_some() {
            return;
        }
        let (tx, row) = (flight.message.tx(), self.next_row());
        self.charge(tx, |cost| cost.messages += 1);
        let Flight { id, from, to, message, sent_at } = flight.clone();
        let arrow = Arrow { row, flight: id, from, to, message, sent_at, end: None, end_row: None };
        push(&mut self.arrows, arrow);
    }

    fn arrived(&mut self, at: Time, flight: &Flight<Message>, end: ArrowEnd) {
        if self.arrow(flight.id).is_none() {
            // Real nodes are heard one after the other: the receiver may be first.
            self.sent(flight);
        }
        let row = self.next_row();
        if let Some(arrow) = self.arrow(flight.id)
            && (arrow.end.is_none() || end == ArrowEnd::Delivered)
        {
            arrow.end = Some((at, end));
            arrow.end_row = Some(row);
        }
    }

    fn appended(&mut self, at: Time, id: NodeId, record: &Record, durability: Durability) {
        let is_forced = durability == Durability::Forced;
        let count = |cost: &mut Cost| match durability {
            Durability::Forced => cost.forced += 1,
            Durability::Lazy => cost.lazy += 1,
        };
        match record.tx() {
            Some(tx) => self.charge(tx, count),
            None => count(&mut self.total),
        }
        if let Some(node) = self.node(id) {
            node.is_forcing |= is_forced;
            let view = RecordView { record: record.clone(), durability, is_confirmed: false };
            push(&mut node.log, view);
        }
        self.mark(at, id, Happening::Appended { record: record.clone(), durability });
    }

    fn forced(&mut self, at: Time, id: NodeId) {
        let Some(node) = self.node(id) else { return };
        node.is_forcing = false;
        let mut decided = Vec::new();
        for view in Arc::make_mut(&mut node.log).iter_mut().filter(|view| !view.is_confirmed) {
            view.is_confirmed = true;
            if let Record::Decided { tx, .. } = view.record {
                decided.push(tx);
            }
        }
        // Whether or not the client will ever be told, this is the moment of the decision.
        for tx in decided {
            self.settle(at, tx, Outcome::Committed, None, false);
        }
        self.mark(at, id, Happening::Forced);
    }

    fn charge(&mut self, tx: TransactionId, add: impl Fn(&mut Cost)) {
        add(&mut self.total);
        if let Some(order) = self.order(tx) {
            add(&mut order.cost);
        }
    }

    fn reported(&mut self, at: Time, id: NodeId, event: &Event) {
        match event {
            Event::Began { request, tx, branches } => self.began(at, *request, *tx, branches),
            Event::Voted { tx, vote: Vote::Yes } => self.in_doubt(at, id, *tx),
            Event::Recovered { unfinished, .. } => {
                if let Some(node) = self.node(id) {
                    node.doubts.retain(|tx, _| unfinished.contains(tx));
                }
                for tx in unfinished {
                    self.in_doubt(at, id, *tx);
                }
            }
            Event::Decided { tx, outcome, reason } => {
                self.settle(at, *tx, *outcome, *reason, false)
            }
            Event::Answered { tx, outcome, reason, .. } => {
                self.settle(at, *tx, *outcome, *reason, true);
            }
            Event::Resolved { tx, outcome, by_operator } => {
                if let Some(node) = self.node(id) {
                    node.doubts.remove(tx);
                }
                self.heard(at, *tx, *outcome, *by_operator);
            }
            Event::Holds { free, held } => {
                if let Some(node) = self.node(id) {
                    (node.free, node.held) = (*free, *held);
                }
            }
            Event::Damaged { tx, .. } => {
                if let Some(order) = self.order(*tx) {
                    order.damage = true;
                }
            }
            Event::Refused { request, .. } => {
                if request.is_some() {
                    self.refuse(*request);
                }
            }
            Event::Ended { tx } => self.ended(at, *tx),
            Event::Voted { .. } | Event::Inquired { .. } | Event::Unheard { .. } => {}
        }
        // Holdings follow from what happened, and are drawn elsewhere.
        if !matches!(event, Event::Holds { .. }) {
            self.mark(at, id, Happening::Reported(event.clone()));
        }
    }

    fn in_doubt(&mut self, at: Time, id: NodeId, tx: TransactionId) {
        let Some(node) = self.node(id).filter(|it| it.place != Place::Coordinator) else { return };
        let promise = node.log.iter().rev().find_map(|view| match view.record {
            Record::Prepared { tx: it, work, .. } if it == tx => Some(work),
            _ => None,
        });
        if let Some(work) = promise {
            node.doubts.entry(tx).or_insert((work, at));
        }
    }
}

/// Appends, and lets the oldest go where there are too many.
fn push<T: Clone>(list: &mut Arc<Vec<T>>, item: T) {
    let list = Arc::make_mut(list);
    if list.len() >= MOST_KEPT {
        list.drain(..MOST_KEPT / 4);
    }
    list.push(item);
}
