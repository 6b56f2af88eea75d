//! What is known of one promise: a mark, a word, and a run to be seen.

use playground_core::multi_threading::{Finding, FindingVerdict, FoundRun};
use yew::prelude::*;

/// What a verdict needs.
#[derive(Properties, PartialEq)]
pub struct VerdictRowProps {
    /// What has been found.
    pub finding: Finding,
    /// Whether nothing more will be found.
    pub is_over: bool,
    /// Told a run that is to be seen.
    pub on_open: Callback<FoundRun>,
}

/// A tick, a cross, and a circle that is not closed.
const TICK: &str = "M1.5 8.5 6 13 14.5 3.5";
const CROSS: &str = "M2.5 2.5 13.5 13.5M13.5 2.5 2.5 13.5";
const SEARCHING: &str = "M14 8A6 6 0 1 1 8 2";

/// A promise and what is known of it.
#[component]
pub fn VerdictRow(props: &VerdictRowProps) -> Html {
    let VerdictRowProps { finding, is_over, on_open } = props;
    let (class, path, word, found) = match &finding.verdict {
        FindingVerdict::Searching if *is_over => ("", SEARCHING, "not decided".to_owned(), None),
        FindingVerdict::Searching => ("", SEARCHING, "searching".to_owned(), None),
        FindingVerdict::Holds => ("is-good", TICK, "in every interleaving".to_owned(), None),
        FindingVerdict::Impossible => ("is-bad", CROSS, "in no interleaving".to_owned(), None),
        FindingVerdict::Possible(found) => {
            ("is-good", TICK, format!("in {} steps", found.steps.len()), Some(found))
        }
        FindingVerdict::Broken(found) => {
            ("is-bad", CROSS, format!("broken after {} steps", found.steps.len()), Some(found))
        }
    };
    html! {
        <li class={classes!("multi-threading-finding", class)}>
            <svg class="multi-threading-finding-mark" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
            <span>
                { format!("{}: ", finding.property) }
                <span class="multi-threading-finding-word">{ word }</span>
            </span>
            if let Some(found) = found {
                <details class="multi-threading-details">
                    <summary>{ "The run, step by step" }</summary>
                    <ol class="multi-threading-steps">{ for found.steps.iter().map(|step| html! { <li>{ step }</li> }) }</ol>
                </details>
                <button type="button" onclick={on_open.reform({
                    let found = found.clone();
                    move |_: MouseEvent| found.clone()
                })}>
                    { "Open it in the player" }<span class="visually-hidden">{ format!(": {}", finding.property) }</span>
                </button>
            }
        </li>
    }
}
