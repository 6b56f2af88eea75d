//! Composes the lab: the wire, the story, the workbench, the real connection and the sandbox.

use super::console::Console;
use super::figure::PlayedFigure;
use super::goals::{self, GOALS};
use super::live::Live;
use super::log::{Log, rows_of};
use super::send::Send;
use super::sentences::describe;
use super::story::Story;
use super::take_home::Home;
use super::workbench::Workbench;
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::sim::{Run, Time};
use playground_core::websocket::lab::{Action, Frame, Lab};
use playground_core::websocket::scenarios;
use std::rc::Rc;
use yew::prelude::*;

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the next segment on its way, list or row of bytes"),
    ("Enter", "open a segment: flip its bits, lose it, cut the connection"),
    ("← →", "go through bytes, and through the bits of one"),
    ("Space, Enter", "flip the bit that has the focus"),
    ("↑ ↓", "go through a list of frames, or the lines of a handshake"),
    ("Home, End", "go to its first or last"),
    ("Escape", "close a segment"),
];

/// The lab.
#[component]
pub fn Page() -> Html {
    let linked = use_linked(scenarios::opening);
    use_player_keys(linked.player.on_command());
    let goals = use_reached(&linked, GOALS, reached);
    let on_open = linked.on_open("lead");
    let Linked { player, problem, on_act, on_load, .. } = linked;
    let on_predicted = {
        let goals = goals.clone();
        Callback::from(move |()| goals.reach(goals::REAL))
    };
    let frame = player.frame();
    let stage = Stage { player: player.clone(), frame: frame.clone(), on_act, on_load };
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "Segments, frames, bytes and bits", keys: LAB_KEYS },
    ];
    html! {
        <article class="websocket">
            <header class="prose">
                <h1>{ "WebSockets" }</h1>
                <p class="lede">
                    { "A connection that stays open, and on which both sides may speak. Below is every byte of one: \
                       click a segment on its way, flip a bit in it, and see what the other side makes of that." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Story />
            <Workbench {on_predicted} {on_open} />
            <Live />
            <Console ..stage />
            <Home {player} {frame} />
            <KeysSheet {groups} />
        </article>
    }
}

/// The goals that what the visitor did has reached by now.
fn reached(player: &Player<Lab>, own: &[(Time, Action)]) -> Vec<&'static str> {
    goals::reached(own, &player.frame())
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

/// The figure at the top with its player, what can be sent, and everything that went over the wire.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let view = player.view(describe);
    let said = if view.is_playing { AttrValue::default() } else { view.caption.clone() };
    html! {
        <section id="lead" class="websocket-lead figure" tabindex="-1" aria-label="The wire">
            <PlayedFigure player={player.clone()} label="A client and a server, and the bytes between them" />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="websocket-caption">{ view.caption.clone() }</p>
            <p class="visually-hidden" aria-live="polite">{ said }</p>
            <Send frame={frame.clone()} on_act={on_act.clone()} />
            <Log rows={rows_of(frame)} label="Everything that went over the wire"
                empty="Nothing has been sent yet." />
        </section>
    }
}
