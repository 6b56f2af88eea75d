//! What the server and the page tell each other about the real nodes, as JSON.

mod database;

pub use database::{Database, DatabaseKind, DatabaseNews, LockRow, PreparedRow};

use super::lab::{CrashAt, Frame, NodeChronicle, OrderState, OrderView, ProcessView, RecordView};
use super::{
    Chronicle, Cost, CrashPoint, Good, Handover, Order, Outcome, Place, Reason, Record, Stock,
    TransactionId, TwoPhaseNode, Work,
};
use crate::sim::{ClusterEvent, Durability, NodeId, Time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The body of `POST orders`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// What, from the menu.
    pub item: Good,
    /// How many.
    pub quantity: u32,
    /// How it is handed over; delivered unless said otherwise.
    #[serde(default)]
    pub handover: Handover,
}

impl From<OrderRequest> for Order {
    fn from(request: OrderRequest) -> Self {
        let OrderRequest { item, quantity, handover } = request;
        Order::Meal { item, quantity, handover }
    }
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not decided, or not known to be.
    Pending,
    /// It is done.
    Committed,
    /// Nothing is done.
    Aborted,
}

/// An order, as `POST orders`, `GET orders` and `GET orders/{id}` tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReport {
    /// The transaction's id.
    pub id: TransactionId,
    /// What was ordered; none if no order of this lab is made of such branches.
    pub order: Option<Order>,
    /// What became of it.
    pub status: Status,
    /// Why it aborted, where that is known.
    pub reason: Option<Reason>,
    /// Where an operator has done the opposite of what was decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Damage>,
}

/// What an operator has done by hand against the decision: heuristic damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Where.
    pub holder: Place,
    /// What was taken for the decision there.
    pub took: Outcome,
    /// What was decided.
    pub decided: Outcome,
}

/// The body of `POST nodes/{node}/crash`; an empty one means the same as `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrashRequest {
    /// When to die; at once if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<CrashPoint>,
}

/// The body of `POST nodes/{node}/resolve`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    /// A transaction that the node is in doubt about.
    pub id: TransactionId,
    /// What to take for its decision.
    pub outcome: Outcome,
}

/// A transaction that a participant is in doubt about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InDoubt {
    /// Which one.
    pub id: TransactionId,
    /// Who is in doubt, and so holds the goods.
    pub holder: Place,
    /// What it has promised.
    pub work: Work,
    /// For how long, in milliseconds, as far as the server has seen.
    pub age_ms: u64,
    /// What an operator has made of it meanwhile.
    pub took: Option<Outcome>,
}

/// A node's log file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogState {
    /// Its length, in bytes.
    pub bytes: u64,
    /// How many fdatasync calls the process has made.
    pub forces: u64,
    /// The last records, the oldest first.
    pub tail: Vec<(Record, Durability)>,
}

/// A node's process and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeState {
    /// Its role.
    pub node: Place,
    /// Whether it answers.
    pub is_up: bool,
    /// The process id; none while it is down.
    pub pid: Option<u32>,
    /// How many times the server has started it.
    pub starts: u32,
    /// The point at which it is going to die, if that has been asked for.
    pub armed: Option<CrashPoint>,
    /// Why it is down, where that is not the visitor's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What anybody may take from it; of a node that is down, what was last known.
    pub free: Stock,
    /// What is set aside for transactions in doubt.
    pub held: Stock,
    /// Its log; a database's own is not this program's to read.
    pub log: LogState,
    /// What it is, if it is a database and not a process of the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Database>,
}

/// The answer to `GET state`, and the first message of the WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// When this was true, in microseconds since the server started.
    pub now: Time,
    /// What the inventory has left, by name.
    pub stock: std::collections::BTreeMap<String, u32>,
    /// How many couriers are free.
    pub couriers: u32,
    /// Who is in doubt about what.
    pub in_doubt: Vec<InDoubt>,
    /// The nodes: coordinator, inventory, delivery.
    pub nodes: Vec<NodeState>,
    /// The last orders, the oldest first.
    pub orders: Vec<OrderReport>,
}

/// A message of the WebSocket `/ws/two-phase-commit`, server to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// Everything, at first and whenever events had to be left out.
    State(Box<State>),
    /// Something happened, at a time in microseconds since the server started.
    Event {
        /// When.
        at: Time,
        /// What.
        what: ClusterEvent<TwoPhaseNode>,
    },
    /// A process was started, has died, or its log has grown.
    Process {
        /// Which one.
        node: NodeId,
        /// The process id; none while it is down.
        pid: Option<u32>,
        /// The length of its log, in bytes.
        log_bytes: u64,
        /// How many fdatasync calls it has made.
        forces: u64,
        /// The point at which it is going to die.
        armed: Option<CrashPoint>,
    },
    /// A participant that is a database has gone or come back, or holds something else.
    Database(Box<DatabaseNews>),
}

