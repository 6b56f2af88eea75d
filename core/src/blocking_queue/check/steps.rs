//! What can happen in a state: the steps of each thread, and the queue's closing.

use super::super::lab::{Mistake, Side, Worker};
use super::{CheckAction, CheckModel, CheckState, Phase};

impl CheckModel {
    /// What `worker` may do in this state, with the state after it.
    pub(super) fn steps(
        &self,
        state: &CheckState,
        worker: Worker,
        add: &mut impl FnMut(CheckAction, CheckState),
    ) {
        let thread = state.thread(worker);
        let mut go = |action, phase| {
            let mut next = *state;
            next.thread_mut(worker).phase = phase;
            add(action, next);
        };
        match thread.phase {
            Phase::Outside if self.check.makes(Mistake::NoLock) => self.look(state, worker, add),
            Phase::Woken if self.check.makes(Mistake::NoLock) => self.look(state, worker, add),
            Phase::Outside if self.check.makes(Mistake::NotifyBeforeChange) => {
                self.notify(state, worker, Phase::Announced, add);
            }
            Phase::Outside | Phase::Announced if !state.is_locked() => {
                go(CheckAction::Lock { thread: worker }, Phase::Inside);
            }
            Phase::Woken if !state.is_locked() => {
                let looks = !self.check.makes(Mistake::IfForWhile);
                let phase = if looks { Phase::Inside } else { Phase::Back };
                go(CheckAction::Lock { thread: worker }, phase);
            }
            Phase::Late if !state.is_locked() => {
                go(CheckAction::Lock { thread: worker }, Phase::LastLook);
            }
            Phase::Inside | Phase::LastLook => self.act(state, worker, add),
            Phase::Back | Phase::Seen => {
                let (action, next) = self.change(state, worker);
                add(action, next);
            }
            Phase::Turning => go(CheckAction::Wait { thread: worker }, Phase::Waiting),
            Phase::Changed => self.notify(state, worker, Phase::Leaving, add),
            Phase::Leaving => {
                let mut next = *state;
                next.finish(worker);
                add(CheckAction::Unlock { thread: worker }, next);
            }
            _ => {}
        }
        if thread.phase == Phase::Waiting && state.spurious_left > 0 {
            let mut next = *state;
            next.spurious_left -= 1;
            next.thread_mut(worker).phase = Phase::Woken;
            add(CheckAction::WakeSpuriously { thread: worker }, next);
        }
        let waits = matches!(thread.phase, Phase::Waiting | Phase::Woken);
        if waits && worker.side() == Side::Taking && state.impatient_left > 0 {
            let swallows = self.check.makes(Mistake::TimeoutSwallows);
            let mut next = *state;
            next.impatient_left -= 1;
            next.thread_mut(worker).phase = if swallows { Phase::Done } else { Phase::Late };
            add(CheckAction::TimeOut { thread: worker, looks: !swallows }, next);
        }
    }

    /// Without a lock, looking is one step and what comes of it another.
    fn look(
        &self,
        state: &CheckState,
        worker: Worker,
        add: &mut impl FnMut(CheckAction, CheckState),
    ) {
        let mut next = *state;
        let could = state.could(worker.side(), self.check.capacity);
        next.thread_mut(worker).phase = match (could, state.is_closed) {
            (true, _) => Phase::Seen,
            (false, true) => Phase::Done,
            (false, false) => Phase::Turning,
        };
        add(CheckAction::Look { thread: worker, could }, next);
    }

    /// With the lock in its hands it looks, and changes the queue or waits.
    fn act(
        &self,
        state: &CheckState,
        worker: Worker,
        add: &mut impl FnMut(CheckAction, CheckState),
    ) {
        let thread = state.thread(worker);
        if state.could(worker.side(), self.check.capacity) {
            let (action, next) = self.change(state, worker);
            return add(action, next);
        }
        let mut next = *state;
        if state.is_closed || thread.phase == Phase::LastLook {
            next.thread_mut(worker).phase = Phase::Done;
            add(CheckAction::Leave { thread: worker, is_closed: state.is_closed }, next);
        } else {
            next.thread_mut(worker).phase = Phase::Waiting;
            add(CheckAction::Wait { thread: worker }, next);
        }
    }

    /// Puts an item in or takes one out, without looking.
    fn change(&self, state: &CheckState, worker: Worker) -> (CheckAction, CheckState) {
        let mut next = *state;
        let could = state.could(worker.side(), self.check.capacity);
        let (was_empty, was_full) = (state.length == 0, state.length >= self.check.capacity);
        let (action, was_on_edge) = match worker.side() {
            Side::Putting => {
                next.length += 1;
                next.is_overfull |= !could;
                (CheckAction::Put { thread: worker, fits: could }, was_empty)
            }
            Side::Taking => {
                next.length = state.length.saturating_sub(1);
                next.took_nothing |= !could;
                next.taken += u8::from(could);
                (CheckAction::Take { thread: worker, finds: could }, was_full)
            }
        };
        let notifies = !self.check.makes(Mistake::NotifyBeforeChange)
            && (was_on_edge || !self.check.makes(Mistake::NotifyOnEdge));
        next.thread_mut(worker).phase = if notifies { Phase::Changed } else { Phase::Leaving };
        (action, next)
    }

    /// Notifies one of those who wait, whichever the scheduler chooses; nobody if nobody waits.
    fn notify(
        &self,
        state: &CheckState,
        worker: Worker,
        then: Phase,
        add: &mut impl FnMut(CheckAction, CheckState),
    ) {
        let is_shared = self.check.makes(Mistake::SharedCondition);
        let hears = |it: &Worker| {
            state.thread(*it).phase == Phase::Waiting && (is_shared || it.side() != worker.side())
        };
        let waiting: Vec<Worker> = self.workers().filter(hears).collect();
        let mut notify = |wakes: Option<Worker>| {
            let mut next = *state;
            if let Some(woken) = wakes {
                next.thread_mut(woken).phase = Phase::Woken;
            }
            next.thread_mut(worker).phase = then;
            // There is no lock to give back.
            if then == Phase::Leaving && self.check.makes(Mistake::NoLock) {
                next.finish(worker);
            }
            add(CheckAction::Notify { thread: worker, wakes }, next);
        };
        if waiting.is_empty() {
            notify(None);
        }
        waiting.into_iter().for_each(|it| notify(Some(it)));
    }

    /// The queue is closed, and everybody is woken; by mistake one of each side.
    pub(super) fn close(&self, state: &CheckState, add: &mut impl FnMut(CheckAction, CheckState)) {
        let mut producers = self.workers().filter(|it| it.side() == Side::Putting);
        let is_over = producers.all(|it| state.thread(it).phase == Phase::Done);
        if !self.check.closes || state.is_closed || state.is_locked() || !is_over {
            return;
        }
        let waiting: Vec<Worker> =
            self.workers().filter(|it| state.thread(*it).phase == Phase::Waiting).collect();
        let mut closed = *state;
        closed.is_closed = true;
        if self.check.makes(Mistake::CloseWakesOne) && !waiting.is_empty() {
            for one in waiting {
                let mut next = closed;
                next.thread_mut(one).phase = Phase::Woken;
                add(CheckAction::Close { wakes: Some(one) }, next);
            }
        } else {
            waiting.into_iter().for_each(|it| closed.thread_mut(it).phase = Phase::Woken);
            add(CheckAction::Close { wakes: None }, closed);
        }
    }
}
