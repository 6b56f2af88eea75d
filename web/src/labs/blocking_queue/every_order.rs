//! Every order of steps there is at a small queue: visited one after the other, to the end, or to the shortest one that
//! breaks a promise, which can be walked through.

mod walk;

use super::words::mistake_text;
use crate::components::{Badge, Choice, Provenance, Section, Slider, grouped};
use gloo::render::{AnimationFrame, request_animation_frame};
use playground_core::blocking_queue::check::{
    Check, CheckModel, CheckSearch, Finding, FindingVerdict, FoundRun, MOST_THREADS,
};
use playground_core::blocking_queue::lab::Mistake;
use playground_core::sim::{Run, Walk};
use std::cell::RefCell;
use std::rc::Rc;
use walk::{Begun, WalkPlayer};
use yew::prelude::*;

/// For how many milliseconds a picture waits for the search.
const SLICE_MS: f64 = 12.0;
/// So many states are visited between two looks at the clock.
const STATES: usize = 200;

/// A search, and the next portion of it.
struct Searching {
    search: CheckSearch,
    next: Option<AnimationFrame>,
    findings: Vec<Finding>,
    decided: usize,
    /// How long it has searched, in milliseconds.
    took_ms: f64,
}

type Shared = Rc<RefCell<Option<Searching>>>;

impl Searching {
    fn new(check: Check) -> Self {
        let mut search = CheckSearch::new(check);
        let findings = search.findings();
        Searching { search, next: None, findings, decided: 0, took_ms: 0.0 }
    }

    /// Goes on for a while; false if there is nothing more to look for.
    fn go_on(&mut self) -> bool {
        let start = js_sys::Date::now();
        let mut has_more = true;
        while has_more && js_sys::Date::now() - start < SLICE_MS {
            has_more = self.search.expand(STATES);
        }
        self.took_ms += js_sys::Date::now() - start;
        let decided = self.search.progress().decided;
        if decided != self.decided || !has_more {
            self.decided = decided;
            self.findings = self.search.findings();
        }
        has_more && self.broken().is_none()
    }

