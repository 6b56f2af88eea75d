//! What the last transaction cost, beside what theory says.

use super::words::order_text;
use crate::components::{Badge, Provenance};
use playground_core::two_phase_commit::{
    Frame, Happening, Mark, Order, OrderState, OrderView, Record,
};
use std::rc::Rc;
use yew::prelude::*;

/// What theory says about a transaction in which nothing goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Theory {
    messages: u32,
    forced: u32,
    /// How both follow from N and k.
    formulas: (&'static str, &'static str),
    /// What N and k are.
    terms: String,
}

/// What a transaction should cost, given how many participants have promised (the table at the top of
/// `core/src/two_phase_commit.rs`).
fn theory(order: &OrderView, promises: u32) -> Option<Theory> {
    let what = order.order?;
    let participants = what.branches().ok()?.len() as u32;
    let (messages, forced, formulas, terms) = match (what, order.state) {
        (_, OrderState::Refused) => return None,
        _ if participants == 1 => (2, 1, ("2", "1"), "One participant, in one phase".to_owned()),
        (Order::Quote { .. }, _) => {
            (2 * participants, 0, ("2N", "0"), format!("All read only, N = {participants}"))
        }
        (_, OrderState::Aborted(_)) => {
            let terms = format!("An abort, N = {participants}, votes for it k = {promises}");
            (2 * participants + promises, promises, ("2N + k", "k"), terms)
        }
        (_, OrderState::Unanswered) => return None,
        (_, state) => {
            let is_open = state == OrderState::Waiting;
            let what = if is_open { "If it commits" } else { "A commit" };
            let terms = format!("{what}, N = {participants}");
            (4 * participants, 2 * participants + 1, ("4N", "2N + 1"), terms)
        }
    };
    Some(Theory { messages, forced, formulas, terms })
}

/// How many participants have promised to do their part of an order.
fn promises(marks: &[Mark], order: &OrderView) -> u32 {
    let is_promise = |mark: &&Mark| match &mark.what {
        Happening::Appended { record: Record::Prepared { tx, .. }, .. } => Some(*tx) == order.tx,
        _ => false,
    };
    marks.iter().filter(is_promise).count() as u32
}

/// Which frame.
#[derive(Properties, PartialEq)]
pub struct CostLineProps {
    /// The frame.
    pub frame: Rc<Frame>,
}

/// Messages and forced writes of the last transaction.
#[component]
pub fn CostLine(props: &CostLineProps) -> Html {
    let frame = &props.frame;
    let order = frame.orders.last();
    let text = match order {
        None => "none yet".to_owned(),
        Some(OrderView { order: Some(order), .. }) => order_text(order),
        Some(_) => "another client's".to_owned(),
    };
    // An order that was over before anybody listened has been counted by nobody.
    let is_counted = |it: &&OrderView| it.cost.messages > 0 || it.state == OrderState::Waiting;
    let cost = order.filter(is_counted).map(|it| it.cost);
    let theory = order.and_then(|order| theory(order, promises(&frame.marks, order)));
    let is_over = theory
        .as_ref()
        .zip(cost)
        .is_some_and(|(it, cost)| cost.messages > it.messages || cost.forced > it.forced);
    let row = |what: &'static str,
               key: &'static str,
               counted: Option<u32>,
               said: Option<(u32, &'static str)>| {
        let counted = counted.map_or("–".to_owned(), |it| it.to_string());
        html! {
            <tr>
                <th scope="row">{ what }</th>
                <td><strong data-cost={key}>{ counted }</strong></td>
                <td>
                    if let Some((number, formula)) = said {
                        { number.to_string() }
                        if formula.contains(|c: char| c.is_alphabetic()) {
                            <span class="two-phase-commit-formula">{ format!(" = {formula}") }</span>
                        }
                    }
                </td>
            </tr>
        }
    };
    let terms = match &theory {
        None if order.is_some_and(|it| it.state == OrderState::Unanswered) => {
            "The coordinator died over it; nobody has heard yet how it ended.".to_owned()
        }
        None => "What theory says depends on the order.".to_owned(),
        Some(theory) if cost.is_none() => {
            format!("{}. It was over before this page listened.", theory.terms)
        }
        Some(theory) if is_over => {
            format!("{}. More than that: somebody had to ask or to say it again.", theory.terms)
        }
        Some(theory) => format!("{}.", theory.terms),
    };
    html! {
        <div class="two-phase-commit-cost">
            <table>
                <caption>{ "The last order: " }<strong>{ text }</strong></caption>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col"><Badge provenance={Provenance::Measured} /></th>
                        <th scope="col"><Badge provenance={Provenance::Modelled} /></th>
                    </tr>
                </thead>
                <tbody>
                    { row("Messages", "messages", cost.map(|it| it.messages), theory.as_ref().map(|it| (it.messages, it.formulas.0))) }
                    { row("Forced writes", "forced", cost.map(|it| it.forced), theory.as_ref().map(|it| (it.forced, it.formulas.1))) }
                </tbody>
            </table>
            <p>{ terms }</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::replay;
    use playground_core::sim::{Simulation, Time};
    use playground_core::two_phase_commit::{Lab, scenarios};

    #[test]
    fn where_nothing_goes_wrong_the_count_is_what_theory_says() {
        for named in [
            scenarios::burger(),
            scenarios::pizzas(),
            scenarios::drinks(),
            scenarios::no_courier(),
            scenarios::bill(),
            scenarios::pick_up(),
            scenarios::quote(),
        ] {
            let lab: Lab = replay(&named.run, Time(u64::MAX), 10_000).state;
            let frame = lab.frame(named.until);
            for order in frame.orders.iter() {
                let it = theory(order, promises(&frame.marks, order)).expect("an order of the lab");
                let counted = (order.cost.messages, order.cost.forced);
                assert_eq!(counted, (it.messages, it.forced), "{}: {order:?}", named.name);
            }
        }
    }
}
