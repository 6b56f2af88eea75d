//! Words and numbers as this lab says them.

use crate::components::grouped;
use playground_core::multi_threading::instruction::{Word, item_of};
use playground_core::multi_threading::lab::{Frame, Scheduler, ThreadState, ThreadView};
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::process::Effect;
use playground_core::multi_threading::split::Split;

/// The number of a thread as a reader counts, and as its key says.
pub fn number_text(thread: usize) -> String {
    (thread + 1).to_string()
}

/// A thread, at the beginning of a sentence.
pub fn thread_title(thread: u8) -> String {
    format!("Thread {}", u32::from(thread) + 1)
}

/// A thread, within a sentence.
pub fn thread_name(thread: u8) -> String {
    format!("thread {}", u32::from(thread) + 1)
}

/// Threads, within a sentence.
pub fn thread_names(threads: &[u8]) -> String {
    let names: Vec<String> = threads.iter().map(|it| (u32::from(*it) + 1).to_string()).collect();
    match names.split_last() {
        None => "nobody".to_owned(),
        Some((last, [])) => format!("thread {last}"),
        Some((last, others)) => format!("threads {} and {last}", others.join(", ")),
    }
}

/// The name of a cell.
pub fn cell_name(frame: &Frame, cell: u32) -> &str {
    frame.cells.get(cell as usize).map_or("a cell", |it| it.name.as_str())
}

/// The name of a lock.
pub fn lock_name(frame: &Frame, lock: u8) -> &'static str {
    frame.locks.get(usize::from(lock)).map_or("a lock", |it| it.name)
}

/// What a cell or a register holds: an item of a queue is named by who made it, and which of its items it is.
pub fn word_text(word: Word) -> String {
    match item_of(word) {
        Some((thread, round)) => format!("item {}.{}", u32::from(thread) + 1, round + 1),
        None => word.to_string(),
    }
}

/// How a thread fares, in a few words.
pub fn state_text(frame: &Frame, view: &ThreadView) -> String {
    match view.state {
        _ if frame.deadlocked.contains(&view.thread) => "deadlocked".to_owned(),
        ThreadState::Ready if frame.running == Some(view.thread) => "went last".to_owned(),
        ThreadState::Ready => "ready".to_owned(),
        ThreadState::Waiting { lock, .. } => format!("waits for {}", lock_name(frame, lock)),
        ThreadState::Paused => "paused".to_owned(),
        ThreadState::Finished => "finished".to_owned(),
        ThreadState::Killed => "killed".to_owned(),
    }
}

/// What a step did, in as few words as the diagram has room for.
pub fn effect_text(frame: &Frame, effect: &Effect) -> String {
    let cell = |cell: u32| cell_name(frame, cell);
    match *effect {
        Effect::Computed { register, value } => format!("{register} = {value}"),
        Effect::Branched { is_taken: true } => "jumps".to_owned(),
        Effect::Branched { is_taken: false } => "goes on".to_owned(),
        Effect::Loaded { cell: it, value } => format!("reads {}: {}", cell(it), word_text(value)),
        Effect::Stored { cell: it, value, .. } => {
            format!("writes {}: {}", cell(it), word_text(value))
        }
        Effect::Added { cell: it, before, value } => {
            format!("{}: {before} → {value}", cell(it))
        }
        Effect::Swapped { cell: it, before, value } => {
            format!("swaps {}: {before} → {value}", cell(it))
        }
        Effect::NotSwapped { found, .. } => format!("no swap: finds {found}"),
        Effect::Locked { lock } => format!("takes {}", lock_name(frame, lock)),
        Effect::Unlocked { lock } => format!("frees {}", lock_name(frame, lock)),
        Effect::Blocked { lock, .. } => format!("waits for {}", lock_name(frame, lock)),
    }
}

/// The same where there is no room for words: the marks before them tell reads from writes.
pub fn short_effect_text(frame: &Frame, effect: &Effect) -> String {
    let cell = |cell: u32| cell_name(frame, cell);
    let word = |word: Word| word_text(word).trim_start_matches("item ").to_owned();
    match *effect {
        Effect::Loaded { cell: it, value } => format!("{}: {}", cell(it), word(value)),
        Effect::Stored { cell: it, value, .. } => format!("{} ← {}", cell(it), word(value)),
        Effect::Swapped { before, value, .. } => format!("{before} → {value}"),
        Effect::NotSwapped { found, .. } => format!("finds {found}"),
        Effect::Locked { lock } | Effect::Unlocked { lock } | Effect::Blocked { lock, .. } => {
            lock_name(frame, lock).to_owned()
        }
        _ => effect_text(frame, effect),
    }
}

/// Who decides which thread goes on.
pub fn scheduler_text(scheduler: Scheduler) -> String {
    match scheduler {
        Scheduler::ByHand => "you, one instruction at a time".to_owned(),
        Scheduler::Turns { instructions: 1 } => "each in turn, one instruction".to_owned(),
        Scheduler::Turns { instructions } => {
            format!("each in turn, {instructions} instructions")
        }
        Scheduler::Random { switch_ppm: 1_000_000 } => {
            "chance, before every instruction".to_owned()
        }
        Scheduler::Random { switch_ppm } => {
            let share = f64::from(switch_ppm) / 1e6;
            format!("chance, before {} of the instructions", percent_text(share))
        }
    }
}

/// A time, given in microseconds, as short as it can be read.
pub fn ms_text(us: u64) -> String {
    let ms = us as f64 / 1e3;
    match us {
        0 => "0".to_owned(),
        1_000_000.. => format!("{} s", short(ms / 1e3)),
        _ => format!("{} ms", short(ms)),
    }
}

/// A number with at most three digits that count.
fn short(value: f64) -> String {
    let text = match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// How many times, to be followed by “as fast”.
pub fn times_text(ratio: f64) -> String {
    format!("{ratio:.2} times")
}

/// A share of 1 as a percentage.
pub fn percent_text(share: f64) -> String {
    format!("{} %", short(share * 100.0))
}

/// How primes are counted, to follow “by”.
pub fn method_text(method: Method) -> &'static str {
    match method {
        Method::TrialDivision => "trial division, as in the textbook",
        Method::ByPrimes => "dividing by primes only",
        Method::Segmented => "a segmented sieve",
    }
}

/// How numbers are dealt out.
pub fn split_text(split: Split) -> String {
    match split {
        Split::Static => "in equal ranges, one for each".to_owned(),
        Split::Interleaved { size } => format!("in turn, {} at a time", grouped(size)),
        Split::Chunks { size } => format!("{} at a time, to whoever is free", grouped(size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let shown = [0, 7, 950, 12_340, 123_456, 1_000_000, 12_500_000].map(ms_text);
        assert_eq!(shown, ["0", "0.01 ms", "0.95 ms", "12.3 ms", "123 ms", "1 s", "12.5 s"]);
    }

    #[test]
    fn threads_are_counted_from_one() {
        assert_eq!([0, 7].map(number_text), ["1", "8"]);
        assert_eq!(thread_names(&[0]), "thread 1");
        assert_eq!(thread_names(&[0, 2, 3]), "threads 1, 3 and 4");
    }

    #[test]
    fn an_item_is_named_by_its_producer() {
        use playground_core::multi_threading::instruction::item;
        assert_eq!([0, 7, item(1, 4)].map(word_text), ["0", "7", "item 2.5"]);
    }
}
