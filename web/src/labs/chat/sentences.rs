//! What happened, as sentences: the player's caption and what is announced.

use super::packets::{Tone, packet_name, tone};
use playground_core::chat::{Body, ChatNode, Event, Frame, Happened, SERVER, Timer};
use playground_core::sim::{ClusterEvent, Durability, LossReason, NodeId};

/// Puts into words what happens among these tabs.
#[derive(Clone, Debug, PartialEq)]
pub struct Teller {
    /// The names of the tabs, in the order of their nodes.
    names: Vec<String>,
}

impl Teller {
    /// For the tabs of a frame.
    pub fn of(frame: &Frame) -> Self {
        let names = frame.tabs.iter().map(|tab| super::words::tab_title(frame, tab));
        Teller { names: names.collect() }
    }

    fn name(&self, node: NodeId) -> &str {
        match usize::from(node.0).checked_sub(1) {
            None => "the server",
            Some(index) => self.names.get(index).map_or("somebody", String::as_str),
        }
    }

    /// What happened at once, as one sentence.
    pub fn sentence(&self, events: &[Happened]) -> String {
        let mut parts: Vec<String> = events.iter().filter_map(|event| self.half(event)).collect();
        parts.dedup();
        let sent = parts.len();
        parts.truncate(4);
        if sent > 4 {
            parts.push(format!("and {} more", sent - 4));
        }
        let text = parts.join("; ");
        let mut letters = text.chars();
        let Some(first) = letters.next() else { return text };
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    }

    /// An event as half a sentence; none if it only repeats what another says.
    fn half(&self, event: &Happened) -> Option<String> {
        Some(match event {
            Happened::Cluster(event) => return self.in_cluster(event),
            Happened::Said { tab, .. } => format!("{} says something", self.name(*tab)),
            Happened::Cut { tab } => format!("the connection of {} is cut", self.name(*tab)),
            Happened::WentOffline { tab } => format!("{} leaves the network", self.name(*tab)),
            Happened::CameOnline { tab } => format!("{} is back on the network", self.name(*tab)),
            Happened::Armed { after_outputs } => {
                format!("the server is going to die after {after_outputs} more steps")
            }
            Happened::NetworkSet => "the network behaves otherwise from now on".to_owned(),
            Happened::DiskSet => "the server’s disk behaves otherwise from now on".to_owned(),
            Happened::Delayed { .. } => "a packet is held back".to_owned(),
            Happened::Refused { reason } => format!("impossible: {reason}"),
        })
    }

    fn in_cluster(&self, event: &ClusterEvent<ChatNode>) -> Option<String> {
        Some(match event {
            ClusterEvent::Started(SERVER) => "the server starts and reads its disk".to_owned(),
            ClusterEvent::Started(node) => format!("{} opens the page", self.name(*node)),
            ClusterEvent::Crashed { node: SERVER, lost_records: 0 } => "the server dies".to_owned(),
            ClusterEvent::Crashed { node: SERVER, lost_records } => {
                format!("the server dies, and {lost_records} records are lost")
            }
            ClusterEvent::Crashed { node, .. } => format!("{} closes the page", self.name(*node)),
            ClusterEvent::Sent(flight) if is_quiet(&flight.message.body) => return None,
            ClusterEvent::Sent(flight) if flight.from == SERVER => {
                format!("to {}: {}", self.name(flight.to), packet_name(&flight.message.body))
            }
            ClusterEvent::Sent(flight) => {
                format!("{} sends {}", self.name(flight.from), packet_name(&flight.message.body))
            }
            ClusterEvent::Delivered(flight) if is_quiet(&flight.message.body) => return None,
            ClusterEvent::Delivered(flight) => {
                format!("{} reaches {}", packet_name(&flight.message.body), self.name(flight.to))
            }
            ClusterEvent::Lost(flight, reason) => format!(
                "{} for {} is {}",
                packet_name(&flight.message.body),
                self.name(flight.to),
                loss(*reason)
            ),
            ClusterEvent::Appended { node: SERVER, durability: Durability::Forced, .. } => {
                "the server writes to its disk and waits for it".to_owned()
            }
            ClusterEvent::Forced(SERVER) => "the disk has it".to_owned(),
            ClusterEvent::Fired(node, timer) => return self.fired(*node, timer),
            ClusterEvent::Reported(node, event) => return self.reported(*node, event),
            ClusterEvent::Refused(node) => format!("{} does not answer", self.name(*node)),
            ClusterEvent::Appended { .. } | ClusterEvent::Forced(_) => return None,
        })
    }

    fn fired(&self, node: NodeId, timer: &Timer) -> Option<String> {
        Some(match timer {
            Timer::Connect => format!("{} connects", self.name(node)),
            Timer::Answer => format!("{} has waited long enough for a connection", self.name(node)),
            Timer::Gap(_) => {
                format!("a packet for {} has been missing for too long", self.name(node))
            }
            Timer::Hello(_) => "a connection has not said hello in time".to_owned(),
            Timer::Room(_) | Timer::Ping(_) | Timer::Wake => return None,
        })
    }

    fn reported(&self, node: NodeId, event: &Event) -> Option<String> {
        let name = self.name(node);
        Some(match event {
            Event::Connected(_, Some(farewell)) => {
                format!("{name} is welcome again, and told why it was cut: {}", farewell.reason())
            }
            Event::Connected(..) => format!("{name} is welcome"),
            Event::Disconnected(farewell) => {
                format!("{name} has no connection any more: {}", farewell.reason())
            }
            Event::Rejected(reason) => format!("{name} is not let in: {reason}"),
            Event::Joined { recovered: true, messages: 0, .. } => {
                format!("{name} has missed nothing")
            }
            Event::Joined { recovered: true, messages, .. } => {
                format!("{name} gets the {messages} messages that were missed")
            }
            Event::Joined { .. } => return None,
            Event::Shown(message) => format!("{name} shows number {}", message.seq),
            Event::DroppedDouble(_) => format!("{name} has it already and drops it"),
            Event::NoticedGap(_) => format!("{name} notices that something is missing and asks"),
            Event::Acknowledged { seq, is_retry: true, .. } => {
                format!("{name} learns that it had been stored before, as number {seq}")
            }
            Event::Acknowledged { seq, .. } => format!("{name} knows that number {seq} is stored"),
            Event::Delivered { seq, by: 1, .. } => {
                format!("{name} knows that number {seq} is at 1 person")
            }
            Event::Delivered { seq, by, .. } => {
                format!("{name} knows that number {seq} is at {by} people")
            }
            Event::Refused(reason) => format!("{name} is refused: {reason}"),
            Event::SessionEnded(_, link, Some(farewell)) => {
                format!("the server cuts {}: {}", self.name(link.tab), farewell.reason())
            }
            Event::SessionEnded(_, link, None) => {
                format!("the server notices that {} is gone", self.name(link.tab))
            }
            Event::SessionOpened(..) => return None,
            Event::Recovered(count) => format!("it has recovered {count} messages"),
        })
    }
}

/// What keeps a connection going is not worth a word.
fn is_quiet(body: &Body) -> bool {
    tone(body) == Tone::Line && !matches!(body, Body::Open | Body::Opened)
}

fn loss(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Chance => "lost on the network",
        LossReason::Partition => "stopped at a link that is cut",
        LossReason::ReceiverDown => "for somebody who is not there",
        LossReason::Dropped => "taken off the wire",
    }
}
