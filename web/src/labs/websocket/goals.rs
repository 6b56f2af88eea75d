//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::sim::{Run, Time};
use playground_core::websocket::lab::{Action, Ending, Frame, Lab, Mistake};
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{CloseCode, DecodeError, Opcode};
use std::cell::{Cell, RefCell};

/// What there is to achieve.
pub const GOALS: &[Goal] = &[
    Goal {
        id: "flip",
        text: "Flip a bit of a frame under way, so that the server closes with 1002.",
    },
    Goal { id: "utf8", text: "Have the server close with 1007: the text is not UTF-8." },
    Goal { id: "between", text: "Get a pong while a message is still in pieces." },
    Goal { id: "cut", text: "Pull the cable, and be told 1006, which nobody sent." },
    Goal {
        id: REAL,
        text: "Change a bit in the workbench, and have the real server answer as predicted.",
    },
];

/// The goal that the real server decides about.
pub const REAL: &str = "real";

/// The actions that runs brought along: a reader reaches a goal by doing, not by opening.
#[derive(Default)]
pub struct Given {
    actions: RefCell<Vec<(Time, Action)>>,
    /// Whether the run at the start has been noted.
    is_begun: Cell<bool>,
    /// Whether a link has been opened that has not been noted.
    is_opened: Cell<bool>,
}

impl Given {
    /// Another run is played, which brings its actions along.
    pub fn note(&self, run: &Run<Lab>) {
        self.is_begun.set(true);
        self.actions.borrow_mut().extend_from_slice(&run.actions);
    }

    /// A link was opened: its run is noted when it is next looked at.
    pub fn opened(&self) {
        self.is_opened.set(true);
    }

    /// What the reader has done in this run by now.
    pub fn own(&self, run: &Run<Lab>, now: Time) -> Vec<Action> {
        if !self.is_begun.get() || self.is_opened.replace(false) {
            self.note(run);
        }
        let given = self.actions.borrow();
        let own = run.actions.iter().filter(|(at, _)| *at <= now);
        own.filter(|action| !given.contains(action)).map(|(_, action)| action.clone()).collect()
    }
}

/// Tells whether a goal is reached.
type Test = fn(&[Action], &Frame) -> bool;

/// The goals that are reached by now, given what the reader did.
pub fn reached(own: &[Action], frame: &Frame) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 4] =
        [("flip", flipped), ("utf8", not_utf8), ("between", pong_between), ("cut", cut)];
    checks.into_iter().filter(|(_, is_reached)| is_reached(own, frame)).map(|(id, _)| id).collect()
}

fn flipped(own: &[Action], frame: &Frame) -> bool {
    let flips = own.iter().any(|action| matches!(action, Action::FlipBit { .. }));
    flips && frame.server.failed.is_some() && frame.answered_code == Some(CloseCode::PROTOCOL_ERROR)
}

fn not_utf8(own: &[Action], frame: &Frame) -> bool {
    let did = own.iter().any(|action| {
        matches!(
            action,
            Action::FlipBit { .. }
                | Action::SendBytes { .. }
                | Action::Misbehave { mistake: Mistake::InvalidText, .. }
        )
    });
    did && frame.server.failed == Some(DecodeError::TextNotUtf8)
}

fn pong_between(own: &[Action], frame: &Frame) -> bool {
    let did = own.iter().any(|action| {
        matches!(
            action,
            Action::SendPieces { ping: true, .. } | Action::Ping { .. } | Action::SendBytes { .. }
        )
    });
    let got_pong = frame.client.delivered.iter().any(|it| it.opcode == Opcode::Pong);
    did && got_pong && has_ping_between(frame)
}

/// Whether a ping has reached the server in the middle of a message.
fn has_ping_between(frame: &Frame) -> bool {
    let mut is_under_way = false;
    frame.arrived.iter().filter(|view| view.direction == Direction::ToServer).any(|view| {
        let Some(outline) = view.piece.outline() else {
            is_under_way = false;
            return false;
        };
        match Opcode::from_number(outline.opcode) {
            Some(Opcode::Ping) => return is_under_way,
            Some(Opcode::Text | Opcode::Binary | Opcode::Continuation) => {
                is_under_way = !outline.fin
            }
            _ => {}
        }
        false
    })
}

fn cut(own: &[Action], frame: &Frame) -> bool {
    let cuts = own.contains(&Action::Cut);
    let ended = matches!(frame.ending, Some((_, Ending::Cut)));
    cuts && ended && frame.client.seen_code == Some(CloseCode::ABNORMAL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};
    use playground_core::websocket::{Role, scenarios};

    /// What is reached in a run if all of its actions are the reader's.
    fn reached_in(run: &Run<Lab>, until: Time) -> Vec<&'static str> {
        let own: Vec<Action> = run.actions.iter().map(|(_, action)| action.clone()).collect();
        let lab: Lab = replay(run, until, 10_000).state;
        reached(&own, &lab.frame(until))
    }

    #[test]
    fn each_goal_is_reached_by_its_own_run() {
        let flipped = scenarios::flipped_bit();
        assert_eq!(reached_in(&flipped.run, flipped.until), ["flip"]);
        let invalid = scenarios::mistake(Mistake::InvalidText);
        assert_eq!(reached_in(&invalid.run, invalid.until), ["utf8"]);
        let fragments = scenarios::fragments();
        assert_eq!(reached_in(&fragments.run, fragments.until), ["between"]);
        let mut cut = scenarios::cut();
        cut.run.actions.truncate(2);
        assert_eq!(reached_in(&cut.run, cut.until), ["cut"]);
    }

    #[test]
    fn what_a_run_brings_along_reaches_nothing() {
        let given = Given::default();
        let named = scenarios::flipped_bit();
        assert!(given.own(&named.run, named.until).is_empty());
        let mut run = named.run.clone();
        let ping = Action::Ping { by: Role::Client };
        run.actions.push((named.until, ping.clone()));
        assert_eq!(given.own(&run, named.until), [ping]);
    }

    #[test]
    fn a_plain_connection_reaches_nothing() {
        let named = scenarios::handshake();
        assert!(reached_in(&named.run, named.until).is_empty());
    }
}
