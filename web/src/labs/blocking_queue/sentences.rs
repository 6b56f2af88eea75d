//! What happened, as sentences: the player's caption and what is announced.

use super::words::{drop_text, pace_text, policy_text, seconds, sentence, verb};
use playground_core::blocking_queue::lab::{Ask, Event, Party, Side};

/// How many things that happen at once are told.
const MOST_PARTS: usize = 3;

/// What happened at once, as one sentence.
pub fn told(events: &[Event]) -> String {
    let mut parts: Vec<String> = events.iter().filter_map(half).collect();
    parts.dedup();
    let told = parts.len();
    parts.truncate(MOST_PARTS);
    if told > MOST_PARTS {
        parts.push(format!("and {} more", told - MOST_PARTS));
    }
    sentence(&parts.join("; "))
}

/// An event as half a sentence; none if it only repeats what another says.
fn half(event: &Event) -> Option<String> {
    Some(match event {
        Event::Made { by: Party::Putter(_), .. } | Event::Answered { .. } => return None,
        Event::Asked { ask: Ask::Enqueue(_) | Ask::Dequeue, .. } => return None,
        Event::Asked { ask, .. } => format!("you ask: {ask}"),
        Event::Made { by, item } => format!("{by} has made {item}"),
        Event::Stored { by, item, length } => {
            format!("{} {item} in: {length} inside", verb(*by, "put"))
        }
        Event::Taken { by, item, waited, length } => {
            format!("{} {item} out after {}: {length} left", verb(*by, "take"), seconds(*waited))
        }
        Event::Finished { consumer, item } => {
            format!("consumer {} is done with {item}", u16::from(*consumer) + 1)
        }
        Event::Dropped { item, why } => format!("{item} is thrown away: {}", drop_text(*why)),
        Event::TookNothing { by } => format!("{} something that was not there", verb(*by, "take")),
        Event::Parked { .. }
        | Event::Woken { .. }
        | Event::WokenSpuriously { .. }
        | Event::Notified { .. }
        | Event::TimedOut { .. } => return waiting(event),
        other => return done(other),
    })
}

/// What is told of waiting and waking.
fn waiting(event: &Event) -> Option<String> {
    Some(match event {
        Event::Parked { by, is_again: true } => {
            format!("{} to wait again: somebody else was faster", has(*by))
        }
        Event::Parked { by, .. } => match by.side() {
            Side::Putting => format!("the queue is full: {} parked", is(*by)),
            Side::Taking => format!("the queue is empty: {} parked", is(*by)),
        },
        Event::Woken { party, by: Some(by) } => format!("{} {}", verb(*by, "wake"), name(*party)),
        Event::Woken { party, by: None } => format!("{} woken", is(*party)),
        Event::WokenSpuriously { party } => {
            format!("{} up, although nobody has called", verb(*party, "wake"))
        }
        Event::Notified { by } => format!("{} nobody", verb(*by, "wake")),
        Event::TimedOut { party } => format!("{} waited long enough", has(*party)),
        _ => return None,
    })
}

/// What befalls workers and the queue.
fn done(event: &Event) -> Option<String> {
    Some(match event {
        Event::Ended { worker } => format!("{worker} finds the queue closed, and is done"),
        Event::Closed => "the queue is closed".to_owned(),
        Event::Started { worker } => format!("{worker} starts"),
        Event::Crashed { worker } => format!("{worker} dies, with what it held"),
        Event::Paused { worker } => format!("{worker} stands still"),
        Event::Resumed { worker } => format!("{worker} goes on"),
        Event::PaceSet { worker, pace } => {
            format!("{worker} takes {} from now on", pace_text(Some(*pace)))
        }
        Event::PolicySet { policy } => {
            format!("from now on, if there is no room, {}", policy_text(*policy))
        }
        Event::CapacitySet { capacity: 1 } => "one item fits in from now on".to_owned(),
        Event::CapacitySet { capacity } => format!("{capacity} items fit in from now on"),
        Event::Refused { reason } => reason.clone(),
        _ => return None,
    })
}

fn name(party: Party) -> String {
    party.to_string()
}

fn is(party: Party) -> String {
    if party.worker().is_some() { format!("{party} is") } else { "you are".to_owned() }
}

fn has(party: Party) -> String {
    if party.worker().is_some() { format!("{party} has") } else { "you have".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::scenarios;
    use playground_core::sim::replay;

    #[test]
    fn whatever_happens_in_the_scenarios_can_be_told_or_repeats_something() {
        for named in scenarios::all().into_iter().chain(scenarios::broken()) {
            for (_, event) in replay(&named.run, named.until, 20_000).events {
                let text = told(std::slice::from_ref(&event));
                let is_sentence = text.ends_with('.') && !text.starts_with(char::is_lowercase);
                assert!(text.is_empty() || is_sentence, "{event:?}: {text}");
            }
        }
    }

    #[test]
    fn many_things_at_once_are_cut_short() {
        let closed = Event::Closed;
        let ended = |number| Event::Ended {
            worker: playground_core::blocking_queue::lab::Worker::Consumer(number),
        };
        let text = told(&[closed, ended(0), ended(1), ended(2), ended(3)]);
        assert!(text.ends_with("; and 2 more."), "{text}");
    }
}
