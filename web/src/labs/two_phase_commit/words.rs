//! Nodes, messages, records, orders and what happens to them, in words.

pub use super::sentences::{describe, describe_wallets};
use playground_core::sim::{Durability, LossReason, NodeId, Time};
use playground_core::two_phase_commit::{
    CrashAt, Frame, Good, Handover, Message, NodeView, Order, OrderState, Outcome, PendingView,
    Place, Reason, Record, Timer, Vote, Work, World,
};

/// What a node is called.
pub fn node_name(frame: &Frame, node: NodeId) -> &'static str {
    frame.node(node).map_or("nobody", |node| node.place.title())
}

/// What a node of a world is called within a sentence.
pub fn in_prose(world: World, node: NodeId) -> &'static str {
    match world.places().get(usize::from(node.0)) {
        Some(Place::Coordinator) => "the coordinator",
        Some(Place::Inventory) => "the inventory",
        Some(Place::Delivery) => "delivery",
        Some(Place::YourWallet) => "your wallet",
        Some(Place::FriendsWallet) => "your friend's wallet",
        Some(Place::Card) => "the card",
        None => "nobody",
    }
}

/// What a message is called: one or two words.
pub fn message_name(message: &Message) -> &'static str {
    match message {
        Message::Prepare { .. } => "prepare",
        Message::CommitInOnePhase { .. } => "one phase",
        Message::Voted { vote: Vote::Yes, .. } => "vote yes",
        Message::Voted { vote: Vote::No(_), .. } => "vote no",
        Message::Voted { vote: Vote::ReadOnly, .. } => "read only",
        Message::Decision { outcome, .. } => outcome_name(*outcome),
        Message::Acknowledged { .. } => "ack",
        Message::Inquiry { .. } => "inquiry",
        Message::Concluded { outcome: Outcome::Committed, .. } => "committed",
        Message::Concluded { outcome: Outcome::Aborted, .. } => "aborted",
    }
}

/// What a record is called: one or two words.
pub fn record_name(record: &Record) -> &'static str {
    match record {
        Record::Started { .. } => "started",
        Record::Decided { .. } => "commit",
        Record::Ended { .. } => "end",
        Record::Concluded { outcome, .. } => outcome_name(*outcome),
        Record::Prepared { .. } => "prepared",
        Record::Committed { .. } | Record::CommittedInOnePhase { .. } => "committed",
        Record::Aborted { .. } => "aborted",
        Record::Heuristic { outcome: Outcome::Committed, .. } => "hand: commit",
        Record::Heuristic { outcome: Outcome::Aborted, .. } => "hand: abort",
        Record::Settled { .. } => "settled",
        Record::Stocked { .. } => "stock",
    }
}

/// How a transaction ends, as an order to its participants.
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Committed => "commit",
        Outcome::Aborted => "abort",
    }
}

/// Whether a record waits for the disk.
pub fn durability_name(durability: Durability) -> &'static str {
    match durability {
        Durability::Forced => "forced",
        Durability::Lazy => "lazy",
    }
}

/// So many of a good: "2 drinks".
pub fn goods_text(good: Good, quantity: u32) -> String {
    match (good, quantity) {
        (Good::Cent, cents) => euros(cents),
        (Good::Fries, 1) => "1 portion of fries".to_owned(),
        (Good::Fries, _) => format!("{quantity} portions of fries"),
        (_, 1) => format!("1 {good}"),
        _ => format!("{quantity} {good}s"),
    }
}

/// Cents as euros.
pub fn euros(cents: u32) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}

/// What a participant has been asked to do.
pub fn work_text(work: Work) -> String {
    match work {
        Work::Take { good, quantity } => goods_text(good, quantity),
        Work::Look { good } => format!("a look at {good}"),
    }
}

/// What was ordered: "2 drinks, delivered".
pub fn order_text(order: &Order) -> String {
    match *order {
        Order::Meal { item, quantity, handover: Handover::Delivered } => {
            format!("{}, delivered", goods_text(item, quantity))
        }
        Order::Meal { item, quantity, handover: Handover::PickedUp } => {
            format!("{}, picked up", goods_text(item, quantity))
        }
        Order::Quote { item } => format!("only asking: {item}"),
        Order::Paid { item, quantity, cents } => {
            format!("{}, delivered, for {}", goods_text(item, quantity), euros(cents))
        }
        Order::Bill { yours, friends } => {
            format!("a bill: {} and {}", euros(yours), euros(friends))
        }
    }
}

