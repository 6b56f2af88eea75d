//! What happened, as sentences: the player's caption and what is announced.

use super::words::{
    crash_text, in_prose, loss_text, message_name, order_text, outcome_name, reason_text,
    record_name,
};
use playground_core::sim::{ClusterEvent, Durability, NodeId};
use playground_core::two_phase_commit::{
    Event, Happened, Outcome, Timer, TwoPhaseNode, Vote, World,
};

/// What happened at once, in the restaurant.
pub fn describe(events: &[Happened]) -> String {
    sentence(World::Restaurant, events)
}

/// What happened at once, among the wallets.
pub fn describe_wallets(events: &[Happened]) -> String {
    sentence(World::Wallets, events)
}

fn sentence(world: World, events: &[Happened]) -> String {
    let parts: Vec<String> = events.iter().filter_map(|event| half(world, event)).collect();
    let text = parts.join("; ");
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return text };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

/// An event as half a sentence; none if it only repeats what another says.
fn half(world: World, event: &Happened) -> Option<String> {
    let name = |node: &NodeId| in_prose(world, *node);
    Some(match event {
        Happened::Cluster(event) => return in_cluster(world, event),
        Happened::Submitted { request, order } => {
            format!("order {request} comes in: {}", order_text(order))
        }
        Happened::Isolated { nodes } => {
            let names: Vec<_> = nodes.iter().map(name).collect();
            format!("the links of {} are cut", names.join(" and "))
        }
        Happened::Healed => "all links are mended".to_owned(),
        Happened::NetworkSet => "the network behaves otherwise from now on".to_owned(),
        Happened::DiskSet { node } => {
            format!("the disk of {} behaves otherwise from now on", name(node))
        }
        Happened::Armed { node, at } => {
            format!("{} is going to die {}", name(node), crash_text(*at))
        }
        Happened::Delayed { .. } => "a message is held back".to_owned(),
        Happened::Refused { reason } => format!("impossible: {reason}"),
    })
}

fn in_cluster(world: World, event: &ClusterEvent<TwoPhaseNode>) -> Option<String> {
    let name = |node: &NodeId| in_prose(world, *node);
    Some(match event {
        ClusterEvent::Started(node) => format!("{} starts", name(node)),
        ClusterEvent::Crashed { node, lost_records: 0 } => format!("{} dies", name(node)),
        ClusterEvent::Crashed { node, lost_records: 1 } => {
            format!("{} dies, and the last record is lost", name(node))
        }
        ClusterEvent::Crashed { node, lost_records } => {
            format!("{} dies, and {lost_records} records are lost", name(node))
        }
        ClusterEvent::Sent(flight) => {
            let message = message_name(&flight.message);
            format!("{} sends “{message}” to {}", name(&flight.from), name(&flight.to))
        }
        ClusterEvent::Delivered(flight) => {
            format!("“{}” reaches {}", message_name(&flight.message), name(&flight.to))
        }
        ClusterEvent::Lost(flight, reason) => {
            let message = message_name(&flight.message);
            format!("“{message}” to {} is {}", name(&flight.to), loss_text(*reason))
        }
        ClusterEvent::Appended { node, record, durability: Durability::Forced } => {
            format!("{} forces “{}” to its disk", name(node), record_name(record))
        }
        ClusterEvent::Appended { node, record, durability: Durability::Lazy } => {
            format!("{} writes “{}” without waiting", name(node), record_name(record))
        }
        ClusterEvent::Forced(node) => format!("the disk of {} has it", name(node)),
        ClusterEvent::Fired(node, timer) => fired(name(node), timer),
        ClusterEvent::Reported(node, event) => return reported(name(node), event),
        ClusterEvent::Refused(node) => format!("{} is down and does not answer", name(node)),
    })
}

fn fired(name: &str, timer: &Timer) -> String {
    match timer {
        Timer::Vote(tx) => format!("{name} has waited long enough for the votes on {tx}"),
        Timer::Resend(tx) => format!("{name} asks once more about {tx}"),
        Timer::Inquire(tx) => format!("{name} has waited long enough for the decision on {tx}"),
    }
}

fn reported(name: &str, event: &Event) -> Option<String> {
    Some(match event {
        Event::Began { tx, .. } => format!("transaction {tx} begins"),
        Event::Voted { vote: Vote::Yes, .. } => format!("{name} is in doubt from here on"),
        Event::Voted { vote: Vote::No(reason), .. } => {
            format!("{name} refuses: {}", reason_text(*reason))
        }
        Event::Decided { tx, outcome, reason: Some(reason) } => {
            format!("the decision on {tx} is {}: {}", outcome_name(*outcome), reason_text(*reason))
        }
        Event::Decided { tx, outcome, reason: None } => {
            format!("the decision on {tx} is {}", outcome_name(*outcome))
        }
        Event::Answered { request, outcome: Outcome::Committed, .. } => {
            format!("order {request} is answered: committed")
        }
        Event::Answered { request, outcome: Outcome::Aborted, .. } => {
            format!("order {request} is answered: aborted")
        }
        Event::Ended { tx } => format!("everybody is done with {tx}"),
        Event::Resolved { tx, outcome: Outcome::Committed, by_operator } => {
            format!(
                "{name} {} {tx}",
                if *by_operator { "is told by hand to commit" } else { "commits" }
            )
        }
        Event::Resolved { tx, outcome: Outcome::Aborted, by_operator } => {
            format!(
                "{name} {} {tx}",
                if *by_operator { "is told by hand to abort" } else { "aborts" }
            )
        }
        Event::Recovered { unfinished, .. } if unfinished.is_empty() => return None,
        Event::Recovered { unfinished, .. } => {
            let ids: Vec<_> = unfinished.iter().map(ToString::to_string).collect();
            format!("{name} reads in its log that {} is unfinished", ids.join(", "))
        }
        Event::Inquired { tx } => format!("{name} asks how {tx} ended"),
        Event::Damaged { tx, took, decided } => format!(
            "damage at {name}: it took {} for the decision on {tx}, which was {}",
            outcome_name(*took),
            outcome_name(*decided)
        ),
        Event::Unheard { tx } => {
            format!("{name} is told to commit {tx}, of which its log knows nothing")
        }
        Event::Refused { why, .. } => format!("{name} refuses: {why}"),
        Event::Voted { vote: Vote::ReadOnly, .. } | Event::Holds { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::two_phase_commit::{Good, Order};

    #[test]
    fn what_happened_at_once_is_one_sentence() {
        let order = Order::delivered(Good::Burger, 1);
        let events = [
            Happened::Submitted { request: 1, order },
            Happened::Cluster(ClusterEvent::Refused(NodeId(0))),
        ];
        let said =
            "Order 1 comes in: 1 burger, delivered; the coordinator is down and does not answer.";
        assert_eq!(describe(&events), said);
        assert_eq!(describe(&[]), "");
    }

    #[test]
    fn the_nodes_of_each_world_have_their_names() {
        let events = [Happened::Cluster(ClusterEvent::Forced(NodeId(1)))];
        assert_eq!(describe(&events), "The disk of the inventory has it.");
        assert_eq!(describe_wallets(&events), "The disk of your wallet has it.");
    }
}
