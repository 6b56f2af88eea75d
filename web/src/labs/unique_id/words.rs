//! Names, moments, states and reasons in words.

use playground_core::unique_id::anatomy::utc;
use playground_core::unique_id::lab::{
    Failure, Frame, Loss, Message, Mistake, Node, Waiting, WorkerState, WorkerView,
};
use playground_core::unique_id::lease::LeaseRefusal;
use playground_core::unique_id::snowflake::ClockPolicy;

/// A worker by its letter: its place in the list is not the number in its IDs.
pub fn letter(worker: u8) -> char {
    char::from(b'A' + worker % 26)
}

/// A worker, within a sentence.
pub fn worker_name(worker: u8) -> String {
    format!("worker {}", letter(worker))
}

/// Who somebody is, within a sentence.
pub fn node_name(node: Node) -> String {
    match node {
        Node::Registry => "the registry".to_owned(),
        Node::Worker(worker) => worker_name(worker),
    }
}

/// The same as a title.
pub fn node_title(node: Node) -> String {
    match node {
        Node::Registry => "Registry".to_owned(),
        Node::Worker(worker) => format!("Worker {}", letter(worker)),
    }
}

/// A number of IDs.
pub fn ids_text(count: u64) -> String {
    if count == 1 {
        "1 ID".to_owned()
    } else {
        format!("{} IDs", crate::components::grouped(count))
    }
}

/// By how much a clock is off; none if it is right.
pub fn ahead_text(ahead_ms: i64) -> Option<String> {
    match ahead_ms {
        0 => None,
        1.. => Some(format!("{ahead_ms} ms ahead")),
        _ => Some(format!("{} ms behind", ahead_ms.unsigned_abs())),
    }
}

/// How a worker fares, in a word or two.
pub fn state_text(view: &WorkerView) -> &'static str {
    match view.state {
        WorkerState::Down => "down",
        WorkerState::WithoutNumber if view.is_asking => "asks for a number",
        WorkerState::WithoutNumber => "has no number",
        WorkerState::Working if view.waiting.is_some() => "waits",
        WorkerState::Working => "works",
        WorkerState::Paused { .. } => "stands still",
    }
}

/// Why a client has to wait, as it stands on a card.
pub fn waiting_text(waiting: Waiting) -> String {
    match waiting {
        Waiting::NoNumber => "no number yet".to_owned(),
        Waiting::Exhausted { ms } => format!("sequence used up: {ms} ms"),
        Waiting::SteppedBack { ms } => format!("clock went back: {ms} ms"),
        Waiting::HighWater { ms } => format!("former holder: {ms} ms"),
        Waiting::LeaseOver => "lease is over".to_owned(),
    }
}

/// The same as half a sentence that begins with who waits.
pub fn waiting_sentence(waiting: Waiting) -> String {
    match waiting {
        Waiting::NoNumber => "has to wait: it has no number".to_owned(),
        Waiting::Exhausted { ms } => {
            format!("has to wait for {ms} ms: the sequence of this millisecond is used up")
        }
        Waiting::SteppedBack { ms } => {
            format!("has to wait for {ms} ms: its clock is behind its last ID")
        }
        Waiting::HighWater { ms } => {
            format!(
                "has to wait for {ms} ms: its number’s former holder may have made IDs until then"
            )
        }
        Waiting::LeaseOver => "has to wait: its clock is past the end of its lease".to_owned(),
    }
}

/// Why a request failed.
pub fn failure_text(failure: Failure) -> String {
    failure.to_string()
}

/// Why a message did not arrive.
pub fn loss_text(loss: Loss) -> &'static str {
    match loss {
        Loss::Cut => "the link is cut",
        Loss::ReceiverDown => "nobody is there",
        Loss::Dropped => "it was lost on the way",
    }
}

