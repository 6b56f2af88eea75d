//! Composes the lab: the workers, the story, any ID taken apart, the shelf, the real services and the sandbox.

use super::console::Console;
use super::desk::Desk;
use super::every_run::EveryRun;
use super::figure::PlayedFigure;
use super::goals::{self, Evidence, GOALS};
use super::invariants::Broken;
use super::kinds::Kinds;
use super::latest::Latest;
use super::million::Million;
use super::real::Real;
use super::sentences::Teller;
use super::shards::Shards;
use super::shelf::Shelf;
use super::story::Story;
use super::take_home::Home;
use super::words::ids_text;
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::sim::{Run, Time};
use playground_core::unique_id::lab::{Action, Frame, Lab};
use playground_core::unique_id::scenarios;
use std::rc::Rc;
use yew::prelude::*;

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the registry, the next worker, the next message"),
    ("Enter", "open its menu: ask for IDs, set its clock, kill it, cut its link"),
    ("Escape", "close the menu"),
];

const TILE_KEYS: &[(&str, &str)] = &[
    ("← →", "go to the next bit"),
    ("↑ ↓", "go to the field before or after"),
    ("Home, End", "go to the first or the last bit"),
    ("Space", "flip the bit"),
];

/// The lab.
#[component]
pub fn Page() -> Html {
    let linked = use_linked(scenarios::opening);
    use_player_keys(linked.player.on_command());
    let goals = use_reached(&linked, GOALS, reached);
    let Linked { player, problem, on_act, on_load, .. } = linked;
    let frame = player.frame();
    let stage = Stage { player: player.clone(), frame: frame.clone(), on_act, on_load };
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "The workers", keys: LAB_KEYS },
        KeyGroup { title: "The bits", keys: TILE_KEYS },
    ];
    html! {
        <article class="unique-id">
            <header class="prose">
                <h1>{ "Unique IDs" }</h1>
                <p class="lede">
                    { "Many machines hand out numbers, and no two may ever be the same. To ask one counter is slow, and the counter \
                       may be down. So each machine makes its own out of the time, a number that it has leased, and a count. Set \
                       a clock back, kill a worker, and see why no ID comes twice, and when one does." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Story />
            <EveryRun />
            <Kinds />
            <Shelf />
            <Million />
            <Real />
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

/// The figure at the top with its player, what can be asked for, and the last IDs.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let teller = Teller::of(frame);
    let view = player.view(|events| teller.sentence(events));
    let said = if view.is_playing { made_so_far(frame) } else { view.caption.clone() };
    html! {
        <section id="lead" class="unique-id-lead figure" tabindex="-1" aria-label="Workers that make IDs">
            <PlayedFigure player={player.clone()} label="Workers with their clocks, the registry of worker numbers, and every ID at the time that it tells" />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="unique-id-caption">{ view.caption.clone() }</p>
            <Broken player={player.clone()} is_quiet={true} />
            <p class="visually-hidden" aria-live="polite">{ said }</p>
            <Desk frame={frame.clone()} on_act={on_act.clone()} />
            <p class="unique-id-hint">
                { slow_text(frame) }
                { " Choose a worker to set its clock, to let it stand still or to kill it, the registry to take a number away, and \
                   a message under way to lose it." }
            </p>
            <Shards frame={frame.clone()} />
            <Latest frame={frame.clone()} />
        </section>
    }
}

/// By how much time is slowed down.
pub fn slow_text(frame: &Frame) -> String {
    match frame.scenario.slow_motion {
        1 => String::new(),
        slow => format!(
            "Time is slowed down {slow} times: a millisecond of the workers takes {slow} of yours."
        ),
    }
}

/// What a running picture says aloud.
fn made_so_far(frame: &Frame) -> AttrValue {
    let twice = match frame.totals.duplicates {
        0 => "none of them twice".to_owned(),
        count => format!("{} of them twice", crate::components::grouped(count)),
    };
    // Said anew with each power of two, not with each ID.
    let about = frame.totals.made.checked_next_power_of_two().unwrap_or(frame.totals.made) / 2;
    format!("More than {} made, {twice}.", ids_text(about)).into()
}
