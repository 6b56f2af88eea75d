//! A run that was found, in the player: each thread with its lines, who has the lock, who is asleep, and what is inside.

use super::super::words::{sentence, worker_title};
use crate::player::{PlayerBar, Start, use_player};
use playground_core::blocking_queue::check::{Check, CheckModel, CheckState, Phase, listing};
use playground_core::blocking_queue::lab::Worker;
use playground_core::sim::{Model, Run, Span, Time, Walk, WalkEvent};
use yew::prelude::*;

/// After the last step, the picture is given so long.
const TAIL: Span = Span::from_ms(900);

/// What the player needs.
#[derive(Properties, PartialEq)]
pub struct WalkPlayerProps {
    /// The run.
    pub run: Run<Walk<CheckModel>>,
}

/// The threads at a moment, and a player that moves them.
#[component]
pub fn WalkPlayer(props: &WalkPlayerProps) -> Html {
    let model = props.run.scenario;
    let player = use_player(|| {
        let run = props.run.clone();
        let last = run.actions.last().map_or(Time::ZERO, |(at, _)| *at);
        Start::<Walk<CheckModel>>::playing(run, last + TAIL)
    });
    {
        // Whoever asked for the run looks at it: it need not watch whether it is in view.
        let on_visible = player.on_visible();
        use_effect_with((), move |()| {
            on_visible.emit(true);
            move || on_visible.emit(false)
        });
    }
    let state = player.frame();
    let view = player.view(told);
    let threads = model.workers().map(|worker| thread(&model, &state, worker));
    html! {
        <div class="blocking-queue-walk">
            <div class="blocking-queue-threads">{ for threads }</div>
            { inside(&model, &state) }
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="blocking-queue-caption" aria-live="polite">{ view.caption }</p>
        </div>
    }
}

/// What is to be checked.
#[derive(Properties, PartialEq)]
pub struct BegunProps {
    /// The small world.
    pub check: Check,
}

/// The threads and their lines at the beginning, before a run was found.
#[component]
pub fn Begun(props: &BegunProps) -> Html {
    let mut model = CheckModel::new(props.check);
    let state = model.initial();
    let threads = model.workers().map(|worker| thread(&model, &state, worker));
    html! {
        <div class="blocking-queue-walk">
            <div class="blocking-queue-threads">{ for threads }</div>
            { inside(&model, &state) }
        </div>
    }
}

/// A step, and what it breaks.
fn told(events: &[WalkEvent<CheckModel>]) -> String {
    let parts = events.iter().map(|event| match event {
        WalkEvent::Took(action) => action.to_string(),
        WalkEvent::Refused(_) => "that is impossible here".to_owned(),
        WalkEvent::Broke(property) => format!("broken: {property}"),
    });
    sentence(&parts.collect::<Vec<_>>().join("; "))
}

/// A thread with its lines: where it is, and whether it sleeps.
fn thread(model: &CheckModel, state: &CheckState, worker: Worker) -> Html {
    let mistake = model.check().mistake;
    let phase = state.thread(worker).phase;
    let at = phase.line(mistake);
    let lines = listing(worker.side(), mistake).into_iter().enumerate().map(|(number, text)| {
        let is_here = at == Some(number);
        html! {
            <li key={number} class={classes!(is_here.then_some("is-here"))} aria-current={is_here.then_some("step")}>
                <code>{ text }</code>
            </li>
        }
    });
    let class = classes!(
        "blocking-queue-thread",
        phase.has_lock().then_some("has-lock"),
        (phase == Phase::Waiting).then_some("is-asleep"),
        (phase == Phase::Done).then_some("is-done"),
    );
    html! {
        <section {class} key={worker.to_string()} aria-label={worker_title(worker)}>
            <p class="blocking-queue-thread-name">{ worker_title(worker) }</p>
            <p class="blocking-queue-thread-state">{ phase_text(phase) }</p>
            <ol role="list">{ for lines }</ol>
        </section>
    }
}

/// Where a thread is, in words.
fn phase_text(phase: Phase) -> &'static str {
    match phase {
        Phase::Outside => "wants to begin",
        Phase::Announced => "has notified already",
        Phase::Inside => "has the lock, looks",
        Phase::Back => "has the lock, does not look",
        Phase::Seen => "has seen that it can",
        Phase::Turning => "has seen that it cannot",
        Phase::Waiting => "asleep",
        Phase::Woken => "woken, wants the lock",
        Phase::Late => "out of patience",
        Phase::LastLook => "looks a last time",
        Phase::Changed => "has changed the queue",
        Phase::Leaving => "about to leave",
        Phase::Done => "done",
    }
}

/// The queue: how many of its places are taken.
fn inside(model: &CheckModel, state: &CheckState) -> Html {
    let (length, capacity) = (state.length, model.check().capacity);
    let places = (0..capacity.max(length)).rev().map(|place| {
        let class = classes!(
            "blocking-queue-place",
            (place < length).then_some("is-taken"),
            (place >= capacity).then_some("is-over"),
        );
        html! { <span key={place} {class}></span> }
    });
    let what = match (state.took_nothing, state.is_overfull) {
        (true, _) => ", and something was taken that was not there",
        (_, true) => ", more than fit",
        _ => "",
    };
    html! {
        <p class="blocking-queue-places">
            <span class="blocking-queue-place-row" aria-hidden="true">{ for places }</span>
            { format!("{length} of {capacity} inside{what}") }
        </p>
    }
}
