//! Names, times, states and reasons in words.

use playground_core::blocking_queue::Order;
use playground_core::blocking_queue::lab::{
    DropReason, Mistake, Pace, Party, Policy, Spread, Worker, WorkerState, WorkerView,
};
use playground_core::sim::{Span, Time};

/// A worker as a title.
pub fn worker_title(worker: Worker) -> String {
    capital(&worker.to_string())
}

/// A sentence of what may stand within one.
pub fn sentence(half: &str) -> String {
    if half.is_empty() { String::new() } else { format!("{}.", capital(half)) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Seconds with one digit.
pub fn seconds(span: Span) -> String {
    format!("{:.1} s", span.as_ms_f64() / 1e3)
}

/// A time in the unit in which it is read best.
pub fn short_time(us: f64) -> String {
    match us {
        us if us < 10.0 => format!("{us:.1} µs"),
        us if us < 1e3 => format!("{us:.0} µs"),
        us if us < 10e3 => format!("{:.1} ms", us / 1e3),
        us if us < 1e6 => format!("{:.0} ms", us / 1e3),
        us => format!("{:.2} s", us / 1e6),
    }
}

/// A number of items.
pub fn items_text(count: u64) -> String {
    if count == 1 {
        "1 item".to_owned()
    } else {
        format!("{} items", crate::components::grouped(count))
    }
}

/// How a worker fares, in a few words.
pub fn state_text(view: &WorkerView, now: Time) -> String {
    let is_producer = matches!(view.worker, Worker::Producer(_));
    let since = seconds(now.since(view.since));
    let doing = match (view.state, is_producer) {
        (WorkerState::Down, _) => "down".to_owned(),
        (WorkerState::Ended, _) => "done: closed".to_owned(),
        (WorkerState::Working, true) => "makes an item".to_owned(),
        (WorkerState::Working, false) => match &view.hand {
            Some(item) => format!("works on {item}"),
            None => "does something else".to_owned(),
        },
        (WorkerState::Between, _) => "has looked, not acted".to_owned(),
        (WorkerState::Parked, true) => format!("parked: full, {since}"),
        (WorkerState::Parked, false) => format!("parked: empty, {since}"),
        (WorkerState::Woken, _) => "woken, gets up".to_owned(),
    };
    if view.is_paused && view.state != WorkerState::Down {
        format!("stands still, {since}")
    } else {
        doing
    }
}

/// The same for those who cannot see the picture.
pub fn state_sentence(view: &WorkerView) -> String {
    let is_producer = matches!(view.worker, Worker::Producer(_));
    let what = match (view.state, is_producer) {
        _ if view.is_paused && view.state != WorkerState::Down => "stands still",
        (WorkerState::Parked, true) => "parked, because the queue is full",
        (WorkerState::Parked, false) => "parked, because the queue is empty",
        (WorkerState::Woken, _) => "woken",
        (WorkerState::Working, true) => "makes an item",
        (WorkerState::Working, false) => "works",
        (WorkerState::Between, _) => "between two steps",
        (WorkerState::Down, _) => "down",
        (WorkerState::Ended, _) => "done, because the queue is closed",
    };
    let hand = view.hand.as_ref().map_or(String::new(), |item| format!(", holds {item}"));
    format!("{}: {what}{hand}, {} done", worker_title(view.worker), view.done)
}

/// How fast somebody works.
pub fn pace_text(pace: Option<Pace>) -> String {
    let Some(Pace { mean_ms, spread }) = pace else { return "without a rest".to_owned() };
    let around = match spread {
        Spread::Steady => "always",
        Spread::Uniform => "about",
        Spread::Memoryless => "at random, on average",
    };
    format!("{around} {:.2} s an item", f64::from(mean_ms) / 1e3)
}

/// What happens when there is no room.
pub fn policy_text(policy: Policy) -> &'static str {
    match policy {
        Policy::Block => "the producer waits",
        Policy::TimeOut { .. } => "the producer waits for a second, then throws the item away",
        Policy::DropNewest => "the new item is thrown away",
        Policy::DropOldest => "the oldest item is thrown away",
    }
}

/// Who goes first.
pub fn order_text(order: Order) -> &'static str {
    match order {
        Order::Barging => "whoever is faster",
        Order::Fair => "whoever has waited longest",
    }
}

/// What is done wrong, as an option of a list.
pub fn mistake_text(mistake: Option<Mistake>) -> &'static str {
    match mistake {
        None => "none",
        Some(Mistake::IfForWhile) => "if in place of while: who is woken does not look again",
        Some(Mistake::SharedCondition) => "one condition for both sides, and notify_one",
        Some(Mistake::NotifyBeforeChange) => "the other side is notified before the change",
        Some(Mistake::NotifyOnEdge) => "notified only if the queue was empty, or was full",
        Some(Mistake::NoLock) => "no lock around looking and putting",
        Some(Mistake::TimeoutSwallows) => "who times out takes a wake-up along",
        Some(Mistake::CloseWakesOne) => "closing wakes one of each side",
        Some(Mistake::CloseDrops) => "closing throws away what is inside",
        Some(Mistake::Overtaking) => "fair order is promised, and newcomers overtake",
    }
}

/// Why an item is gone, within a sentence.
pub fn drop_text(why: DropReason) -> &'static str {
    match why {
        DropReason::NoRoom => "there is no room for it",
        DropReason::Displaced => "it makes room for a newer one",
        DropReason::TimedOut => "its producer has waited long enough",
        DropReason::Crashed => "whoever held it died",
        DropReason::Withdrawn => "you took it back",
        DropReason::Closed => "the queue was closed over it",
    }
}

/// The present tense of a verb for somebody: you put, producer A puts.
pub fn verb(party: Party, stem: &str) -> String {
    match party.worker() {
        None => format!("you {stem}"),
        Some(worker) => format!("{worker} {stem}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_their_unit() {
        let shown = [0.4, 37.6, 999.0, 2_345.0, 45_600.0, 1_234_000.0].map(short_time);
        assert_eq!(shown, ["0.4 µs", "38 µs", "999 µs", "2.3 ms", "46 ms", "1.23 s"]);
    }

    #[test]
    fn every_mistake_has_words_of_its_own() {
        let mut words: Vec<&str> =
            std::iter::once(None).chain(Mistake::ALL.map(Some)).map(mistake_text).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Mistake::ALL.len() + 1);
    }

    #[test]
    fn you_are_not_a_third_person() {
        assert_eq!(verb(Party::Putter(1), "put"), "you put");
        assert_eq!(verb(Party::Producer(0), "put"), "producer A puts");
    }
}
