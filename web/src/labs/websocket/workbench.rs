//! The workbench: bytes of one's own, sent to the real server, beside what the model says it will answer.

use super::answers::{Predicted, Real, is_as_predicted};
use super::bytes::ByteView;
use super::fields::meaning_of_frames;
use super::presets::{Group, PRESETS};
use super::raw::{Experiment, use_raw_line};
use playground_core::sim::{Run, Time};
use playground_core::websocket::lab::{Action, Lab, MOST_RAW_BYTES, Scenario};
use playground_core::websocket::predict;
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{ECHO_LIMITS, Role};
use std::rc::Rc;
use std::sync::Arc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What is on the bench.
#[derive(Clone, PartialEq)]
struct Bench {
    /// Which preset it began with.
    preset: usize,
    /// The bytes as the preset has them.
    original: Arc<[u8]>,
    bytes: Arc<[u8]>,
    /// How the experiment with them stands.
    experiment: Experiment,
}

enum Change {
    Preset(usize),
    Flip(usize),
    Restore,
    Experiment(Experiment),
}

impl Bench {
    fn of(preset: usize) -> Self {
        let preset = preset.min(PRESETS.len() - 1);
        let original: Arc<[u8]> = (PRESETS[preset].bytes)().into();
        Bench { preset, bytes: original.clone(), original, experiment: Experiment::None }
    }

    /// The bits that are not as the preset has them.
    fn flipped(&self) -> Rc<[usize]> {
        let pairs = self.original.iter().zip(self.bytes.iter()).enumerate();
        let bits = pairs.filter(|(_, (a, b))| a != b).flat_map(|(index, (a, b))| {
            let difference = a ^ b;
            (0..8)
                .filter(move |place| difference >> (7 - place) & 1 == 1)
                .map(move |place| index * 8 + place)
        });
        bits.collect()
    }
}

impl Reducible for Bench {
    type Action = Change;

    fn reduce(mut self: Rc<Self>, change: Change) -> Rc<Self> {
        let bench = Rc::make_mut(&mut self);
        match change {
            Change::Preset(preset) => *bench = Bench::of(preset),
            Change::Flip(bit) => {
                let mut bytes = bench.bytes.to_vec();
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte ^= 0x80 >> (bit % 8);
                }
                bench.bytes = bytes.into();
                bench.experiment = Experiment::None;
            }
            Change::Restore => {
                bench.bytes = bench.original.clone();
                bench.experiment = Experiment::None;
            }
            Change::Experiment(experiment) => bench.experiment = experiment,
        }
        self
    }
}

/// What the workbench needs.
#[derive(Properties, PartialEq)]
pub struct WorkbenchProps {
    /// Told when the real server has answered changed bytes as predicted.
    pub on_predicted: Callback<()>,
    /// Plays a run in which the bytes go over the simulated wire.
    pub on_open: Callback<(Run<Lab>, Time)>,
}

/// When the simulated connection is open and still, and how long the answer is worth watching.
const STILL_MS: u64 = 1_900;
const WATCHED_MS: u64 = 6_000;

/// The run in which a client sends these bytes; none if they are more than a run takes as they are.
fn run_with(bytes: &[u8]) -> Option<(Run<Lab>, Time)> {
    if bytes.len() > MOST_RAW_BYTES {
        return None;
    }
    let send = Action::SendBytes { by: Role::Client, bytes: bytes.to_vec() };
    let actions = vec![(Time::from_ms(STILL_MS), send)];
    let run = Run { scenario: Scenario::default(), seed: 1, actions };
    Some((run, Time::from_ms(WATCHED_MS)))
}

/// The section.
#[component]
pub fn Workbench(props: &WorkbenchProps) -> Html {
    let bench = use_reducer_eq(|| Bench::of(0));
    let line = {
        let dispatcher = bench.dispatcher();
        use_raw_line(Callback::from(move |it| dispatcher.dispatch(Change::Experiment(it))))
    };
    let on_preset = {
        let dispatcher = bench.dispatcher();
        Callback::from(move |number| dispatcher.dispatch(Change::Preset(number)))
    };
    let on_flip = {
        let dispatcher = bench.dispatcher();
        Callback::from(move |bit| dispatcher.dispatch(Change::Flip(bit)))
    };
    let on_restore = {
        let dispatcher = bench.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(Change::Restore))
    };
    let on_send = {
        let (line, bytes) = (line, bench.bytes.clone());
        Callback::from(move |_: MouseEvent| line.send(bytes.to_vec()))
    };
    let run = run_with(&bench.bytes);
    let is_too_long = run.is_none();
    let on_simulate = {
        let on_open = props.on_open.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(run) = run.clone() {
                on_open.emit(run);
            }
        })
    };
    let flipped = bench.flipped();
    let meaning = meaning_of_frames(Direction::ToServer, &bench.bytes);
    let prediction = Rc::new(predict(&bench.bytes, ECHO_LIMITS));
    {
        let is_told = !flipped.is_empty() && is_as_predicted(&prediction, &bench.experiment);
        let on_predicted = props.on_predicted.clone();
        use_effect_with(is_told, move |is_told| {
            if *is_told {
                on_predicted.emit(());
            }
        });
    }
    let is_running = bench.experiment == Experiment::Running;
    html! {
        <section id="workbench" class="websocket-workbench" aria-labelledby="workbench-title">
            <div class="prose">
                <h2 id="workbench-title">{ "Break it, for real" }</h2>
                <p>{ "These are the bytes that a client sends after its handshake. Choose some, flip any bit, and send \
                      them. The model runs the very code that the server runs, so it can tell the answer before you \
                      ask; the server is asked over a TCP connection of its own." }</p>
            </div>
            <div class="figure websocket-bench">
                <PresetChoice chosen={bench.preset} {on_preset} />
                <ByteView label="The bytes that the client sends" bytes={bench.bytes.clone()}
                    parts={meaning.parts} clear={meaning.clear} flipped={flipped.clone()} {on_flip} />
                <div class="toolbar">
                    <button type="button" class="websocket-send" disabled={is_running} onclick={on_send}>
                        { "Send to the real server" }
                    </button>
                    <button type="button" disabled={is_too_long} onclick={on_simulate}>
                        { "Send on the wire at the top" }
                    </button>
                    <button type="button" disabled={flipped.is_empty()} onclick={on_restore}>
                        { "As they were" }
                    </button>
                </div>
                <div class="websocket-verdicts">
                    <Predicted prediction={prediction.clone()} />
                    <Real {prediction} experiment={bench.experiment.clone()} />
                </div>
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct PresetChoiceProps {
    chosen: usize,
    on_preset: Callback<usize>,
}

/// What there is to begin with, in groups, and what the chosen one is about.
#[component]
fn PresetChoice(props: &PresetChoiceProps) -> Html {
    let PresetChoiceProps { chosen, on_preset } = props;
    let on_preset = on_preset.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        if let Ok(number) = select.value().parse() {
            on_preset.emit(number);
        }
    });
    let group = |group: Group| {
        let options = PRESETS.iter().enumerate().filter(|(_, preset)| preset.group == group);
        let options = options.map(|(number, preset)| {
            html! {
                <option value={number.to_string()} selected={number == *chosen}>{ preset.name }</option>
            }
        });
        html! { <optgroup label={group.title()}>{ for options }</optgroup> }
    };
    html! {
        <div class="websocket-bench-head">
            <label class="choice">
                <span>{ "Bytes to send" }</span>
                <select {onchange}>{ for Group::ALL.into_iter().map(group) }</select>
            </label>
            <p class="websocket-hint">{ PRESETS[*chosen].note }</p>
        </div>
    }
}
