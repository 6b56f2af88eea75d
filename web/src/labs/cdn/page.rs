//! Composes the lab: the map, the real edges, the story, the race of policies and the sandbox.

use super::console::Console;
use super::copies::Copies;
use super::desk::Desk;
use super::figure::PlayedFigure;
use super::goals::{self, Evidence, GOALS};
use super::invariants::Broken;
use super::live::Live;
use super::race::Race;
use super::sentences::Teller;
use super::story::Story;
use super::take_home::Home;
use super::way::Way;
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::cdn::lab::Node;
use playground_core::cdn::{Action, Frame, Lab, scenarios};
use playground_core::sim::{Run, Time};
use std::rc::Rc;
use yew::prelude::*;

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the next edge, the origin, the next reader, the next message"),
    ("Enter", "on a reader: ask; on an edge, the origin or a message: open its menu"),
    ("Escape", "close the menu"),
    ("← → ↑ ↓", "scroll the larger map, while it has the focus"),
];

/// The lab.
#[component]
pub fn Page() -> Html {
    let linked = use_linked(scenarios::opening);
    use_player_keys(linked.player.on_command());
    let goals = use_reached(&linked, GOALS, reached);
    let Linked { player, problem, on_act, on_load, .. } = linked;
    let frame = player.frame();
    let item = use_state(|| 0_u16);
    let on_item = {
        let item = item.setter();
        Callback::from(move |number: u16| item.set(number))
    };
    // Another run may have fewer items.
    let known = (*item).min(frame.origin.items.len().saturating_sub(1) as u16);
    let stage = Stage {
        player: player.clone(),
        frame: frame.clone(),
        item: known,
        on_item,
        on_act,
        on_load,
    };
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "The map", keys: LAB_KEYS },
    ];
    html! {
        <article class="cdn">
            <header class="prose">
                <h1>{ "Content delivery" }</h1>
                <p class="lede">
                    { "A page lies in Madrid and its reader lives in Sydney: a third of a second is lost before the first \
                       byte. So a copy is kept near the reader, by servers that know how long it may be believed. Ask, \
                       change the page, kill whatever you like, and see what readers get." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Live />
            <Story />
            <Race />
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
    /// What a click on a reader asks for.
    pub item: u16,
    /// Told when that is to be something else.
    pub on_item: Callback<u16>,
    /// Where actions go.
    pub on_act: Callback<Action>,
    /// Plays another run, up to a time that is worth watching.
    pub on_load: Callback<(Run<Lab>, Time)>,
}

/// The map at the top with its player, what can be asked, and what came of it.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, item, on_item, on_act, .. } = props;
    let teller = Teller::of(frame);
    let view = player.view(|events| teller.sentence(events));
    let said = if view.is_playing { last_answer(frame) } else { view.caption.clone() };
    html! {
        <section id="lead" class="cdn-lead figure" tabindex="-1" aria-label="Readers, edges and an origin on the map">
            <PlayedFigure player={player.clone()} item={*item} label="Readers, edges and the origin on a map of the world" />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="cdn-caption">{ view.caption.clone() }</p>
            <Broken player={player.clone()} is_quiet={true} />
            <p class="visually-hidden" aria-live="polite">{ said }</p>
            <Desk frame={frame.clone()} item={*item} on_item={on_item.clone()} on_act={on_act.clone()} />
            <p class="cdn-hint">
                { "Choose a reader on the map to ask. Choose an edge to kill or purge it, the origin to take it down or to \
                   change what it has, and a message under way to lose it." }
            </p>
            <div class="cdn-sides">
                <Way frame={frame.clone()} />
                <Copies frame={frame.clone()} />
            </div>
        </section>
    }
}

/// What a running picture says aloud: how the last request stands.
fn last_answer(frame: &Frame) -> AttrValue {
    let Some(exchange) = frame.exchanges.last() else { return AttrValue::default() };
    let Some((_, outcome)) = exchange.end else { return AttrValue::default() };
    let city = frame.city(Node::Reader(exchange.reader)).map_or("", |it| it.name());
    let took = exchange.took_us.0.map(super::words::earth_ms).unwrap_or_default();
    let outcome = super::words::outcome_text(outcome);
    format!("{city}, {}: {outcome}, {took}", frame.path(exchange.item)).into()
}
