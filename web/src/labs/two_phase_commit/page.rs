//! Composes the lab: the figure, the story, the proof, the real processes and the sandbox.

use super::check::CheckEveryRun;
use super::console::Console;
use super::cost::CostLine;
use super::figure::PlayedFigure;
use super::goals::{self, Evidence, GOALS};
use super::invariants::Broken;
use super::live::Live;
use super::order_form::OrderForm;
use super::story::Story;
use super::take_home::Home;
use super::words::{describe, describe_wallets, order_text, state_text};
use crate::components::{GoalList, KeyGroup, KeysSheet};
use crate::player::{
    Linked, PLAYER_KEYS, Player, PlayerBar, use_linked, use_player_keys, use_reached,
};
use playground_core::sim::{Run, Time};
use playground_core::two_phase_commit::{Action, Frame, Happened, Lab, Order, World, scenarios};
use std::rc::Rc;
use yew::prelude::*;

const LAB_KEYS: &[(&str, &str)] = &[
    ("Tab", "go to the next node or message"),
    ("Enter", "open its menu: crash, arm, restart, resolve; lose, hold back, double, deliver"),
    ("Tab, ↑ ↓", "go through the menu and its lists"),
    ("Escape", "close the menu"),
    ("Home, End", "go to the first or the newest row, while the sequence has the focus"),
];

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
    let frame = player.frame();
    let stage = Stage { player: player.clone(), frame: frame.clone(), on_act, on_load };
    let groups = vec![
        KeyGroup { title: "Player", keys: PLAYER_KEYS },
        KeyGroup { title: "A node, or a message under way", keys: LAB_KEYS },
    ];
    html! {
        <article class="two-phase-commit">
            <header class="prose">
                <h1>{ "Two-phase commit" }</h1>
                <p class="lede">
                    { "An order needs food from one service and a courier from another: both, or nothing. The two \
                       keep their promises on disks of their own, and any of the machines may die at any moment. \
                       Kill one, lose a message, and see what is left." }
                </p>
                if let Some(problem) = problem {
                    <p class="notice" role="alert">{ problem.to_string() }</p>
                }
            </header>
            <Lead ..stage.clone() />
            <GoalList goals={GOALS} done={goals.done()} />
            <Story />
            <CheckEveryRun {on_open} />
            <Live />
            <Console ..stage />
            <Home {player} {frame} />
            <KeysSheet {groups} />
        </article>
    }
}

/// The goals that what the visitor did has reached by now.
fn reached(player: &Player<Lab>, own: &[(Time, Action)]) -> Vec<&'static str> {
    let (frame, broken) = (player.frame(), player.broken_invariants().len());
    let flaw = player.with_run(|run| run.scenario.flaw);
    goals::reached(&Evidence { own, frame: &frame, flaw, broken })
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

/// The figure at the top with its player, what the last order cost, and the next one.
#[component]
fn Lead(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let world = frame.scenario.as_ref().map(|it| it.world).unwrap_or_default();
    let view = player.view(describer(world));
    let on_order = on_act.reform(|order: Order| Action::Submit { order });
    let said = if view.is_playing { last_order(frame) } else { view.caption.clone() };
    html! {
        <section id={LEAD} class="two-phase-commit-lead figure" tabindex="-1" aria-label="The order">
            <PlayedFigure player={player.clone()} label="A coordinator and two participants" />
            <PlayerBar view={view.clone()} on_command={player.on_command()} is_full={false} />
            <p class="two-phase-commit-caption">{ view.caption.clone() }</p>
            <Broken player={player.clone()} is_quiet={true} />
            <p class="visually-hidden" aria-live="polite">{ said }</p>
            <div class="two-phase-commit-under">
                <div class="two-phase-commit-side">
                    <OrderForm {world} {on_order} />
                    <p class="two-phase-commit-hint">
                        { "Choose a node to kill it, now or at an exact point of the protocol, and to restart it. \
                           Choose a message to lose, delay or double it." }
                    </p>
                </div>
                <CostLine frame={frame.clone()} />
            </div>
        </section>
    }
}

/// What a running picture says aloud: how the last order stands.
pub fn last_order(frame: &Frame) -> AttrValue {
    let Some(view) = frame.orders.last() else { return AttrValue::default() };
    let Some(order) = &view.order else { return AttrValue::default() };
    format!("{}: {}", order_text(order), state_text(&view.state)).into()
}

/// What puts into words what happens in a world.
pub fn describer(world: World) -> fn(&[Happened]) -> String {
    if world == World::Wallets { describe_wallets } else { describe }
}
