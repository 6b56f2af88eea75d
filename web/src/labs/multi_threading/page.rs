//! Composes the lab: the threads, the story, every interleaving, the races that really happen, and the sandbox.

use super::console::Console;
use super::desk::{Desk, step_by_hand};
use super::every_run::EveryRun;
use super::figure::PlayedFigure;
use super::goals::{self, Evidence, GOALS};
use super::invariants::Broken;
use super::keys::{THREAD_KEYS, use_thread_keys};
use super::native::Native;
use super::outcome::Outcome;
use super::primes::Primes;
use super::racing::Racing;
use super::sentences::Teller;
use super::setup::Begin;
use super::story::Story;
use super::take_home::Home;
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::multi_threading::lab::{Action, Frame, Lab};
use playground_core::multi_threading::scenarios;
use playground_core::sim::{Run, Time};
use std::rc::Rc;
use yew::prelude::*;

/// The fragment and the id of the figure at the top.
const LEAD: &str = "lead";

/// The lab.
#[component]
pub fn Page() -> Html {
    let linked = use_linked(scenarios::opening);
    use_player_keys(linked.player.on_command());
    let goals = use_reached(&linked, GOALS, reached);
    let on_open = linked.on_open(LEAD);
    let Linked { player, problem, on_act, on_load, .. } = linked;
    let on_step = {
        let (player, on_act) = (player.clone(), on_act.clone());
        Callback::from(move |thread: u8| step_by_hand(&player.frame(), thread, &on_act))
    };
    use_thread_keys(on_step.clone());
    let frame = player.frame();
    let stage = Stage { player: player.clone(), frame: frame.clone(), on_act, on_step, on_load };
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "The threads", keys: THREAD_KEYS },
    ];
    html! {
        <article class="multi-threading">
            <header class="prose">
                <h1>{ "Threads" }</h1>
                <p class="lede">
                    { "Threads do work side by side, and share one memory. Between any two instructions of one, another may have \
                       its turn, and a program that is right on its own can be wrong in company. Step them by hand, lose an \
                       update, run into a deadlock; then look through every order there is, and race real threads." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Story />
            <EveryRun {on_open} />
            <Racing />
            <Primes />
            <Native />
            <Console ..stage />
            <Home {player} {frame} />
            <KeysSheet {groups} />
        </article>
    }
}

/// The goals that what the visitor did has reached by now.
fn reached(player: &Player<Lab>, own: &[(Time, Action)]) -> Vec<&'static str> {
    goals::reached(&Evidence { own, frame: &player.frame() })
}

/// What the figure at the top and the sandbox at the end share: they show the same run.
#[derive(Clone, Properties, PartialEq)]
pub struct Stage {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
    /// Lets a thread do its next instruction, and takes the decision away from everybody else.
    pub on_step: Callback<u8>,
    /// Plays another run, up to a time that is worth watching.
    pub on_load: Callback<(Run<Lab>, Time)>,
}

/// The figure at the top with its player, who decides, and what has come of it.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, on_act, on_step, on_load } = props;
    let teller = Teller(frame);
    let view = player.view(|events| teller.sentence(events));
    let said = if view.is_playing { so_far(frame) } else { view.caption.clone() };
    html! {
        <section id={LEAD} class="multi-threading-lead figure" tabindex="-1" aria-label="Threads that share memory">
            <PlayedFigure player={player.clone()} label="Threads with their programs, and the cells and locks that they share" />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="multi-threading-caption">{ view.caption.clone() }</p>
            <Broken frame={frame.clone()} is_quiet={true} />
            <p class="visually-hidden" aria-live="polite">{ said }</p>
            <Begin player={player.clone()} on_load={on_load.clone()} />
            <Desk frame={frame.clone()} on_act={on_act.clone()} on_step={on_step.clone()} />
            <p class="multi-threading-hint">
                { "Choose a thread to step it, to pass it over or to kill it, or press its number. From a thread to a cell goes \
                   what its next instruction touches; a bar on its line lasts from a read to the write that relies on it, and is \
                   hatched once somebody else has written." }
            </p>
            <Outcome frame={frame.clone()} />
        </section>
    }
}

/// What a running picture says aloud.
fn so_far(frame: &Frame) -> AttrValue {
    let lost = frame.tally.lost();
    match (frame.is_over, lost) {
        (true, 0) => "All is done, and nothing is lost.".into(),
        (true, lost) => format!("All is done; the difference is {lost}.").into(),
        (false, _) if !frame.deadlocked.is_empty() => "The threads are deadlocked.".into(),
        (false, _) => AttrValue::default(),
    }
}
