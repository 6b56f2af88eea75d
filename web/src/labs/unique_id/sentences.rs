//! What happened, as sentences: the player's caption and what is announced.

use super::geometry::Timed;
use super::words::{
    failure_text, ids_text, letter, loss_text, node_name, refusal_text, sentence, waiting_sentence,
    worker_name,
};
use playground_core::unique_id::lab::{Event, Frame, Message, Mistake, Node};
use std::rc::Rc;

/// How many things that happen at once are told.
const MOST_PARTS: usize = 3;

/// Puts into words what happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Teller {
    frame: Rc<Frame>,
}

impl Teller {
    /// For the run of a frame.
    pub fn of(frame: &Rc<Frame>) -> Self {
        Teller { frame: frame.clone() }
    }

    /// What happened at once, as one sentence.
    pub fn sentence(&self, events: &[Event]) -> String {
        let mut parts: Vec<String> = events.iter().filter_map(|event| self.half(event)).collect();
        parts.dedup();
        let told = parts.len();
        parts.truncate(MOST_PARTS);
        if told > MOST_PARTS {
            parts.push(format!("and {} more", told - MOST_PARTS));
        }
        sentence(&parts.join("; "))
    }

    fn ms(&self, unix_ms: u64) -> i64 {
        self.frame.since_start_ms(unix_ms).max(0)
    }

    /// Who makes IDs: with counters of their own, the shards do.
    fn maker(&self, worker: u8) -> String {
        match self.frame.scenario.mistake {
            Some(Mistake::AutoIncrement) => format!("shard {worker}"),
            _ => worker_name(worker),
        }
    }

    /// An event as half a sentence; none if it only repeats what another says.
    fn half(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Asked { user: Some(user), .. } => format!("user {user} writes a post"),
            Event::Asked { worker, count, .. } => {
                format!("a client asks {} for {}", self.maker(*worker), ids_text(u64::from(*count)))
            }
            Event::Made { worker, first, count, clock_ms, .. } => {
                let (who, ids) = (self.maker(*worker), ids_text(u64::from(*count)));
                if self.frame.is_timed() {
                    format!("{who} makes {ids} at {} ms of its clock", self.ms(*clock_ms))
                } else {
                    format!("{who} counts on to {first}")
                }
            }
            Event::Failed { why, .. } => format!("a client gets no ID: {}", failure_text(*why)),
            Event::Waited { worker, why } => {
                format!("{} {}", worker_name(*worker), waiting_sentence(*why))
            }
            Event::Repeated { id, count, first, again } => {
                let (first, again) = (self.maker(*first), self.maker(*again));
                let whose = if first == again { "itself".to_owned() } else { first };
                let more = if *count > 1 {
                    format!(", and {} after it", count - 1)
                } else {
                    String::new()
                };
                format!("{again} makes {id}{more}, which {whose} has made before")
            }
            Event::Stored { shard, user, id } => {
                format!("user {user}’s post {id} is stored on shard {shard}")
            }
            Event::Answered { .. } | Event::Set { .. } => return None,
            Event::Sent { .. }
            | Event::Lost { .. }
            | Event::Granted { .. }
            | Event::Extended { .. }
            | Event::Declined { .. }
            | Event::Leased { .. }
            | Event::Dispossessed { .. }
            | Event::Released { .. }
            | Event::Revoked { .. } => return self.lease(event),
            fault => return fault_text(fault),
        })
    }

    /// What is said and done about worker numbers.
    fn lease(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Sent { from, to, message, .. } => said(*from, *to, message),
            Event::Lost { why, .. } => format!("a message does not arrive: {}", loss_text(*why)),
            Event::Granted { worker, lease } => format!(
                "the registry writes down that number {} is worker {}’s until {} ms",
                lease.number,
                letter(*worker),
                self.ms(lease.until_ms)
            ),
            Event::Extended { worker, lease } => format!(
                "the registry extends number {} for worker {} until {} ms",
                lease.number,
                letter(*worker),
                self.ms(lease.until_ms)
            ),
            Event::Declined { worker, why } => {
                format!("the registry refuses {}: {}", worker_name(*worker), refusal_text(why))
            }
            Event::Leased { worker, lease } => format!(
                "{} may write number {} into its IDs until {} ms",
                worker_name(*worker),
                lease.number,
                self.ms(lease.until_ms)
            ),
            Event::Dispossessed { worker, number } => {
                format!("{} learns that number {number} is its own no more", worker_name(*worker))
            }
            Event::Released { number } => format!("number {number} is given back"),
            Event::Revoked { number } => {
                format!("an operator declares the holder of number {number} dead")
            }
            _ => return None,
        })
    }
}

/// What somebody says to somebody.
fn said(from: Node, to: Node, message: &Message) -> String {
    let (from, to) = (node_name(from), node_name(to));
    match message {
        Message::Acquire { .. } => format!("{from} asks {to} for a number"),
        Message::Renew { lease, .. } => format!("{from} asks {to} to keep number {}", lease.number),
        Message::Release { number, .. } => format!("{from} gives number {number} back"),
        Message::Granted(lease) => {
            format!("{from} tells {to} that number {} is its own", lease.number)
        }
        Message::Refused(_) => format!("{from} says no to {to}"),
    }
}

/// What befalls nodes, clocks and links.
fn fault_text(event: &Event) -> Option<String> {
    Some(match event {
        Event::Started { node } => format!("{} starts", node_name(*node)),
        Event::Crashed { node: node @ Node::Registry } => {
            format!("{} dies; its disk stays", node_name(*node))
        }
        Event::Crashed { node } => format!("{} dies, and forgets everything", node_name(*node)),
        Event::Stopped { worker } => format!("{} stops", worker_name(*worker)),
        Event::Paused { worker, .. } => {
            format!("{} stands still, and does not know it", worker_name(*worker))
        }
        Event::Resumed { worker } => format!("{} goes on", worker_name(*worker)),
        Event::ClockStepped { node, by_ms } => {
            let (size, way) = (by_ms.unsigned_abs(), if *by_ms < 0 { "back" } else { "forward" });
            format!("the clock of {} steps {way} by {size} ms", node_name(*node))
        }
        Event::RateSet { node, permille: 0 } => format!("the clock of {} stands", node_name(*node)),
        Event::RateSet { node, permille } => {
            format!(
                "the clock of {} goes at {} % of the right pace",
                node_name(*node),
                permille / 10
            )
        }
        Event::LinkCut { worker } => {
            format!("the link of {} to the registry is cut", worker_name(*worker))
        }
        Event::LinkMended { worker } => format!("the link of {} is mended", worker_name(*worker)),
        Event::Delayed { .. } => "a message will arrive later".to_owned(),
        Event::Refused { reason } => reason.clone(),
        _ => return None,
    })
}