    /// The first promise that was found broken, and a shortest run that breaks it.
    fn broken(&self) -> Option<(&'static str, &FoundRun)> {
        self.findings.iter().find_map(|finding| match &finding.verdict {
            FindingVerdict::Broken(run) => Some((finding.property, run)),
            _ => None,
        })
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

/// A small world in which a mistake shows, or the right way is proven.
fn check_of(mistake: Option<Mistake>) -> Check {
    mistake.map_or_else(Check::default, Check::of_mistake)
}

/// The section.
#[component]
pub fn EveryOrder() -> Html {
    let shared: Shared = use_mut_ref(|| None);
    let update = use_force_update();
    let check = use_state_eq(|| check_of(Some(Mistake::SharedCondition)));
    {
        // Nobody searches for a page that has gone.
        let shared = shared.clone();
        use_effect_with((), move |()| move || drop(shared.borrow_mut().take()));
    }
    let onclick = {
        let (shared, check) = (shared.clone(), *check);
        Callback::from(move |_: MouseEvent| {
            shared.replace(Some(Searching::new(check)));
            let update = update.clone();
            turn(shared.clone(), Callback::from(move |()| update.force_update()));
        })
    };
    let on_check = {
        let (shared, check) = (shared.clone(), check.setter());
        Callback::from(move |changed: Check| {
            shared.replace(None);
            check.set(changed);
        })
    };
    let searching = shared.borrow();
    let figure = html! {
        <div class="blocking-queue-experiment" data-figure="every-order">
            <Settings check={*check} {on_check} />
            <div class="toolbar">
                <button type="button" {onclick}>{ "Visit every order" }</button>
                <Badge provenance={Provenance::Measured} />
            </div>
            { searching.as_ref().map(found) }
        </div>
    };
    let broken = searching.as_ref().and_then(Searching::broken);
    html! {
        <>
            <Section id="every-order" title="Every order of steps" {figure}>
                <p>{ "A run that goes well proves little, and so do a million: the unlucky order may be the next one. But two or \
                   three threads at a queue of one place are a small world. Here each of them is cut into the steps between which \
                   another one may run, and all orders of all steps are visited, with every choice of who is woken." }</p>
                <p>{ "The right way is proven so, for the small world that you set up. Of a mistake, the shortest run that shows it \
                   is found, and can be walked through below. Count the steps: that is all it takes." }</p>
            </Section>
            if let Some((property, found)) = broken {
                <Walked key={found.steps.join("\n")} {property} run={(*found.run).clone()} />
            } else {
                <div class="blocking-queue-walked figure"><Begun check={*check} /></div>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct SettingsProps {
    check: Check,
    on_check: Callback<Check>,
}

/// What is to be visited.
#[component]
fn Settings(props: &SettingsProps) -> Html {
    let SettingsProps { check, on_check } = props;
    let check = *check;
    let options: Vec<AttrValue> =
        mistakes().into_iter().map(|it| AttrValue::from(mistake_text(it))).collect();
    let on_mistake =
        on_check.reform(|number: usize| check_of(mistakes().get(number).copied().flatten()));
    let number = |label: &'static str, most: u8, value: u8, change: fn(&mut Check, u8)| {
        let on_change = on_check.reform(move |number: u32| {
            let mut check = check;
            change(&mut check, number as u8);
            check
        });
        let steps: Vec<u32> = (1..=most.into()).collect();
        html! { <Slider {label} {steps} value={u32::from(value)} {on_change} /> }
    };
    html! {
        <>
            <Choice label="The mistake" {options}
                chosen={mistakes().iter().position(|it| *it == check.mistake)} on_change={on_mistake} />
            <div class="figure-controls">
                { number("Threads that put", MOST_THREADS, check.producers, |check, n| check.producers = n) }
                { number("Threads that take", MOST_THREADS, check.consumers, |check, n| check.consumers = n) }
                { number("Places", 3, check.capacity, |check, n| check.capacity = n) }
                { number("Items of each", 3, check.items, |check, n| check.items = n) }
            </div>
        </>
    }
}

/// How far a search has come, and what it has found.
fn found(searching: &Searching) -> Html {
    let progress = searching.search.progress();
    let state = match (searching.broken().is_some(), progress.is_complete) {
        (true, _) => "A run breaks a promise.",
        (false, true) => "All of them have been visited.",
        (false, false) => "More of them wait.",
    };
    let counted = format!(
        "{} states in {:.2} s, {} steps deep at most. {state}",
        grouped(progress.distinct as u64),
        searching.took_ms / 1e3,
        progress.depth.saturating_sub(1)
    );
    html! {
        <>
            <p class="blocking-queue-caption" role="status">{ counted }</p>
            <ul class="blocking-queue-findings" role="list">{ for searching.findings.iter().map(finding) }</ul>
        </>
    }
}

fn finding(finding: &Finding) -> Html {
    let (mark, class) = match &finding.verdict {
        FindingVerdict::Searching => ("…", ""),
        FindingVerdict::Holds => ("✓ in every run:", "is-kept"),
        FindingVerdict::Possible(_) => ("✓ possible:", "is-kept"),
        FindingVerdict::Impossible => ("✗ impossible:", "is-broken"),
        FindingVerdict::Broken(_) => ("✗ not in the run below:", "is-broken"),
    };
    html! {
        <li key={finding.property} class={classes!("blocking-queue-finding", class)}>
            <strong>{ mark }</strong>{ " " }{ finding.property }
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct WalkedProps {
    property: AttrValue,
    run: Run<Walk<CheckModel>>,
}

/// The run that breaks a promise, step by step.
#[component]
fn Walked(props: &WalkedProps) -> Html {
    let WalkedProps { property, run } = props;
    html! {
        <div class="blocking-queue-walked figure">
            <p class="blocking-queue-caption">
                <strong>{ format!("The shortest run in which it is not true that {property}") }</strong>
                { format!(": {} steps.", run.actions.len()) }
            </p>
            <WalkPlayer run={run.clone()} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_way_is_proven_and_every_mistake_is_caught() {
        for mistake in mistakes() {
            let mut search = CheckSearch::new(check_of(mistake));
            let broken = |search: &mut CheckSearch| {
                let is_broken = |it: &Finding| matches!(it.verdict, FindingVerdict::Broken(_));
                search.findings().iter().any(is_broken)
            };
            while search.expand(10_000) && !broken(&mut search) {}
            assert_eq!(broken(&mut search), mistake.is_some(), "{mistake:?}");
        }
    }
}
