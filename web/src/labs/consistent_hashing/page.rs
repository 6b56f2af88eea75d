//! Composes the lab: the figure, the story, the console; and its miniature for the front door.

use super::console::Console;
use super::counters::Counters;
use super::evidence::Evidence;
use super::figure::{MOST_HANDLES, PointRef, RingFigure};
use super::goals::{self, GOALS};
use super::story::Story;
use super::words;
use crate::components::{GoalList, KeyGroup, KeysSheet, Slider, use_goals};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, Start, use_linked, use_player, use_player_keys,
};
use playground_core::consistent_hashing::lab::{Frame, MOST_WEIGHT, shard_name};
use playground_core::consistent_hashing::{Action, Lab, scenarios};
use playground_core::sim::Simulation;
use std::rc::Rc;
use yew::prelude::*;

/// The numbers of virtual nodes on the slider.
pub const VIRTUAL_NODES: &[u32] =
    &[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 50, 75, 100, 150, 200, 300, 500, 750, 1_000];

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the next shard on the ring"),
    ("← →", "move the shard that has the focus by 1.4°, with Shift by 11°"),
    ("Page Up, Page Down", "move it by 45°"),
    ("Enter", "select it"),
    ("R", "release it back to its hash"),
    ("C", "crash it, or bring it back"),
    ("Delete", "remove it"),
];

/// The lab.
#[component]
pub fn Page() -> Html {
    let Linked { player, problem, .. } = use_linked(scenarios::opening);
    use_player_keys(player.on_command());
    let selected = use_state(|| None::<PointRef>);
    let goals = use_goals(Lab::NAME, GOALS);
    let announcement = use_state(AttrValue::default);
    let on_act = {
        let (player, goals, announcement) = (player.clone(), goals.clone(), announcement.clone());
        Callback::from(move |action: Action| {
            let events = player.act(action);
            for id in goals::reached(&events, &player.frame(), |id| goals.is_done(id)) {
                goals.reach(id);
            }
            announcement.set(words::sentence(&events).into());
        })
    };
    let on_select = {
        let selected = selected.clone();
        Callback::from(move |point: PointRef| selected.set(Some(point)))
    };
    let frame = player.frame();
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "A shard on the ring", keys: LAB_KEYS },
    ];
    let stage = Stage {
        player: player.clone(),
        frame: frame.clone(),
        selected: *selected,
        on_select: on_select.clone(),
        on_act: on_act.clone(),
    };
    html! {
        <article class="consistent-hashing">
            <header class="prose">
                <h1>{ "Consistent hashing" }</h1>
                <p class="lede">
                    { "A cache is spread over a few servers, its " }<em>{ "shards" }</em>
                    { ". When a shard comes or goes, keys have to move. Drag one, add one, crash one, and count \
                       how many do." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">
                        { problem.to_string() }
                    </p>
                }
            </header>
            <Lead ..stage.clone() />
            <p class="visually-hidden" aria-live="polite">{ &*announcement }</p>
            <GoalList goals={GOALS} done={goals.done()} />
            <Story />
            <Evidence />
            <Console ..stage />
            <KeysSheet {groups} />
        </article>
    }
}

/// What the figure at the top and the console at the end share: they show the same run.
#[derive(Clone, Properties, PartialEq)]
pub struct Stage {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
    /// Which point is selected.
    pub selected: Option<PointRef>,
    /// Told when another point is selected.
    pub on_select: Callback<PointRef>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// The figure at the top with its player, the counters, and one knob.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, selected, on_select, on_act } = props;
    let view = player.view(words::sentence);
    let on_add = on_act.reform(|_: MouseEvent| Action::AddShard { weight: 1 });
    let on_virtual_nodes =
        on_act.reform(|virtual_nodes: u32| Action::SetVirtualNodes { virtual_nodes });
    html! {
        <section class="consistent-hashing-lead figure" aria-label="The ring">
            <div class="consistent-hashing-stage">
                <RingFigure player={player.clone()} selected={*selected} on_select={on_select.clone()}
                    on_act={on_act.clone()} />
                <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
                <p class="consistent-hashing-caption">{ view.caption.clone() }</p>
            </div>
            <div class="consistent-hashing-side">
                <Counters frame={frame.clone()} />
                <div class="figure-controls">
                    <Slider label="Virtual nodes per shard" steps={VIRTUAL_NODES.to_vec()}
                        value={frame.virtual_nodes} on_change={on_virtual_nodes} />
                </div>
                <div class="toolbar">
                    <button onclick={on_add}>{ "Add a shard" }</button>
                </div>
                <Selected frame={frame.clone()} selected={*selected} on_act={on_act.clone()} />
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
pub struct SelectedProps {
    /// The frame in which it is selected.
    pub frame: Rc<Frame>,
    /// Which point.
    pub selected: Option<PointRef>,
    /// Where actions go.
    pub on_act: Callback<Action>,
}

/// What can be done to the selected shard.
#[component]
pub fn Selected(props: &SelectedProps) -> Html {
    let SelectedProps { frame, selected, on_act } = props;
    let found =
        selected.and_then(|(id, virtual_node)| frame.shard(id).map(|shard| (shard, virtual_node)));
    let Some((view, virtual_node)) = found else {
        let hint = if frame.points().len() > MOST_HANDLES {
            "Drag the band: the nearest point follows. Or select a shard in the table below."
        } else {
            "Drag a shard along the ring, or select one to crash or remove it."
        };
        return html! { <p class="consistent-hashing-hint">{ hint }</p> };
    };
    let shard = view.id;
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    let is_placed = frame.is_placed(shard, virtual_node);
    let on_weight = on_act.reform(move |weight: u32| Action::SetWeight { shard, weight });
    let name = shard_name(shard);
    html! {
        <div class="consistent-hashing-selected" role="group" aria-label={format!("Shard {name}")}>
            <p>
                <crate::components::Glyph sign={crate::components::Sign::nth(shard.0)} />
                { format!(" Shard {name}: {}, {:.1} % of the ring", words::keys(u64::from(view.keys)), view.share * 100.0) }
            </p>
            <div class="toolbar">
                if view.is_up {
                    <button onclick={act(Action::CrashShard { shard })}>{ "Crash" }</button>
                } else {
                    <button onclick={act(Action::RestartShard { shard })}>{ "Bring back" }</button>
                }
                <button onclick={act(Action::RemoveShard { shard })}>{ "Remove" }</button>
                <button disabled={!is_placed}
                    onclick={act(Action::ReleasePoint { shard, virtual_node })}>{ "Back to its hash" }</button>
            </div>
            <Slider label={format!("Weight of shard {name}")} steps={(1..=MOST_WEIGHT).collect::<Vec<u32>>()}
                value={view.weight} on_change={on_weight} />
        </div>
    }
}

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    html! { <RingFigure {player} /> }
}