/// Why a transaction aborts.
pub fn reason_text(reason: Reason) -> String {
    match reason {
        Reason::OutOf(Good::Cent) => "too little money".to_owned(),
        Reason::OutOf(good) => format!("too few of: {good}"),
        Reason::VoteTimedOut => "a vote was overdue".to_owned(),
        Reason::GivenUp => "a participant had given up".to_owned(),
        Reason::Locked(good) => format!("locked for too long by others: {good}"),
        Reason::Unavailable => "a database is away or refused".to_owned(),
    }
}

/// What became of an order.
pub fn state_text(state: &OrderState) -> String {
    match state {
        OrderState::Waiting => "waiting".to_owned(),
        OrderState::Unanswered => "without an answer".to_owned(),
        OrderState::Committed => "committed".to_owned(),
        OrderState::Aborted(None) => "aborted".to_owned(),
        OrderState::Aborted(Some(reason)) => format!("aborted: {}", reason_text(*reason)),
        OrderState::Refused => "refused".to_owned(),
    }
}

/// When a node is going to die, to go on after "dies".
pub fn crash_text(at: CrashAt) -> String {
    match at {
        CrashAt::Now => "now".to_owned(),
        CrashAt::AfterOutputs(1) => "after its next step".to_owned(),
        CrashAt::AfterOutputs(outputs) => format!("after {outputs} more steps"),
        CrashAt::Point(point) => point.words().to_owned(),
    }
}

/// What a node has yet to do.
pub fn pending_text(frame: &Frame, pending: &PendingView) -> String {
    match pending {
        PendingView::Append(record, Durability::Forced) => {
            format!("forcing “{}”", record_name(record))
        }
        PendingView::Append(record, Durability::Lazy) => {
            format!("writing “{}” lazily", record_name(record))
        }
        PendingView::Send(to, message) => {
            format!("sending “{}” to {}", message_name(message), node_name(frame, *to))
        }
    }
}

/// What a node waits for.
pub fn timer_text(timer: &Timer) -> String {
    match timer {
        Timer::Vote(tx) => format!("waits for votes on {tx}"),
        Timer::Resend(tx) => format!("waits for answers on {tx}"),
        Timer::Inquire(tx) => format!("waits for the decision on {tx}"),
    }
}

/// How a message got lost.
pub fn loss_text(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Chance => "lost by chance",
        LossReason::Partition => "lost, the link is cut",
        LossReason::ReceiverDown => "lost, the receiver is down",
        LossReason::Dropped => "taken off the wire",
    }
}

/// How long ago something was, in seconds with one digit.
pub fn seconds_since(now: Time, since: Time) -> String {
    format!("{:.1} s", now.since(since).as_ms_f64() / 1e3)
}

/// Whether a node is up, and what else is the matter with it: "up, cut off".
pub fn condition(node: &NodeView) -> String {
    let mut words = vec![if node.is_up { "up" } else { "down" }];
    if node.is_isolated {
        words.push("cut off");
    }
    if node.disk.is_some_and(|(_, lies)| lies) {
        words.push("disk lies");
    }
    words.join(", ")
}

/// A node as a sentence, for those who cannot see its card. Seconds are whole, so that the sentence
/// does not change at every frame.
pub fn node_sentence(frame: &Frame, node: &NodeView) -> String {
    let mut parts = vec![node.place.title().to_owned(), condition(node)];
    if let Some(at) = node.armed {
        parts.push(format!("dies {}", crash_text(at)));
    }
    parts.extend(node.free.goods(&node.full).map(|(good, count)| match good {
        Good::Cent => format!("{} free", euros(count)),
        _ => format!("{} free", goods_text(good, count)),
    }));
    for (tx, work, since) in &node.doubts {
        let seconds = frame.now.since(*since).0 / 1_000_000;
        parts.push(format!("{} in doubt for {seconds} s ({tx})", work_text(*work)));
    }
    if node.is_forcing {
        parts.push("waits for its disk".to_owned());
    }
    if let Some(view) = &node.database {
        parts.push(format!("database {}", super::databases::program(&view.database)));
    }
    if let Some(pid) = node.process.as_ref().and_then(|process| process.pid) {
        parts.push(format!("process {pid}"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_read_as_one_would_say_them() {
        let picked = Order::Meal { item: Good::Fries, quantity: 1, handover: Handover::PickedUp };
        let orders =
            [Order::delivered(Good::Drink, 2), picked, Order::Bill { yours: 605, friends: 500 }];
        let said =
            ["2 drinks, delivered", "1 portion of fries, picked up", "a bill: €6.05 and €5.00"];
        assert_eq!(orders.map(|order| order_text(&order)), said);
    }
}
