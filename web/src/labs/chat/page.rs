//! Composes the lab: the figure, the real chat, the story and the sandbox.

use super::console::Console;
use super::figure::PlayedFigure;
use super::goals::{self, Evidence, GOALS};
use super::invariants::Broken;
use super::live::Live;
use super::say_form::SayForm;
use super::sentences::Teller;
use super::story::Story;
use super::take_home::Home;
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::chat::{Action, Frame, Lab, scenarios};
use playground_core::sim::{Run, Time};
use std::rc::Rc;
use yew::prelude::*;

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the server, the next tab, the next packet"),
    ("Enter", "open its menu: say, cut, offline, stop reading, kill; lose, hold back, double"),
    ("Escape", "close the menu"),
];
const CHAT_KEYS: &[(&str, &str)] = &[
    ("Enter", "send, while you type"),
    ("Shift + Enter", "begin another line"),
    ("↑ ↓, Home, End", "scroll, while the messages have the focus"),
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
        KeyGroup { title: "The picture", keys: LAB_KEYS },
        KeyGroup { title: "The real chat", keys: CHAT_KEYS },
    ];
    html! {
        <article class="chat">
            <header class="prose">
                <h1>{ "Chat" }</h1>
                <p class="lede">
                    { "Many people, one conversation: everybody sees the same messages, in the same order, each of them \
                       once. Connections break, packets get lost, the server dies. Break whatever you like, \
                       and see what brings the conversation back." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Live />
            <Story />
            <Console ..stage />
            <Home {player} {frame} />
            <KeysSheet {groups} />
        </article>
    }
}

/// The goals that what the visitor did has reached by now.
fn reached(player: &Player<Lab>, own: &[(Time, Action)]) -> Vec<&'static str> {
    let (frame, broken) = (player.frame(), player.broken_invariants().len());
    goals::reached(&Evidence { own, frame: &frame, broken })
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

/// The figure at the top with its player, and somebody to speak.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let teller = Teller::of(frame);
    let view = player.view(|events| teller.sentence(events));
    let said = if view.is_playing { last_said(frame) } else { view.caption.clone() };
    html! {
        <section id="lead" class="chat-lead figure" tabindex="-1" aria-label="A server and four tabs">
            <PlayedFigure player={player.clone()} label="A chat server and the tabs of three people">
                <SayForm frame={frame.clone()} on_act={on_act.clone()} id="lead" />
                <p class="chat-hint">
                    { "Choose a tab to cut it off, to take it off the network, to let it read slowly or to flood the room. \
                       Choose the server to kill it, and a packet to lose, hold back or double it." }
                </p>
            </PlayedFigure>
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="chat-caption">{ view.caption.clone() }</p>
            <Broken player={player.clone()} is_quiet={true} />
            <p class="visually-hidden" aria-live="polite">{ said }</p>
        </section>
    }
}

/// What a running picture says aloud: how the last message stands.
fn last_said(frame: &Frame) -> AttrValue {
    let Some(path) = frame.paths.last() else { return AttrValue::default() };
    let shown =
        path.hops.iter().filter(|(_, hop)| matches!(hop, playground_core::chat::Hop::Shown(_)));
    format!("“{}”: shown in {} tabs", path.text, shown.count()).into()
}
