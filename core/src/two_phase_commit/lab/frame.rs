//! What is drawn of the lab at one moment: plain data, the same for simulated and real nodes.

use super::super::wire::DatabaseView;
use super::super::{
    Event, Message, Order, Place, Reason, Record, Stock, Timer, TransactionId, Work,
};
use super::action::{CrashAt, Scenario};
use super::chronicle::Chronicle;
use crate::sim::{Durability, LossReason, NodeId, Time};
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// How it was set up; none where the nodes are real processes.
    pub scenario: Option<Scenario>,
    /// The nodes, in the order of their ids.
    pub nodes: Vec<NodeView>,
    /// The messages under way.
    pub flights: Vec<FlightView>,
    /// All messages, in the order in which they left; for the sequence diagram.
    pub arrows: Arc<Vec<Arrow>>,
    /// What happened at the nodes, in order; for the sequence diagram.
    pub marks: Arc<Vec<Mark>>,
    /// The orders, in the order in which they came.
    pub orders: Arc<Vec<OrderView>>,
    /// What everything has cost so far.
    pub total: Cost,
    /// The number of rows of the sequence diagram; arrows and marks say which are theirs.
    pub rows: u64,
    /// What the network does to messages, in percent of them: lost, doubled, overtaken.
    pub network: (u32, u32, u32),
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// Its id.
    pub id: NodeId,
    /// Its role.
    pub place: Place,
    /// Whether it is up.
    pub is_up: bool,
    /// How many times it has started.
    pub starts: u32,
    /// What it held at the very start.
    pub full: Stock,
    /// What anybody may take from it.
    pub free: Stock,
    /// What is set aside for transactions in doubt.
    pub held: Stock,
    /// What it is in doubt about, and since when.
    pub doubts: Vec<(TransactionId, Work, Time)>,
    /// Its log, or the end of it.
    pub log: Arc<Vec<RecordView>>,
    /// How many records of `log` a crash would leave, as the disk's maker knows it.
    pub durable: usize,
    /// Whether it waits for the disk.
    pub is_forcing: bool,
    /// When it is going to die, if somebody has arranged that.
    pub armed: Option<CrashAt>,
    /// What it has yet to carry out, in order, in words' stead: only of simulated nodes.
    pub pending: Vec<PendingView>,
    /// The timers that are set, and when they fire; only of simulated nodes.
    pub timers: Vec<(Timer, Time)>,
    /// Whether its links are cut.
    pub is_isolated: bool,
    /// How long a forced write takes, in milliseconds, and whether the disk lies; only of simulated
    /// nodes.
    pub disk: Option<(u32, bool)>,
    /// The process; only of real nodes.
    pub process: Option<ProcessView>,
    /// The database that it is; only of real nodes that are one, which are no process of the server's.
    pub database: Option<Arc<DatabaseView>>,
}

/// A real node's process and log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessView {
    /// The process id; none while it is down.
    pub pid: Option<u32>,
    /// How long the log file is, in bytes.
    pub log_bytes: u64,
    /// How many fdatasync calls it has made since it started.
    pub forces: u64,
}

/// An output that a node has yet to carry out.
#[derive(Clone, Debug, PartialEq)]
pub enum PendingView {
    /// A record to be written.
    Append(Record, Durability),
    /// A message to be sent.
    Send(NodeId, Message),
}

/// A record in a log.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordView {
    /// The record.
    pub record: Record,
    /// Whether it was forced.
    pub durability: Durability,
    /// Whether the disk has said that it is durable.
    pub is_confirmed: bool,
}

/// A message under way.
#[derive(Clone, Debug, PartialEq)]
pub struct FlightView {
    /// Its number.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// What it says.
    pub message: Message,
    /// How much of the way is done, 0 to 1.
    pub progress: f64,
}

/// A message, under way or not, in the sequence diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The row in which it leaves.
    pub row: u64,
    /// Its number.
    pub flight: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// What it says.
    pub message: Message,
    /// When it left.
    pub sent_at: Time,
    /// When and how its way ended; none while it is under way.
    pub end: Option<(Time, ArrowEnd)>,
    /// The row in which its way ended.
    pub end_row: Option<u64>,
}

