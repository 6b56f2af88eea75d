//! How workers that run together stand, and why memory may not be shared: the same words for all their jobs.

use crate::workers::{Isolation, TeamState, isolation};
use yew::prelude::*;

/// What is said where memory cannot be shared.
#[derive(Properties, PartialEq)]
pub struct IsolatedProps {
    /// What is done instead, as a sentence.
    pub instead: AttrValue,
}

/// Says why memory cannot be shared, where it cannot.
#[component]
pub fn Isolated(props: &IsolatedProps) -> Html {
    match isolation() {
        Isolation::Isolated => Html::default(),
        Isolation::Not(why) => html! {
            <p class="notice" role="status">
                { format!("Workers cannot share memory here: {why}. {}", props.instead) }
            </p>
        },
    }
}

/// What is said.
#[derive(Properties, PartialEq)]
pub struct StandingOfProps {
    /// How they stand.
    pub state: TeamState,
    /// What is said before they have been asked for anything.
    pub idle: AttrValue,
    /// What is said while they work.
    #[prop_or("At work …".into())]
    pub running: AttrValue,
}

/// How they stand, said aloud.
#[component]
pub fn StandingOf(props: &StandingOfProps) -> Html {
    let StandingOfProps { state, idle, running } = props;
    let text = match state {
        TeamState::Idle => idle.to_string(),
        TeamState::Starting { of: 0, .. } => "The workers are being called …".to_owned(),
        TeamState::Starting { ready, of, is_slow: false } => {
            format!("{ready} of {of} workers have started …")
        }
        TeamState::Starting { ready, of, is_slow: true } => {
            format!("{ready} of {of} workers have started; it takes longer than usual …")
        }
        TeamState::Running => running.to_string(),
        TeamState::Stopping => "The workers have been told to stop …".to_owned(),
        TeamState::Done => "Done.".to_owned(),
        TeamState::Stopped => "Stopped. What was seen so far stays.".to_owned(),
        TeamState::Failed(failure) => failure.to_string(),
        TeamState::NotIsolated(why) => format!("Not started: {why}."),
    };
    html! {
        <span class="multi-threading-course" role="status" data-team-state={state.word()}>{ text }</span>
    }
}