/// The real nodes as the page has heard of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveView {
    chronicle: Chronicle,
    processes: Vec<ProcessView>,
    /// Of those nodes that are databases.
    databases: Vec<Option<Arc<DatabaseView>>>,
    now: Time,
}

/// A participant that is a database, as the page has heard of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseView {
    /// When it has told this: the ages of its rows count from then on.
    pub seen_at: Time,
    /// Why it is not up, or cannot take part.
    pub problem: Option<String>,
    /// What it is and tells.
    pub database: Database,
}

impl LiveView {
    /// What the server says at first.
    pub fn new(state: &State) -> Self {
        let mut chronicle = Chronicle::new(&Place::RESTAURANT);
        for (node, told) in chronicle.nodes.iter_mut().zip(&state.nodes) {
            *node = node_chronicle(node.clone(), told, state);
        }
        chronicle.orders = Arc::new(state.orders.iter().map(order_view).collect());
        let process = |node: &NodeState| ProcessView {
            pid: node.pid,
            log_bytes: node.log.bytes,
            forces: node.log.forces,
        };
        let processes = state.nodes.iter().map(process).collect();
        let database = |node: &NodeState| {
            let database = node.database.clone()?;
            let problem = node.problem.clone();
            Some(Arc::new(DatabaseView { seen_at: state.now, problem, database }))
        };
        let databases = state.nodes.iter().map(database).collect();
        LiveView { chronicle, processes, databases, now: state.now }
    }

    /// What the server says after that. What happened before a gap stays on the sequence diagram.
    pub fn hear(&mut self, message: &LiveMessage) {
        match message {
            LiveMessage::State(state) => {
                let fresh = LiveView::new(state);
                self.chronicle.resume(fresh.chronicle);
                self.processes = fresh.processes;
                self.databases = fresh.databases;
                self.now = fresh.now;
            }
            LiveMessage::Event { at, what } => {
                self.now = self.now.max(*at);
                self.chronicle.hear(*at, what);
            }
            LiveMessage::Process { node, pid, log_bytes, forces, armed } => {
                let index = usize::from(node.0);
                if let Some(process) = self.processes.get_mut(index) {
                    *process = ProcessView { pid: *pid, log_bytes: *log_bytes, forces: *forces };
                }
                if let Some(node) = self.chronicle.nodes.get_mut(index) {
                    node.armed = armed.map(CrashAt::Point);
                }
            }
            LiveMessage::Database(news) => self.hear_of_database(news),
        }
    }

    fn hear_of_database(&mut self, news: &DatabaseNews) {
        let DatabaseNews { at, node, is_up, problem, free, held, database } = news.clone();
        self.now = self.now.max(at);
        let index = usize::from(node.0);
        let Some(known) = self.chronicle.nodes.get_mut(index) else { return };
        (known.free, known.held) = (free, held);
        let has_changed = known.is_up != is_up;
        if has_changed && is_up {
            self.chronicle.hear(at, &ClusterEvent::Started(node));
        } else if has_changed {
            self.chronicle.hear(at, &ClusterEvent::Crashed { node, lost_records: 0 });
        }
        if let Some(known) = self.databases.get_mut(index) {
            *known = Some(Arc::new(DatabaseView { seen_at: at, problem, database }));
        }
    }

    /// The picture, the same as of simulated nodes.
    pub fn frame(&self) -> Frame {
        let mut frame = Frame::of(&self.chronicle, self.now);
        for (node, process) in frame.nodes.iter_mut().zip(&self.processes) {
            node.process = Some(process.clone());
        }
        for (node, database) in frame.nodes.iter_mut().zip(&self.databases) {
            if database.is_some() {
                (node.process, node.database) = (None, database.clone());
            }
        }
        frame
    }
}

fn node_chronicle(mut node: NodeChronicle, told: &NodeState, state: &State) -> NodeChronicle {
    let record = |(record, durability): &(Record, Durability)| RecordView {
        record: record.clone(),
        durability: *durability,
        is_confirmed: *durability == Durability::Forced,
    };
    node.is_up = told.is_up;
    node.starts = told.starts;
    (node.free, node.held) = (told.free, told.held);
    node.armed = told.armed.map(CrashAt::Point);
    node.log = Arc::new(told.log.tail.iter().map(record).collect());
    let in_doubt = state.in_doubt.iter().filter(|doubt| doubt.took.is_none());
    let doubts = in_doubt.filter(|doubt| doubt.holder == told.node);
    for doubt in doubts {
        let since = state.now - crate::sim::Span::from_ms(doubt.age_ms);
        node.doubts.insert(doubt.id, (doubt.work, since));
    }
    node
}

fn order_view(report: &OrderReport) -> OrderView {
    OrderView {
        request: None,
        order: report.order,
        tx: Some(report.id),
        state: match report.status {
            Status::Pending => OrderState::Unanswered,
            Status::Committed => OrderState::Committed,
            Status::Aborted => OrderState::Aborted(report.reason),
        },
        placed_at: Time::ZERO,
        answered_at: None,
        cost: Cost::default(),
        damage: !report.damage.is_empty(),
    }
}