/// Why the registry refuses.
pub fn refusal_text(refusal: &LeaseRefusal) -> String {
    match refusal {
        LeaseRefusal::AllTaken { numbers: 1, .. } => "the only number is taken".to_owned(),
        LeaseRefusal::AllTaken { numbers, .. } => format!("all {numbers} numbers are taken"),
        LeaseRefusal::Fenced { number, .. } => format!("number {number} has a later lease"),
        LeaseRefusal::ClockOff { ahead_ms, .. } => {
            format!("its clock is {}", ahead_text(*ahead_ms).unwrap_or_else(|| "off".to_owned()))
        }
        other => other.to_string(),
    }
}

/// What is under way, in a few letters.
pub fn message_name(message: &Message) -> String {
    match message {
        Message::Acquire { .. } => "a number?".to_owned(),
        Message::Renew { lease, .. } => format!("keep {}?", lease.number),
        Message::Release { number, .. } => format!("back: {number}"),
        Message::Granted(lease) => format!("{}: yours", lease.number),
        Message::Refused(_) => "no".to_owned(),
    }
}

/// The same, as a sentence.
pub fn message_text(frame: &Frame, message: &Message) -> String {
    use super::geometry::Timed;
    match message {
        Message::Acquire { .. } => "Wants a worker number.".to_owned(),
        Message::Renew { lease, .. } => {
            format!("Wants to keep number {}, epoch {}.", lease.number, lease.epoch)
        }
        Message::Release { number, last_ms, .. } => match last_ms {
            Some(ms) => format!(
                "Gives number {number} back; its last stamp was {}.",
                frame.since_start_ms(*ms)
            ),
            None => format!("Gives number {number} back, unused."),
        },
        Message::Granted(lease) => format!(
            "Number {} is the worker’s for stamps after {} and up to {} ms; epoch {}.",
            lease.number,
            frame.since_start_ms(lease.after_ms).max(0),
            frame.since_start_ms(lease.until_ms),
            lease.epoch
        ),
        Message::Refused(why) => format!("Refused: {}.", refusal_text(why)),
    }
}

/// What a worker does when its clock has stepped back.
pub fn policy_text(policy: ClockPolicy) -> String {
    match policy {
        ClockPolicy::Wait { at_most_ms } => format!("waits, {at_most_ms} ms at most"),
        ClockPolicy::Refuse => "refuses".to_owned(),
        ClockPolicy::Borrow { at_most_ms } => {
            format!("goes on from its last ID, {at_most_ms} ms ahead at most")
        }
    }
}

/// What is done wrong.
pub fn mistake_text(mistake: Option<Mistake>) -> &'static str {
    match mistake {
        None => "nothing",
        Some(Mistake::OneNumber) => "every worker is configured with the same number",
        Some(Mistake::SequenceRunsOn) => {
            "the sequence is not reset, and wraps within a millisecond"
        }
        Some(Mistake::Seconds) => "the time stamp counts seconds",
        Some(Mistake::WithoutMask) => "the parts are joined without a mask",
        Some(Mistake::ClockTrusted) => "nobody looks whether the clock stepped back",
        Some(Mistake::HighWaterForgotten) => "a new lease forgets the former one’s high-water mark",
        Some(Mistake::LeaseNotLookedAt) => "workers do not look whether their lease holds",
        Some(Mistake::NoFencing) => "the registry does not look at epochs",
        Some(Mistake::AnswerBeforeWrite) => "the registry answers before its disk has written",
        Some(Mistake::AutoIncrement) => "each shard numbers its posts by itself",
    }
}

/// A moment, in milliseconds since 1970, as it is written everywhere in this lab.
pub fn moment_text(unix_ms: u64) -> String {
    utc(i64::try_from(unix_ms).unwrap_or(i64::MAX))
}

/// A sentence begins with a capital letter and ends with a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_have_letters_and_clocks_are_ahead_or_behind() {
        assert_eq!([0, 7].map(letter), ['A', 'H']);
        assert_eq!(
            [-3, 0, 4].map(ahead_text),
            [Some("3 ms behind".into()), None, Some("4 ms ahead".into())]
        );
    }

    #[test]
    fn a_sentence_is_one() {
        assert_eq!(sentence("the clock steps back"), "The clock steps back.");
        assert_eq!(sentence(""), "");
    }
}
