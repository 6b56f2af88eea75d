//! How all interleavings end: in how many of them so much is lost.

use super::every_run::big_text;
use super::words::percent_text;
use crate::components::{BarChart, BarTone, Bars, DataTable, Row};
use playground_core::multi_threading::program::Program;
use playground_core::multi_threading::{Ending, Interleavings};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct EndingsProps {
    /// The interleavings.
    pub interleavings: Interleavings,
    /// Of which program.
    pub program: Program,
}

/// A sentence, a chart and a table.
#[component]
pub fn Endings(props: &EndingsProps) -> Html {
    let EndingsProps { interleavings, program } = props;
    let endings = &interleavings.endings;
    let is_counted = interleavings.total.is_some();
    let names: Vec<AttrValue> = endings.iter().map(|it| name(it).into()).collect();
    let shares = endings.iter().map(|it| it.share.unwrap_or(0.0) * 100.0).collect();
    let series = vec![Bars {
        label: "probability, if chance decides before every instruction".into(),
        values: shares,
        tone: BarTone::Ours,
    }];
    html! {
        <>
            <p class="multi-threading-verdict" data-every="verdict">{ sentence(interleavings, *program) }</p>
            if is_counted && endings.len() > 1 {
                <BarChart title="How they end" categories={names} {series} y_label="%" />
                <DataTable caption="How they end" columns={columns()} rows={endings.iter().map(row).collect::<Vec<_>>()} />
            }
        </>
    }
}

fn columns() -> Vec<AttrValue> {
    ["End", "Interleavings", "Probability by chance"].map(AttrValue::from).to_vec()
}

fn name(ending: &Ending) -> String {
    match (ending.is_deadlock, ending.lost) {
        (true, _) => "deadlock".to_owned(),
        (false, 0) => "nothing lost".to_owned(),
        (false, lost) => format!("{lost} lost"),
    }
}

fn row(ending: &Ending) -> Row {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let cells = [
        name(ending),
        or_none(ending.interleavings.map(big_text)),
        or_none(ending.share.map(percent_text)),
    ];
    Row {
        key: name(ending).into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

/// What the numbers mean.
fn sentence(it: &Interleavings, program: Program) -> String {
    match (it.total, it.broken) {
        (None, _) => "A thread may wait in a loop for as long as the scheduler likes, so there is no bound to the number \
                      of interleavings; there is one to the number of states."
            .to_owned(),
        (Some(total), Some(0)) => format!(
            "{} interleavings, and not one breaks a promise: {} is right.",
            big_text(total),
            program.title()
        ),
        (Some(total), Some(broken)) => {
            let share = it.broken_share.map(percent_text).unwrap_or_default();
            format!(
                "{} of {} interleavings break a promise. If chance decides before every instruction, a run does \
                 so with a probability of {share}.",
                big_text(broken),
                big_text(total)
            )
        }
        (Some(total), None) => format!("{} interleavings.", big_text(total)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::program::Setup;
    use playground_core::multi_threading::{Check, CheckSearch};

    fn counted(program: Program) -> Interleavings {
        let setup = Setup { program, ..Setup::default() };
        let mut search = CheckSearch::new(Check { setup });
        while search.expand(1_000) {}
        search.interleavings().expect("few states")
    }

    #[test]
    fn what_the_prose_says_is_so() {
        let counted = counted(Program::Counter);
        assert_eq!((counted.total, counted.broken), (Some(20), Some(18)));
        let said = sentence(&counted, Program::Counter);
        assert!(said.starts_with("18 of 20 interleavings break a promise."), "{said}");
    }

    #[test]
    fn a_program_that_is_right_is_said_to_be() {
        let said = sentence(&counted(Program::CounterLocked), Program::CounterLocked);
        assert!(
            said.ends_with("not one breaks a promise: a counter with a lock is right."),
            "{said}"
        );
    }
}
