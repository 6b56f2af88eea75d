//! What should be there, what is there, and what it took.

use crate::components::{Badge, Provenance, grouped};
use playground_core::multi_threading::lab::Frame;
use playground_core::multi_threading::program::Program;
use std::rc::Rc;
use yew::prelude::*;

/// Of what.
#[derive(Properties, PartialEq)]
pub struct OutcomeProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// What the numbers of a program are called: what should be there so far, what is there, and what the difference is.
fn names(program: Program) -> [&'static str; 3] {
    match program {
        Program::Seats | Program::SeatsLocked | Program::SeatsSwapped => {
            ["seats sold that exist", "sold", "sold too many"]
        }
        Program::Transfer | Program::TransferOrdered => {
            ["money there should be", "money there is", "under way or lost"]
        }
        Program::Append | Program::AppendLocked | Program::AppendReserved => {
            ["items appended", "items in their slots", "lost"]
        }
        _ => ["additions made", "the counter says", "lost"],
    }
}

/// The numbers.
#[component]
pub fn Outcome(props: &OutcomeProps) -> Html {
    let frame = &props.frame;
    let [expected, actual, lost] = names(frame.scenario.setup.program);
    let tally = frame.tally;
    let number = |name: &'static str, key: &'static str, text: String, is_bad: bool| {
        html! {
            <div key={key} class={classes!(is_bad.then_some("is-bad"))}><dt>{ name }</dt><dd data-outcome={key}>{ text }</dd></div>
        }
    };
    html! {
        <>
            <dl class="multi-threading-outcome">
                { number(expected, "expected", tally.expected.to_string(), false) }
                { number(actual, "actual", tally.actual.to_string(), false) }
                { number(lost, "lost", tally.lost().to_string(), tally.lost() > 0) }
                { number("instructions", "steps", grouped(frame.steps), false) }
                { number("switches between threads", "switches", grouped(frame.switches), false) }
            </dl>
            <p class="multi-threading-provenance"><Badge provenance={Provenance::Modelled} /></p>
        </>
    }
}
