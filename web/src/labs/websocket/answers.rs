//! What the model says the server will answer, and what the server has answered.

use super::bytes::ByteView;
use super::fields::meaning_of;
use super::raw::{Experiment, RawAnswer};
use super::words::{answer_text, bytes_text, close_text, piece_text};
use crate::components::{Badge, Provenance};
use playground_core::websocket::Prediction;
use playground_core::websocket::annotate::{Piece, Watcher};
use playground_core::websocket::wire::{Direction, RawEnd};
use playground_core::websocket::{CloseCode, Limits, Opcode, read_close_payload};
use std::rc::Rc;
use yew::prelude::*;

/// Whether an experiment is over and its answer is the predicted one, byte for byte.
pub fn is_as_predicted(prediction: &Prediction, experiment: &Experiment) -> bool {
    let Experiment::Done(answer) = experiment else { return false };
    answer.bytes[..] == prediction.bytes[..] && answer.end.is_some() == prediction.ends
}

/// What was predicted.
#[derive(Properties, PartialEq)]
pub struct PredictedProps {
    /// The prediction.
    pub prediction: Rc<Prediction>,
}

/// What the model says.
#[component]
pub fn Predicted(props: &PredictedProps) -> Html {
    let Prediction { answers, bytes, close_code, ends, missing_bytes } = &*props.prediction;
    let mut said: Vec<String> = answers.iter().map(answer_text).collect();
    if let Some(missing) = missing_bytes {
        said.push(format!("waits for {} more of the frame", bytes_text(*missing)));
    } else if said.is_empty() {
        said.push("waits: what has come is not yet a whole message".to_owned());
    }
    html! {
        <div class="websocket-verdict" data-verdict="model">
            <h3>{ "The model predicts " }<Badge provenance={Provenance::Modelled} /></h3>
            <Code code={*close_code} is_open={!ends} />
            <ul class="websocket-answers">{ for said.iter().map(|it| html! { <li>{ it }</li> }) }</ul>
            <p class="websocket-hint">{ size_text(bytes.len(), *ends) }</p>
        </div>
    }
}

/// What was predicted, and how the experiment stands.
#[derive(Properties, PartialEq)]
pub struct RealProps {
    /// The prediction.
    pub prediction: Rc<Prediction>,
    /// The experiment.
    pub experiment: Experiment,
}

/// What the server says, and whether that is what was predicted.
#[component]
pub fn Real(props: &RealProps) -> Html {
    let body = match &props.experiment {
        Experiment::None => html! {
            <p class="websocket-hint">{ "These bytes have not been sent yet." }</p>
        },
        Experiment::Running => {
            html! { <p class="websocket-hint">{ "Sent; waiting for the answer …" }</p> }
        }
        Experiment::Away => html! {
            <p class="notice">
                { "The server is away, so there is nobody to ask. Start it with cargo run -p playground-server; the \
                   prediction stands without it." }
            </p>
        },
        Experiment::Done(answer) => html! {
            <Answered prediction={props.prediction.clone()} answer={answer.clone()} />
        },
    };
    html! {
        <div class="websocket-verdict" data-verdict="server" role="status">
            <h3>{ "The server answers " }<Badge provenance={Provenance::Measured} /></h3>
            { body }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AnsweredProps {
    prediction: Rc<Prediction>,
    answer: RawAnswer,
}

#[component]
fn Answered(props: &AnsweredProps) -> Html {
    let AnsweredProps { prediction, answer } = props;
    let mut watcher = Watcher::after_handshake(Direction::ToClient, Limits::default());
    let mut pieces = watcher.push(&answer.bytes);
    pieces.extend(watcher.rest());
    let status = String::from_utf8_lossy(&answer.response);
    let status = status.lines().next().unwrap_or_default();
    if !status.contains(" 101 ") {
        return html! { <p class="notice">{ format!("The server did not agree to a WebSocket: {status}") }</p> };
    }
    let is_same = answer.bytes[..] == prediction.bytes[..];
    let has_ended = answer.end.is_some();
    let meaning = meaning_of(&pieces);
    let took =
        answer.took_ms.map_or(String::new(), |ms| format!(" The last byte came after {ms:.1} ms."));
    html! {
        <>
            <Code code={close_code(&pieces)} is_open={!has_ended} />
            <ul class="websocket-answers">
                { for pieces.iter().map(|piece| html! { <li>{ piece_text(piece) }</li> }) }
                if pieces.is_empty() { <li>{ "nothing" }</li> }
                if let Some(end) = answer.end { <li>{ end_text(end) }</li> }
            </ul>
            <p class="websocket-hint">{ size_text(answer.bytes.len(), has_ended) }{ took }</p>
            if is_same && has_ended == prediction.ends {
                <p class="websocket-same"><span aria-hidden="true">{ "✓ " }</span>{ "As predicted, byte for byte." }</p>
            } else if is_same {
                <p class="websocket-same"><span aria-hidden="true">{ "≈ " }</span>
                    { "The bytes are as predicted; the connection is not, or not yet, where it was to be." }</p>
            } else {
                <p class="websocket-other"><span aria-hidden="true">{ "✗ " }</span>{ "Not as predicted." }</p>
            }
            if !answer.bytes.is_empty() {
                <ByteView label="The bytes that the server answers" bytes={answer.bytes.clone()} parts={meaning.parts}
                    clear={meaning.clear} />
            }
        </>
    }
}

/// The code of the first close frame among pieces.
fn close_code(pieces: &[Piece]) -> Option<CloseCode> {
    let is_close = |piece: &&Piece| {
        piece.outline().is_some_and(|it| it.opcode == Opcode::Close.number()) && piece.is_whole
    };
    let close = pieces.iter().find(is_close)?;
    read_close_payload(&close.clear).ok().flatten().map(|(code, _)| code)
}

#[derive(Properties, PartialEq)]
struct CodeProps {
    code: Option<CloseCode>,
    is_open: bool,
}

/// The close code in large digits, or that there is none.
#[component]
fn Code(props: &CodeProps) -> Html {
    let (number, name) = match (props.code, props.is_open) {
        (Some(code), _) => (code.to_string(), close_text(code)),
        (None, true) => ("open".to_owned(), "the connection stays open".to_owned()),
        (None, false) => ("no code".to_owned(), "the connection ends without one".to_owned()),
    };
    html! {
        <p class="websocket-code">
            <strong data-code={props.code.map(|code| code.to_string())}>{ number }</strong>
            <span>{ name }</span>
        </p>
    }
}

fn size_text(bytes: usize, ends: bool) -> String {
    let end = if ends { ", and then the end of the connection" } else { "" };
    if bytes == 0 {
        format!("No bytes{end}.")
    } else {
        format!("{}{end}.", bytes_text(bytes as u64))
    }
}

fn end_text(end: RawEnd) -> &'static str {
    match end {
        RawEnd::Eof => "ends the TCP connection",
        RawEnd::Reset => "resets the TCP connection",
        RawEnd::Timeout | RawEnd::Limit => "says nothing more, and the line is given up",
    }
}
