//! Which actions of a run are the reader's own: a goal is reached by doing, not by opening.

use playground_core::sim::{Run, Simulation, Time};
use std::cell::{Cell, RefCell};

/// The actions that runs brought along.
pub struct Given<S: Simulation> {
    actions: RefCell<Vec<(Time, S::Action)>>,
    /// Whether the run at the start has been noted.
    is_begun: Cell<bool>,
    /// Whether a link has been opened that has not been noted.
    is_opened: Cell<bool>,
}

// Written out, because a derive would ask for `S: Default`.
impl<S: Simulation> Default for Given<S> {
    fn default() -> Self {
        Given {
            actions: RefCell::default(),
            is_begun: Cell::new(false),
            is_opened: Cell::new(false),
        }
    }
}

impl<S: Simulation> Given<S> {
    /// Another run is played, which brings its actions along.
    pub fn note(&self, run: &Run<S>) {
        self.is_begun.set(true);
        self.actions.borrow_mut().extend_from_slice(&run.actions);
    }

    /// A link was opened, if it could be: its run is noted when it is next looked at.
    pub fn opened(&self, is_opened: bool) {
        self.is_opened.set(is_opened);
    }

    /// What the reader has done in this run by now.
    pub fn own(&self, run: &Run<S>, now: Time) -> Vec<(Time, S::Action)> {
        if !self.is_begun.get() || self.is_opened.replace(false) {
            self.note(run);
        }
        let given = self.actions.borrow();
        let own = run.actions.iter().filter(|action| action.0 <= now && !given.contains(action));
        own.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::websocket::lab::{Action, Lab};
    use playground_core::websocket::{Role, scenarios};

    #[test]
    fn what_a_run_brings_along_is_not_the_readers_own() {
        let given = Given::<Lab>::default();
        let named = scenarios::flipped_bit();
        assert!(given.own(&named.run, named.until).is_empty());
        let mut run = named.run.clone();
        let ping = Action::Ping { by: Role::Client };
        run.actions.push((named.until, ping.clone()));
        assert_eq!(given.own(&run, named.until), [(named.until, ping)]);
    }
}
