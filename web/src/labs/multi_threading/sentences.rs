//! What happened, as sentences: the player's caption and what is announced.

use super::words::{cell_name, lock_name, scheduler_text, thread_name, thread_names, word_text};
use playground_core::multi_threading::lab::{Event, Frame};
use playground_core::multi_threading::process::Effect;

/// Puts events of a run into words; a frame of it knows the names of cells and locks.
pub struct Teller<'a>(pub &'a Frame);

impl Teller<'_> {
    /// What happened at once, as one sentence.
    pub fn sentence(&self, events: &[Event]) -> String {
        let parts: Vec<String> = events.iter().filter_map(|event| self.half(event)).collect();
        let text = parts.join("; ");
        let mut letters = text.chars();
        let Some(first) = letters.next() else { return text };
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    }

    /// An event as half a sentence; none if it only repeats what another says.
    fn half(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Switched { .. } => return None,
            Event::Stepped { thread, effect, .. } => self.step(*thread, effect),
            Event::Overwrote { cell, whose, .. } => format!(
                "what {} had written to {} is lost",
                thread_name(*whose),
                cell_name(self.0, *cell)
            ),
            Event::Woken { thread, .. } => format!("{} may try again", thread_name(*thread)),
            Event::Finished { thread } => format!("{} has finished", thread_name(*thread)),
            Event::Broke { promise } => format!("broken from here on: {}", promise.name()),
            Event::Deadlocked { threads } => {
                format!("{} wait for each other for ever: a deadlock", thread_names(threads))
            }
            Event::Ended { expected, actual } if expected == actual => {
                format!("all is done, and the count is {actual}, as it should be")
            }
            Event::Ended { expected, actual } => {
                format!("all is done, and the count is {actual} instead of {expected}")
            }
            Event::Paused { thread } => {
                format!("{} is passed over from now on", thread_name(*thread))
            }
            Event::Resumed { thread } => format!("{} may go on", thread_name(*thread)),
            Event::Killed { thread, orphaned } => match orphaned.as_slice() {
                [] => format!("{} is killed", thread_name(*thread)),
                locks => {
                    let locks: Vec<&str> = locks.iter().map(|it| lock_name(self.0, *it)).collect();
                    let locks = locks.join(" and ");
                    format!("{} is killed, and nobody will ever free {locks}", thread_name(*thread))
                }
            },
            Event::SchedulerSet { scheduler } => {
                format!("from now on it is decided by {}", scheduler_text(*scheduler))
            }
            Event::Refused { reason } => format!("impossible: {reason}"),
        })
    }

    fn step(&self, thread: u8, effect: &Effect) -> String {
        let who = thread_name(thread);
        let cell = |cell: u32| cell_name(self.0, cell);
        let lock = |lock: u8| lock_name(self.0, lock);
        match *effect {
            Effect::Computed { register, value } => format!("{who} has {value} in {register}"),
            Effect::Branched { is_taken: true } => format!("{who} goes on elsewhere"),
            Effect::Branched { is_taken: false } => format!("{who} goes on with the next line"),
            Effect::Loaded { cell: it, value } => {
                format!("{who} reads {} from {}", word_text(value), cell(it))
            }
            Effect::Stored { cell: it, value, .. } => {
                format!("{who} writes {} to {}", word_text(value), cell(it))
            }
            Effect::Added { cell: it, before, value } => {
                format!("{who} adds to {} at once: {before} becomes {value}", cell(it))
            }
            Effect::Swapped { cell: it, before, value } => {
                format!("{who} finds {} as it was, and swaps {before} for {value}", cell(it))
            }
            Effect::NotSwapped { cell: it, expected, found } => format!(
                "{who} finds {found} in {} instead of {expected}, and starts over",
                cell(it)
            ),
            Effect::Locked { lock: it } => format!("{who} takes {}", lock(it)),
            Effect::Unlocked { lock: it } => format!("{who} frees {}", lock(it)),
            Effect::Blocked { lock: it, owner } => {
                format!("{who} has to wait for {}, which {} holds", lock(it), thread_name(owner))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::Lab;
    use playground_core::multi_threading::scenarios;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn everything_that_happens_in_the_scenarios_can_be_told() {
        for named in scenarios::all() {
            let transcript = replay::<Lab>(&named.run, named.until, 100_000);
            let frame = transcript.state.frame(named.until);
            let teller = Teller(&frame);
            let told = transcript.events.iter().filter_map(|(_, event)| teller.half(event));
            let words: Vec<String> = told.collect();
            assert!(!words.is_empty(), "{}", named.name);
            assert!(words.iter().all(|it| !it.contains("a cell")), "{}: {words:?}", named.name);
        }
    }

    #[test]
    fn what_happened_at_once_is_one_sentence() {
        let named = scenarios::opening();
        let frame = replay::<Lab>(&named.run, named.until, 10).state.frame(named.until);
        let events = [
            Event::Switched { from: 0, to: 1 },
            Event::Stepped {
                thread: 1,
                instruction: 2,
                round: 0,
                effect: Effect::Stored { cell: 0, before: 1, value: 1 },
            },
            Event::Overwrote { thread: 1, cell: 0, whose: 0 },
        ];
        let said = "Thread 2 writes 1 to counter; what thread 1 had written to counter is lost.";
        assert_eq!(Teller(&frame).sentence(&events), said);
    }
}
