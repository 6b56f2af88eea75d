//! The face of a player: buttons, scrubber, speed, seed and branches. It knows no simulation.

use super::model::{Command, PlayerView, Speed};
use crate::components::NumberField;
use gloo::events::EventListener;
use playground_core::sim::Time;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement, KeyboardEvent};
use yew::prelude::*;

/// The keys of every player, for the sheet of keys.
pub const PLAYER_KEYS: &[(&str, &str)] = &[
    ("Space", "play or pause"),
    (".", "one step forward"),
    (",", "one step back"),
    ("Home", "back to the start, while nothing else has the focus"),
];

/// What the bar shows, and where its commands go.
#[derive(Properties, PartialEq)]
pub struct PlayerBarProps {
    /// What to show.
    pub view: PlayerView,
    /// Where commands go.
    pub on_command: Callback<Command>,
    /// Whether seed, speed and branches are shown too.
    #[prop_or(true)]
    pub is_full: bool,
}

/// The face of a player.
#[component]
pub fn PlayerBar(props: &PlayerBarProps) -> Html {
    let PlayerBarProps { view, on_command, is_full } = props;
    let send = |command: Command| on_command.reform(move |_: MouseEvent| command);
    let (icon, play) = if view.is_playing { (PAUSE, "Pause") } else { (PLAY, "Play") };
    html! {
        <div class="player" role="group" aria-label="Player">
            <div class="player-buttons">
                <button class="player-play" onclick={send(Command::TogglePlay)} aria-label={play}
                    title={format!("{play} (space)")}>{ shape(icon) }</button>
                <button onclick={send(Command::StepBack)} disabled={!view.can_step_back}
                    aria-label="Step back" title="One step back (,)">{ shape(BACK) }</button>
                <button onclick={send(Command::Step)} disabled={!view.can_step}
                    aria-label="Step" title="One step forward (.)">{ shape(FORWARD) }</button>
                <button onclick={send(Command::Restart)} aria-label="Restart"
                    title="From the start">{ shape(RESTART) }</button>
            </div>
            <Scrubber now={view.now} end={view.end} view={view.clone()} on_command={on_command.clone()} />
            <span class="player-time">{ seconds(view.now) }{ " s" }</span>
            if *is_full {
                <Settings view={view.clone()} on_command={on_command.clone()} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ScrubberProps {
    now: Time,
    end: Time,
    view: PlayerView,
    on_command: Callback<Command>,
}

#[component]
fn Scrubber(props: &ScrubberProps) -> Html {
    let ScrubberProps { now, end, view, on_command } = props;
    let end_us = end.0.max(1);
    let oninput = on_command.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        Command::Seek(Time(input.value_as_number().max(0.0) as u64))
    });
    let marks = view.marks.iter().map(|mark| {
        let x = format!("{:.2}", mark.at.0 as f64 / end_us as f64 * 1_000.0);
        let class = if mark.is_action { "player-mark-action" } else { "player-mark-step" };
        let y = if mark.is_action { "0" } else { "5" };
        html! { <line {class} x1={x.clone()} x2={x} y1={y} y2="10" vector-effect="non-scaling-stroke" /> }
    });
    html! {
        <div class="player-scrubber">
            <svg class="player-marks" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                { for marks }
            </svg>
            <input type="range" min="0" max={end_us.to_string()} step={(end_us / 1_000).max(1).to_string()}
                value={now.0.min(end_us).to_string()} {oninput} aria-label="Time"
                aria-valuetext={format!("{} of {} seconds", seconds(*now), seconds(*end))} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SettingsProps {
    view: PlayerView,
    on_command: Callback<Command>,
}

#[component]
fn Settings(props: &SettingsProps) -> Html {
    let SettingsProps { view, on_command } = props;
    let on_speed = on_command.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Command::SetSpeed(Speed(select.value().parse().unwrap_or(100)))
    });
    let on_seed = on_command.reform(Command::Reseed);
    let on_branch = {
        let on_command = on_command.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Ok(index) = select.value().parse() {
                on_command.emit(Command::SwitchBranch(index));
                // The branch that was chosen is now this one, which the first entry stands for.
                select.set_selected_index(0);
            }
        })
    };
    let speeds = Speed::ALL.iter().map(|speed| {
        html! {
            <option value={speed.0.to_string()} selected={*speed == view.speed}>{ speed.label() }</option>
        }
    });
    let branches = view.branches.iter().enumerate().map(|(index, branch)| {
        let text = format!("left at {} s, {} actions", seconds(branch.forked_at), branch.actions);
        html! { <option value={index.to_string()}>{ text }</option> }
    });
    html! {
        <div class="player-settings">
            <label class="player-speed">{ "Speed " }<select onchange={on_speed}>{ for speeds }</select></label>
            <span class="player-seed">
                <NumberField label="Seed" max={u64::from(u32::MAX)} value={view.seed} on_change={on_seed} />
            </span>
            if !view.branches.is_empty() {
                <label class="player-branches">{ "Other branches " }
                    <select onchange={on_branch}>
                        <option selected={true}>{ format!("this one ({} kept)", view.branches.len()) }</option>
                        { for branches }
                    </select>
                </label>
            }
        </div>
    }
}

const PLAY: &str = "M4 2l10 6-10 6z";
const PAUSE: &str = "M3 2h4v12H3zM9 2h4v12H9z";
const BACK: &str = "M12 2v12L4 8zM2 2h2v12H2z";
const FORWARD: &str = "M4 2v12l8-6zM12 2h2v12h-2z";
const RESTART: &str = "M8 3V0L3.5 4 8 8V5a4 4 0 1 1-4 4H2a6 6 0 1 0 6-6z";

fn shape(path: &'static str) -> Html {
    html! { <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg> }
}

/// Seconds with two digits after the point.
fn seconds(time: Time) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// Lets the keys of [`PLAYER_KEYS`] drive a player from anywhere on the page, except where the
/// focused element has a use for the key itself.
#[hook]
pub fn use_player_keys(on_command: Callback<Command>) {
    use_effect_with(on_command, |on_command| {
        let on_command = on_command.clone();
        let options = gloo::events::EventListenerOptions::enable_prevent_default();
        let window = gloo::utils::window();
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if let Some(command) = command_of(event) {
                event.prevent_default();
                on_command.emit(command);
            }
        });
        move || drop(listener)
    });
}

fn command_of(event: &KeyboardEvent) -> Option<Command> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_in =
        |selector| target.as_ref().is_some_and(|it| it.closest(selector).ok().flatten().is_some());
    if is_in("input:not([type=range]), textarea, select, [contenteditable], dialog") {
        return None;
    }
    match event.key().as_str() {
        " " if !is_in("button, a, summary, [role=button]") => Some(Command::TogglePlay),
        "." => Some(Command::Step),
        "," => Some(Command::StepBack),
        "Home" if !is_in("input, [role=slider], pre") => Some(Command::Restart),
        _ => None,
    }
}
