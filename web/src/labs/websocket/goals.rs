//! What there is to achieve, and how the model's own events tell that it has been.

use crate::components::Goal;
use playground_core::sim::Time;
use playground_core::websocket::lab::{Action, Ending, Frame, Mistake};
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{CloseCode, DecodeError, Opcode};

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

/// Tells whether a goal is reached.
type Test = fn(&[(Time, Action)], &Frame) -> bool;

/// The goals that are reached by now, given what the reader did.
pub fn reached(own: &[(Time, Action)], frame: &Frame) -> Vec<&'static str> {
    let checks: [(&'static str, Test); 4] =
        [("flip", flipped), ("utf8", not_utf8), ("between", pong_between), ("cut", cut)];
    checks.into_iter().filter(|(_, is_reached)| is_reached(own, frame)).map(|(id, _)| id).collect()
}

fn flipped(own: &[(Time, Action)], frame: &Frame) -> bool {
    let flips = own.iter().any(|(_, action)| matches!(action, Action::FlipBit { .. }));
    flips && frame.server.failed.is_some() && frame.answered_code == Some(CloseCode::PROTOCOL_ERROR)
}

fn not_utf8(own: &[(Time, Action)], frame: &Frame) -> bool {
    let did = own.iter().any(|(_, action)| {
        matches!(
            action,
            Action::FlipBit { .. }
                | Action::SendBytes { .. }
                | Action::Misbehave { mistake: Mistake::InvalidText, .. }
        )
    });
    did && frame.server.failed == Some(DecodeError::TextNotUtf8)
}

fn pong_between(own: &[(Time, Action)], frame: &Frame) -> bool {
    let did = own.iter().any(|(_, action)| {
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

fn cut(own: &[(Time, Action)], frame: &Frame) -> bool {
    let cuts = own.iter().any(|(_, action)| *action == Action::Cut);
    let ended = matches!(frame.ending, Some((_, Ending::Cut)));
    cuts && ended && frame.client.seen_code == Some(CloseCode::ABNORMAL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Run, Simulation, replay};
    use playground_core::websocket::lab::Lab;
    use playground_core::websocket::scenarios;

    /// What is reached in a run if all of its actions are the reader's.
    fn reached_in(run: &Run<Lab>, until: Time) -> Vec<&'static str> {
        let lab: Lab = replay(run, until, 10_000).state;
        reached(&run.actions, &lab.frame(until))
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
    fn a_plain_connection_reaches_nothing() {
        let named = scenarios::handshake();
        assert!(reached_in(&named.run, named.until).is_empty());
    }
}