/// How a message's way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrowEnd {
    /// It arrived.
    Delivered,
    /// It did not.
    Lost(LossReason),
}

/// Something that happened at a node, in the sequence diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The row.
    pub row: u64,
    /// When.
    pub at: Time,
    /// Where.
    pub node: NodeId,
    /// What.
    pub what: Happening,
}

/// What can happen at a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// It started.
    Started,
    /// It died.
    Crashed {
        /// How many records it lost.
        lost_records: usize,
    },
    /// It wrote a record.
    Appended {
        /// The record.
        record: Record,
        /// Whether it waits until that is durable.
        durability: Durability,
    },
    /// The disk said that all records so far are durable.
    Forced,
    /// It had waited long enough.
    Fired(Timer),
    /// It reported something.
    Reported(Event),
    /// A command found it down.
    Unreachable,
    /// Its links were cut.
    Isolated,
    /// All links were mended.
    Healed,
    /// Its disk was changed.
    DiskSet {
        /// How long a forced write takes, in milliseconds.
        force_ms: u32,
        /// Whether it confirms writes that a crash will take.
        lies: bool,
    },
    /// It is going to die.
    Armed(CrashAt),
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// The client waits.
    Waiting,
    /// The coordinator died before it answered, and nobody has decided since.
    Unanswered,
    /// It is done.
    Committed,
    /// Nothing is done.
    Aborted(Option<Reason>),
    /// Nobody took it.
    Refused,
}

/// An order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderView {
    /// The client's number of it; none of an order of another client.
    pub request: Option<u64>,
    /// What was ordered; none if it was no order of this lab.
    pub order: Option<Order>,
    /// The transaction; none before there is one.
    pub tx: Option<TransactionId>,
    /// What became of it.
    pub state: OrderState,
    /// When it was placed.
    pub placed_at: Time,
    /// When the client had its answer.
    pub answered_at: Option<Time>,
    /// What it has cost so far.
    pub cost: Cost,
    /// Whether an operator's resolution turned out not to be the decision.
    pub damage: bool,
}

/// What a transaction costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Messages sent, lost and repeated ones included.
    pub messages: u32,
    /// Records forced to a disk.
    pub forced: u32,
    /// Records written lazily.
    pub lazy: u32,
}

impl Frame {
    /// What can be drawn from events alone.
    pub fn of(chronicle: &Chronicle, now: Time) -> Self {
        let under_way = chronicle.arrows.iter().filter(|arrow| arrow.end.is_none());
        Frame {
            now,
            scenario: None,
            nodes: node_views(chronicle),
            flights: under_way
                .map(|arrow| FlightView {
                    id: arrow.flight,
                    from: arrow.from,
                    to: arrow.to,
                    message: arrow.message.clone(),
                    progress: 0.5,
                })
                .collect(),
            arrows: chronicle.arrows.clone(),
            marks: chronicle.marks.clone(),
            orders: chronicle.orders.clone(),
            total: chronicle.total,
            rows: chronicle.rows(),
            network: (0, 0, 0),
        }
    }

    /// The node of an id.
    pub fn node(&self, id: NodeId) -> Option<&NodeView> {
        self.nodes.get(usize::from(id.0))
    }
}

fn node_views(chronicle: &Chronicle) -> Vec<NodeView> {
    let view = |(index, node): (usize, &super::chronicle::NodeChronicle)| NodeView {
        id: NodeId(index as u16),
        place: node.place,
        is_up: node.is_up,
        starts: node.starts,
        full: node.place.stock(),
        free: node.free,
        held: node.held,
        doubts: node.doubts.iter().map(|(tx, (work, since))| (*tx, *work, *since)).collect(),
        log: node.log.clone(),
        durable: node.log.iter().filter(|record| record.is_confirmed).count(),
        is_forcing: node.is_forcing,
        armed: node.armed,
        pending: Vec::new(),
        timers: Vec::new(),
        is_isolated: false,
        disk: None,
        process: None,
        database: None,
    };
    chronicle.nodes.iter().enumerate().map(view).collect()
}
