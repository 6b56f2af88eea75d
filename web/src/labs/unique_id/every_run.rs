//! Every run there is of leasing a number to two workers: visited one after the other, to the end, or to the shortest
//! one that breaks the promise.

use super::words::{letter, mistake_text};
use crate::components::{Badge, Choice, Provenance, Section, grouped};
use gloo::render::{AnimationFrame, request_animation_frame};
use playground_core::unique_id::lab::Mistake;
use playground_core::unique_id::{Check, CheckSearch, Finding, FindingVerdict};
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// For how many milliseconds a picture waits for the search.
const SLICE_MS: f64 = 12.0;
/// So many states are visited between two looks at the clock.
const STATES: usize = 100;

/// A search, and the next portion of it.
struct Searching {
    search: CheckSearch,
    next: Option<AnimationFrame>,
    findings: Vec<Finding>,
    decided: usize,
}

type Shared = Rc<RefCell<Option<Searching>>>;

impl Searching {
    fn new(mistake: Option<Mistake>) -> Self {
        let search = CheckSearch::new(Check { starts: 1, leases: 2, mistake });
        let mut searching = Searching { search, next: None, findings: Vec::new(), decided: 0 };
        searching.findings = searching.search.findings();
        searching
    }

    /// Goes on for a while; false if there is nothing more to look for.
    fn go_on(&mut self) -> bool {
        let start = js_sys::Date::now();
        let mut has_more = true;
        while has_more && js_sys::Date::now() - start < SLICE_MS {
            has_more = self.search.expand(STATES);
        }
        let decided = self.search.progress().decided;
        if decided != self.decided || !has_more {
            self.decided = decided;
            self.findings = self.search.findings();
        }
        has_more && !self.is_broken()
    }

    fn is_broken(&self) -> bool {
        self.findings.iter().any(|it| matches!(it.verdict, FindingVerdict::Broken(_)))
    }
}

/// Visits a portion, tells so, and asks for the next one.
fn turn(shared: Shared, on_more: Callback<()>) {
    let (again, told) = (shared.clone(), on_more.clone());
    let request = request_animation_frame(move |_| {
        // The request stays alive until this returns: it owns what is running here.
        let _served = again.borrow_mut().as_mut().and_then(|it| it.next.take());
        let has_more = again.borrow_mut().as_mut().is_some_and(Searching::go_on);
        if has_more {
            turn(again.clone(), told.clone());
        }
        told.emit(());
    });
    if let Some(searching) = shared.borrow_mut().as_mut() {
        searching.next = Some(request);
    }
}

/// What can be done wrong, nothing first.
fn mistakes() -> Vec<Option<Mistake>> {
    std::iter::once(None).chain(Check::MISTAKES.map(Some)).collect()
}

/// The section.
#[component]
pub fn EveryRun() -> Html {
    let shared: Shared = use_mut_ref(|| None);
    let update = use_force_update();
    let chosen = use_state_eq(|| 0_usize);
    {
        // Nobody searches for a page that has gone.
        let shared = shared.clone();
        use_effect_with((), move |()| move || drop(shared.borrow_mut().take()));
    }
    let onclick = {
        let (shared, update, chosen) = (shared.clone(), update.clone(), *chosen);
        Callback::from(move |_: MouseEvent| {
            let mistake = mistakes().get(chosen).copied().flatten();
            shared.replace(Some(Searching::new(mistake)));
            let update = update.clone();
            turn(shared.clone(), Callback::from(move |()| update.force_update()));
        })
    };
    let on_change = {
        let (shared, chosen) = (shared.clone(), chosen.setter());
        Callback::from(move |number: usize| {
            shared.replace(None);
            chosen.set(number);
        })
    };
    let options: Vec<AttrValue> =
        mistakes().into_iter().map(|it| AttrValue::from(mistake_text(it))).collect();
    let figure = html! {
        <div class="unique-id-experiment" data-figure="every-run">
            <Choice label="The mistake" {options} chosen={Some(*chosen)} {on_change} />
            <div class="toolbar">
                <button type="button" {onclick}>{ "Visit every run" }</button>
                <Badge provenance={Provenance::Measured} />
            </div>
            { shared.borrow().as_ref().map(found) }
        </div>
    };
    html! {
        <Section id="every-run" title="Every run there is" {figure}>
            <p>{ "A run that goes well proves little, and so do a thousand of them. But two workers, one number and four \
               milliseconds are a small world: here all of its runs can be visited, with every order of messages, every clock \
               that shows anything at any moment, and every moment at which somebody dies." }</p>
            <p>{ "If no ID comes twice in any of them, that is a proof, for this small world. If one does, the shortest run that \
               leads to it is told, step by step. Choose a mistake, and see how little it takes." }</p>
        </Section>
    }
}

/// How far a search has come, and what it has found.
fn found(searching: &Searching) -> Html {
    let progress = searching.search.progress();
    let state = match (searching.is_broken(), progress.is_complete) {
        (true, _) => "A run breaks the promise.",
        (false, true) => "All of them have been visited.",
        (false, false) => "More of them wait.",
    };
    let counted = format!(
        "{} states, {} steps deep at most. {state}",
        grouped(progress.distinct as u64),
        progress.depth.saturating_sub(1)
    );
    html! {
        <>
            <p class="unique-id-caption" role="status">{ counted }</p>
            <ul class="unique-id-findings" role="list">{ for searching.findings.iter().map(finding) }</ul>
        </>
    }
}

fn finding(finding: &Finding) -> Html {
    let (mark, class, steps) = match &finding.verdict {
        FindingVerdict::Searching => ("…", "", None),
        FindingVerdict::Holds => ("✓ in every run:", "is-kept", None),
        FindingVerdict::Possible(_) => ("✓ possible:", "is-kept", None),
        FindingVerdict::Impossible => ("✗ impossible:", "is-broken", None),
        FindingVerdict::Broken(steps) => ("✗ not in this run:", "is-broken", Some(steps)),
    };
    html! {
        <li key={finding.property.clone()} class={classes!("unique-id-finding", class)}>
            <strong>{ mark }</strong>{ " " }{ &finding.property }
            if let Some(steps) = steps {
                <ol>{ for steps.iter().map(|step| html! { <li>{ lettered(step) }</li> }) }</ol>
            }
        </li>
    }
}

/// A step, in which workers have the letters that they have on this page.
fn lettered(step: &str) -> String {
    (0..2).fold(step.to_owned(), |text, worker| {
        text.replace(&format!("worker {worker}"), &format!("worker {}", letter(worker)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_have_letters_in_a_step() {
        let step = "the registry, at 0 ms, hears start 1 of worker 0 ask for the number";
        assert_eq!(
            lettered(step),
            "the registry, at 0 ms, hears start 1 of worker A ask for the number"
        );
    }

    #[test]
    fn every_mistake_that_is_checked_has_words() {
        let words: Vec<&str> = mistakes().into_iter().map(mistake_text).collect();
        assert!(words.len() > 3 && words.iter().all(|it| !it.is_empty()), "{words:?}");
    }
}
