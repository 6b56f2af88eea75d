//! What the server is going to do about what is on its way to it.

use super::words::answer_text;
use playground_core::websocket::lab::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// Which moment.
#[derive(Properties, PartialEq)]
pub struct ForetoldProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// The model's prediction, in a sentence.
#[component]
pub fn Foretold(props: &ForetoldProps) -> Html {
    let frame = &props.frame;
    let said: Vec<String> = frame.predicted.iter().map(answer_text).collect();
    let text = match frame.predicted_code {
        _ if said.is_empty() => "nothing yet".to_owned(),
        Some(code) => format!("{} – close {code}", said.join("; ")),
        None => said.join("; "),
    };
    html! {
        <p class="websocket-foretold" data-foretold={frame.predicted_code.map(|code| code.to_string())}>
            <strong>{ "On arrival, the server: " }</strong>{ text }{ "." }
        </p>
    }
}
