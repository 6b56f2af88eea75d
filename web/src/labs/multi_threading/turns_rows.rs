//! The turns in rows: what each thread did when, from where to where it relied on what it had read, and which lock it held.

use playground_core::multi_threading::lab::{Frame, Turn};
use playground_core::multi_threading::process::Effect;
use playground_core::multi_threading::program::CellKind;

/// From reading a cell to writing it: nobody else may write it meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Whose.
    pub thread: u8,
    /// The row of the read.
    pub from: usize,
    /// The row in which it ends; none while it lasts.
    pub to: Option<usize>,
    /// From which row on what was read is outdated, because somebody else has written.
    pub stale_from: Option<usize>,
}

/// From taking a lock to giving it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Whose.
    pub thread: u8,
    /// Which lock.
    pub lock: u8,
    /// The row in which it is taken.
    pub from: usize,
    /// The row in which it is given back; none while it lasts.
    pub to: Option<usize>,
}

/// An update that somebody wrote over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwriting {
    /// Whose update is lost, and its row, if that is still shown.
    pub whose: (u8, Option<usize>),
    /// Who wrote over it, and in which row.
    pub by: (u8, usize),
}

/// What is drawn over the rows. A row is a turn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The windows.
    pub windows: Vec<Window>,
    /// The locks.
    pub holds: Vec<Hold>,
    /// The lost updates.
    pub overwritings: Vec<Overwriting>,
}

/// What a turn touches of a cell: which, and whether it reads, writes, or both.
fn touch(effect: &Effect) -> Option<(u32, bool, bool)> {
    match *effect {
        Effect::Loaded { cell, .. } => Some((cell, true, false)),
        Effect::Stored { cell, .. } => Some((cell, false, true)),
        Effect::Added { cell, .. } | Effect::Swapped { cell, .. } => Some((cell, true, true)),
        // It has seen that it was outdated, and does not rely on it any more.
        Effect::NotSwapped { cell, .. } => Some((cell, true, false)),
        _ => None,
    }
}

/// Lays the turns out.
pub fn lay_out(turns: &[Turn], frame: &Frame) -> Rows {
    let mut rows = Rows::default();
    let mut open: Vec<Option<(usize, u32, u32)>> = vec![None; frame.threads.len()];
    let first_step = turns.first().map_or(0, |turn| turn.step);
    for (row, turn) in turns.iter().enumerate() {
        let thread = usize::from(turn.thread);
        // A new round begins with empty registers.
        if let Some(Some((window, _, round))) = open.get(thread)
            && *round != turn.round
        {
            end(&mut rows.windows[*window], row);
            open[thread] = None;
        }
        if let Some((cell, reads, writes)) = touch(&turn.effect) {
            if writes {
                for (window, it, _) in open.iter().flatten() {
                    let window = &mut rows.windows[*window];
                    if *it == cell && window.thread != turn.thread {
                        window.stale_from.get_or_insert(row);
                    }
                }
            }
            let is_value =
                frame.cells.get(cell as usize).is_some_and(|it| it.kind == CellKind::Value);
            if let Some(slot) = open.get_mut(thread) {
                if let Some((window, it, _)) = *slot
                    && it == cell
                {
                    end(&mut rows.windows[window], row);
                    *slot = None;
                }
                if reads && !writes && is_value && matches!(turn.effect, Effect::Loaded { .. }) {
                    if let Some((window, ..)) = *slot {
                        end(&mut rows.windows[window], row);
                    }
                    *slot = Some((rows.windows.len(), cell, turn.round));
                    let window =
                        Window { thread: turn.thread, from: row, to: None, stale_from: None };
                    rows.windows.push(window);
                }
            }
        }
        hold(&mut rows.holds, turn, row);
        if let Some(overwritten) = turn.overwrote {
            let lost = overwritten.step.checked_sub(first_step).map(|step| step as usize);
            let whose = (overwritten.thread, lost.filter(|it| *it < turns.len()));
            rows.overwritings.push(Overwriting { whose, by: (turn.thread, row) });
        }
    }
    rows
}

fn end(window: &mut Window, row: usize) {
    window.to = Some(row);
}

fn hold(holds: &mut Vec<Hold>, turn: &Turn, row: usize) {
    let thread = turn.thread;
    match turn.effect {
        Effect::Locked { lock } => holds.push(Hold { thread, lock, from: row, to: None }),
        Effect::Unlocked { lock } => {
            match holds.iter_mut().rev().find(|it| it.lock == lock && it.to.is_none()) {
                Some(open) => open.to = Some(row),
                // It was taken before anything that is still shown.
                None => holds.push(Hold { thread, lock, from: 0, to: Some(row) }),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::{Action, Lab, Scenario, Scheduler};
    use playground_core::multi_threading::program::{Program, Setup};
    use playground_core::sim::{Run, Simulation, Time, replay};

    /// The rows after the threads have been stepped by hand, in this order.
    fn rows(program: Program, order: &[u8]) -> (Rows, Frame) {
        let setup = Setup { program, threads: 2, iterations: 1 };
        let scenario = Scenario { setup, scheduler: Scheduler::ByHand, ..Scenario::default() };
        let steps = order.iter().map(|thread| Action::Step { thread: *thread });
        let actions = (1..).map(Time::from_ms).zip(steps).collect();
        let run = Run::<Lab> { scenario, seed: 1, actions };
        let until = Time::from_ms(1_000);
        let frame = replay(&run, until, 1_000).state.frame(until);
        (lay_out(&frame.turns, &frame), frame)
    }

    #[test]
    fn a_lost_update_is_a_write_within_somebodys_window() {
        let (rows, frame) = rows(Program::Counter, &[0, 1, 1, 1, 0, 0]);
        assert_eq!(frame.tally.lost(), 1);
        let windows = [
            Window { thread: 0, from: 0, to: Some(5), stale_from: Some(3) },
            Window { thread: 1, from: 1, to: Some(3), stale_from: None },
        ];
        assert_eq!(rows.windows, windows);
        assert_eq!(rows.overwritings, [Overwriting { whose: (1, Some(3)), by: (0, 5) }]);
    }

    #[test]
    fn one_after_the_other_nothing_is_outdated() {
        let (rows, frame) = rows(Program::Counter, &[0, 0, 0, 1, 1, 1]);
        assert_eq!(frame.tally.lost(), 0);
        assert!(rows.windows.iter().all(|it| it.stale_from.is_none() && it.to.is_some()));
        assert!(rows.overwritings.is_empty());
    }

    #[test]
    fn a_lock_is_held_from_taking_it_to_giving_it_back() {
        let (rows, _) = rows(Program::CounterLocked, &[0, 1, 0, 0, 0, 0]);
        assert_eq!(rows.holds, [Hold { thread: 0, lock: 0, from: 0, to: Some(5) }]);
    }
}
