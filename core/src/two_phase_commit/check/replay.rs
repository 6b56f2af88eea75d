//! A run of the check as a run of the lab: the same machines, seen.

use super::super::lab::{Action, CrashAt, Lab};
use super::super::{Message, Timer, TransactionId};
use super::tables::Wire;
use super::{CheckAction, CheckModel, CheckState};
use crate::sim::{Flight, Model, NodeId, Rng, Run, Simulation, Span, Time};

/// Time between two steps, and before the first.
const SPACING: Span = Span::from_ms(900);
const TX: TransactionId = TransactionId { epoch: 1, number: 1 };

/// The number of a message under way that says the same.
fn flight_of(lab: &Lab, wire: &Wire) -> Option<u64> {
    let mut flights = lab.cluster().flights().map(|(_, flight)| flight);
    let same = |it: &&Flight<Message>| {
        (it.from, it.to, &it.message) == (wire.from, wire.to, &wire.message)
    };
    flights.find(same).map(|flight| flight.id)
}

/// The steps with those among them that the search takes at once, as far as anything came of them.
fn unabridged(model: &CheckModel, steps: &[CheckAction]) -> Vec<CheckAction> {
    let mut model = model.clone();
    let mut state = model.initial();
    let mut taken: Vec<(CheckAction, u128)> = Vec::new();
    for step in steps {
        let mut successors = Vec::new();
        model.successors(&state, &mut successors);
        let Some((_, next)) = successors.into_iter().find(|(action, _)| action == step) else {
            // Not a run of this model.
            break;
        };
        // What the step itself sends, and then what follows from that.
        let mut bare = CheckState { nodes: next.nodes, ..state };
        bare.sent |= model.sent_by(&state, step);
        taken.push((*step, bare.sent & !state.sent));
        model.tables.echo_each(&mut bare, |node, (source, sent)| {
            taken.push((source.action(node, 0), sent));
        });
        state = next;
    }
    let is_chosen = |action: &CheckAction, rest: &mut &[CheckAction]| {
        let is_next = rest.last() == Some(action);
        if is_next {
            *rest = &rest[..rest.len() - 1];
        }
        is_next
    };
    let (mut rest, mut needed, mut kept) = (steps, 0, Vec::new());
    for (action, sent) in taken.iter().rev() {
        if is_chosen(action, &mut rest) || sent & needed != 0 {
            needed &= !sent;
            if let CheckAction::Deliver { message, .. } = action {
                needed |= 1 << message;
            }
            kept.push(*action);
        }
    }
    kept.reverse();
    kept
}

pub(super) fn run_of(model: &CheckModel, steps: &[CheckAction]) -> Run<Lab> {
    let steps = unabridged(model, steps);
    let scenario = model.check().scenario();
    let mut lab = Lab::new(&scenario, Rng::new(0));
    let mut actions = Vec::new();
    while lab.next_at().is_some() {
        lab.step();
    }
    let mut at = Time::ZERO;
    for (index, step) in steps.iter().enumerate() {
        at += SPACING;
        let mut act = |lab: &mut Lab, action: Action| {
            lab.act(at, action.clone());
            actions.push((at, action));
        };
        let dies = |node: u16, outputs: u16| Action::Crash {
            node: NodeId(node),
            at: CrashAt::AfterOutputs(u32::from(outputs)),
        };
        match *step {
            CheckAction::Submit { dies_after } => {
                if dies_after > 0 {
                    act(&mut lab, dies(0, dies_after));
                }
                act(&mut lab, Action::Submit { order: model.check().order() });
            }
            CheckAction::Deliver { message, dies_after } => {
                let Some(wire) = model.tables.wire(message) else { continue };
                let Some(flight) = flight_of(&lab, wire) else { continue };
                // The wire keeps a copy if the message arrives once more later on.
                let again = |it: &CheckAction| matches!(it, CheckAction::Deliver { message: it, .. } if *it == message);
                if steps[index + 1..].iter().any(again) {
                    act(&mut lab, Action::Duplicate { flight });
                }
                if dies_after > 0 {
                    act(&mut lab, dies(wire.to.0, dies_after));
                }
                act(&mut lab, Action::Deliver { flight });
            }
            CheckAction::Fire { node, timer, dies_after } => {
                if dies_after > 0 {
                    act(&mut lab, dies(u16::from(node), dies_after));
                }
                let timer = match timer {
                    0 => Timer::Vote(TX),
                    1 => Timer::Resend(TX),
                    _ => Timer::Inquire(TX),
                };
                act(&mut lab, Action::Fire { node: NodeId(u16::from(node)), timer });
            }
            CheckAction::Crash { node } => {
                let node = NodeId(u16::from(node));
                act(&mut lab, Action::Crash { node, at: CrashAt::Now });
            }
            CheckAction::Restart { node } => {
                act(&mut lab, Action::Restart { node: NodeId(u16::from(node)) });
            }
        }
    }
    Run { scenario, seed: 0, actions }
}
