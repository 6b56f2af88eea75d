//! Composes the lab: the waiting line, the story, every order of steps, real workers, native threads and the sandbox.

use super::console::Console;
use super::desk::{COMMAND_KEYS, Desk, use_command_keys};
use super::every_order::EveryOrder;
use super::figure::PlayedFigure;
use super::goals::{self, Evidence, GOALS};
use super::invariants::Broken;
use super::knobs::Knobs;
use super::lanes::Lanes;
use super::native::Native;
use super::readout::Readout;
use super::real::Real;
use super::sentences::told;
use super::story::Story;
use super::take_home::Home;
use super::words::items_text;
use super::world::World;
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::blocking_queue::lab::{Action, Frame, Lab, WorkerState};
use playground_core::blocking_queue::scenarios;
use playground_core::sim::{Run, Time};
use std::rc::Rc;
use yew::prelude::*;

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the next worker, the queue, your own commands that wait"),
    ("Enter", "open its menu: let it stand still, kill it, make it slower, close the queue"),
    ("Escape", "close the menu, leave the command line"),
];

/// The lab.
#[component]
pub fn Page() -> Html {
    let linked = use_linked(scenarios::opening);
    use_player_keys(linked.player.on_command());
    use_command_keys(&linked.on_act);
    let goals = use_reached(&linked, GOALS, reached);
    let Linked { player, problem, on_act, on_load, .. } = linked;
    let frame = player.frame();
    let stage = Stage { player: player.clone(), frame: frame.clone(), on_act, on_load };
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "Commands", keys: COMMAND_KEYS },
        KeyGroup { title: "The picture", keys: LAB_KEYS },
    ];
    html! {
        <article class="blocking-queue">
            <header class="prose">
                <h1>{ "Blocking queue" }</h1>
                <p class="lede">
                    { "Some make things, others use them up, and neither is always as fast as the other. Between them stands a \
                       queue with a few places. Is it full, those who put wait; is it empty, those who take do. Make it smaller, \
                       slow somebody down, kill somebody, and watch the wait move from one side to the other." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Story />
            <EveryOrder />
            <Real />
            <Native />
            <World />
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
    /// Plays another run, up to a time that is worth watching.
    pub on_load: Callback<(Run<Lab>, Time)>,
}

/// The figure at the top with its player, the commands, and two knobs.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let view = player.view(told);
    let said = if view.is_playing { state_now(frame) } else { view.caption.clone() };
    html! {
        <section id="lead" class="blocking-queue-lead figure" tabindex="-1" aria-label="The waiting line">
            <PlayedFigure player={player.clone()} label="Producers, the queue between, consumers, and everybody who waits" />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="blocking-queue-caption">{ view.caption.clone() }</p>
            <Broken player={player.clone()} is_quiet={true} />
            <p class="visually-hidden" aria-live="polite">{ said }</p>
            <div class="blocking-queue-two">
                <div class="blocking-queue-stack">
                    <Knobs frame={frame.clone()} on_act={on_act.clone()} />
                    <Lanes frame={frame.clone()} />
                </div>
                <Desk frame={frame.clone()} on_act={on_act.clone()} />
            </div>
            <Readout frame={frame.clone()} />
            <p class="blocking-queue-hint">
                { "Choose a worker to let it stand still, to kill it or to change its pace, and the queue to close it." }
            </p>
        </section>
    }
}

/// What a running picture says aloud: it changes with who waits, not with every item.
fn state_now(frame: &Frame) -> AttrValue {
    let parked = |workers: &[playground_core::blocking_queue::lab::WorkerView]| {
        workers.iter().filter(|it| it.state == WorkerState::Parked).count()
    };
    let (putters, takers) = (parked(&frame.producers), parked(&frame.consumers));
    let word = match (putters, takers) {
        (0, 0) => "nobody waits".to_owned(),
        (putters, 0) => format!("{putters} producers wait for room"),
        (0, takers) => format!("{takers} consumers wait for an item"),
        (putters, takers) => format!("{putters} producers and {takers} consumers wait"),
    };
    // Said anew with each power of two, not with each item.
    let about = frame.totals.taken.checked_next_power_of_two().unwrap_or_default() / 2;
    format!("More than {} have passed; {word}.", items_text(about)).into()
}
