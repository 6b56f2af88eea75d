//! The player of a lab's page: it begins with the run in the address, keeps it there, and knows which actions
//! are the visitor's own, so that goals are reached by doing.

use super::given::Given;
use super::link::{LinkError, link_problem, use_link};
use super::model::Start;
use super::shared::{Player, use_player};
use crate::components::{Goal, Goals, use_goals};
use gloo::utils::document;
use playground_core::sim::{Named, Run, Simulation, Time};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// A player, and what acts on it.
pub struct Linked<S: Simulation> {
    /// The player.
    pub player: Player<S>,
    /// Why the run in the address cannot be opened, if so.
    pub problem: Option<LinkError>,
    /// Does something now.
    pub on_act: Callback<S::Action>,
    /// Plays another run, up to a time that is worth watching.
    pub on_load: Callback<(Run<S>, Time)>,
    given: Rc<Given<S>>,
}

impl<S: Simulation> Linked<S> {
    /// Plays another run, and goes to the figure with this id: whoever opens one from further down wants to see it.
    pub fn on_open(&self, figure: &'static str) -> Callback<(Run<S>, Time)> {
        self.on_load.reform(move |opened| {
            go_to(figure);
            opened
        })
    }
}

fn go_to(id: &str) {
    if let Some(figure) = document().get_element_by_id(id)
        && let Ok(figure) = figure.dyn_into::<HtmlElement>()
    {
        figure.scroll_into_view();
        // What cannot take the focus leaves it where it is.
        let _ = figure.focus();
    }
}

/// The player of this page, with the run in the address, or with one worth seeing.
#[hook]
pub fn use_linked<S: Simulation>(opening: impl FnOnce() -> Named<S>) -> Linked<S> {
    let player = use_player(|| Start::linked_or(opening()));
    let problem = use_state(link_problem::<S>);
    let given = use_memo((), |()| Given::<S>::default());
    use_link(
        &player,
        Callback::from({
            let (problem, given) = (problem.setter(), given.clone());
            move |found: Option<_>| {
                given.opened(found.is_none());
                problem.set(found);
            }
        }),
    );
    let on_act = {
        let player = player.clone();
        Callback::from(move |action: S::Action| {
            player.act(action);
        })
    };
    let on_load = {
        let (player, given) = (player.clone(), given.clone());
        Callback::from(move |(run, until): (Run<S>, Time)| {
            given.note(&run);
            player.load(run, until);
        })
    };
    Linked { player, problem: *problem, on_act, on_load, given }
}

/// Something that the visitor did, and when.
type Did<S> = (Time, <S as Simulation>::Action);
/// Which goals are reached by now, given what the visitor did.
type Reached<S> = fn(&Player<S>, &[Did<S>]) -> Vec<&'static str>;

/// The goals of this page. `reached` says which are by now, given what the visitor did: it is asked whenever
/// something has happened after that, as long as a goal is open.
#[hook]
pub fn use_reached<S: Simulation>(
    linked: &Linked<S>,
    goals: &'static [Goal],
    reached: Reached<S>,
) -> Goals {
    let state = use_goals(S::NAME, goals);
    let (player, given, reach) = (linked.player.clone(), linked.given.clone(), state.clone());
    use_effect_with(player.revision(), move |_| {
        let own = player.with_run(|run| given.own(run, player.moment().time));
        if own.is_empty() || goals.iter().all(|goal| reach.is_done(goal.id)) {
            return;
        }
        for id in reached(&player, &own) {
            reach.reach(id);
        }
    });
    state
}
