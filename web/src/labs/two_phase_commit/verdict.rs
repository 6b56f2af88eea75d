//! What is known of one property: a mark, a word, and a run to be seen.

use playground_core::sim::Run;
use playground_core::two_phase_commit::{Finding, FindingVerdict, Lab};
use yew::prelude::*;

/// What a verdict needs.
#[derive(Properties, PartialEq)]
pub struct VerdictRowProps {
    /// What has been found.
    pub finding: Finding,
    /// Whether nothing more will be found.
    pub is_over: bool,
    /// Told a run that is to be seen.
    pub on_open: Callback<Run<Lab>>,
}

/// A tick, a cross, and a circle that is not closed.
const TICK: &str = "M1.5 8.5 6 13 14.5 3.5";
const CROSS: &str = "M2.5 2.5 13.5 13.5M13.5 2.5 2.5 13.5";
const SEARCHING: &str = "M14 8A6 6 0 1 1 8 2";

/// A property and what is known of it.
#[component]
pub fn VerdictRow(props: &VerdictRowProps) -> Html {
    let VerdictRowProps { finding, is_over, on_open } = props;
    let (class, path, word, run) = match &finding.verdict {
        FindingVerdict::Searching if *is_over => ("", SEARCHING, "not decided".to_owned(), None),
        FindingVerdict::Searching => ("", SEARCHING, "searching".to_owned(), None),
        FindingVerdict::Holds => ("is-good", TICK, "holds in every run".to_owned(), None),
        FindingVerdict::Impossible => ("is-bad", CROSS, "in no run".to_owned(), None),
        FindingVerdict::Possible(run) => {
            ("is-good", TICK, format!("in {} actions", run.actions.len()), Some(run))
        }
        FindingVerdict::Broken(run) => {
            ("is-bad", CROSS, format!("broken after {} actions", run.actions.len()), Some(run))
        }
    };
    html! {
        <li class={classes!("two-phase-commit-verdict", class)}>
            <svg class="two-phase-commit-verdict-mark" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
            <span>
                { format!("{}: ", finding.property) }
                <span class="two-phase-commit-verdict-word">{ word }</span>
            </span>
            if let Some(run) = run {
                <button onclick={on_open.reform({
                    let run = run.clone();
                    move |_: MouseEvent| (*run).clone()
                })}>
                    { "Open in the player" }<span class="visually-hidden">{ format!(": {}", finding.property) }</span>
                </button>
            }
        </li>
    }
}
