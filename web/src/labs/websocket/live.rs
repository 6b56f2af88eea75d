//! The page's own connection to the real server, with every byte that goes over it.

use super::echo::{Echo, Told};
use super::log::Log;
use super::tap::{Tapped, use_tap};
use super::words::{bytes_text, close_text, content_text};
use crate::components::{Badge, Provenance};
use crate::live::connection::Link;
use playground_core::websocket::CloseCode;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The codes with which a page may close, besides those of its own.
const NORMAL: u16 = 1_000;
const OWN: u16 = 4_321;

/// The section.
#[component]
pub fn Live() -> Html {
    let (tapped, echo) = use_tap();
    html! {
        <section class="websocket-live" aria-labelledby="live">
            <div class="prose">
                <h2 id="live">{ "Live: every byte of your own connection" }</h2>
                <p>{ "This page holds a WebSocket to its server. JavaScript is shown messages and nothing else: no \
                      handshake, no frames, no pings. The server sees all of it. It watches the connection and reports \
                      each byte here, with the time at which it was read or written." }</p>
            </div>
            <Standing tapped={tapped.clone()} />
            <div class="figure websocket-bench">
                <Controls tapped={tapped.clone()} {echo} />
                <Log rows={tapped.rows.clone()} label="Everything that went over this page's connection"
                    empty="Nothing has gone over the connection yet." />
                if tapped.left_out > 0 {
                    <p class="websocket-hint">
                        { format!("{} went by too fast to be reported; what follows them may be misread.",
                            bytes_text(tapped.left_out)) }
                    </p>
                }
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct StandingProps {
    tapped: Tapped,
}

/// Whether the server is heard.
#[component]
fn Standing(props: &StandingProps) -> Html {
    let text = match (props.tapped.link, props.tapped.is_here()) {
        (_, true) => {
            return html! {
                <p class="websocket-hint" role="status">
                    { "The server reports what goes over the wire; times count from the first byte. " }
                    <Badge provenance={Provenance::Measured} />
                </p>
            };
        }
        (Link::Opening, _) if props.tapped.rows.is_empty() => "Looking for the server …",
        (_, _) => {
            "The server is away, and the page keeps trying. Start it with cargo run -p playground-server; \
             everything simulated works without it."
        }
    };
    html! { <p class="notice" role="status">{ text }</p> }
}

#[derive(Properties)]
struct ControlsProps {
    tapped: Tapped,
    echo: Echo,
}

// There is one socket; what of it changes is in the other part.
impl PartialEq for ControlsProps {
    fn eq(&self, other: &Self) -> bool {
        self.tapped == other.tapped
    }
}

/// What a page can do with its socket, and what it is told.
#[component]
fn Controls(props: &ControlsProps) -> Html {
    let ControlsProps { tapped, echo } = props;
    let text = use_state(|| "Hello, server".to_owned());
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            text.set(input.value());
        })
    };
    let onsubmit = {
        let (echo, text) = (echo.clone(), (*text).clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            echo.send_text(&text);
        })
    };
    let act = |act: fn(&Echo)| {
        let echo = echo.clone();
        Callback::from(move |_: MouseEvent| act(&echo))
    };
    let on_open = {
        let (echo, id) = (echo.clone(), tapped.id.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(id) = &id {
                echo.open(id);
            }
        })
    };
    let is_open = tapped.is_open;
    html! {
        <form class="websocket-send-form" {onsubmit}>
            <label class="websocket-field">
                { "The page says" }
                <input type="text" maxlength="1000" value={(*text).clone()} {oninput} />
            </label>
            <div class="toolbar">
                <button type="submit" class="websocket-send" disabled={!is_open}>{ "Send" }</button>
                <button type="button" disabled={!is_open} onclick={act(|echo| echo.send_bytes(&[0xab; 200]))}>
                    { "200 bytes" }
                </button>
                <button type="button" disabled={!is_open} onclick={act(|echo| echo.close(NORMAL, "done"))}>
                    { "Close with 1000" }
                </button>
                <button type="button" disabled={!is_open} onclick={act(|echo| echo.close(OWN, "our own"))}>
                    { "Close with 4321" }
                </button>
                <button type="button" disabled={is_open || tapped.id.is_none()} onclick={on_open}>{ "Open again" }</button>
            </div>
            <p class="websocket-told" role="status" data-live="told">
                <strong>{ "The page is told: " }</strong>{ told_text(tapped.told.as_ref()) }
            </p>
        </form>
    }
}

fn told_text(told: Option<&Told>) -> String {
    match told {
        None => "nothing yet".to_owned(),
        Some(Told::Opening) => "nothing; the handshake is under way".to_owned(),
        Some(Told::Open) => "it is open".to_owned(),
        Some(Told::Text(text)) => content_text(true, text.as_bytes()),
        Some(Told::Bytes(bytes)) => format!("binary, {}", bytes_text(*bytes as u64)),
        Some(Told::Closing) => "nothing; the close frame is under way".to_owned(),
        Some(Told::Closed { code, reason }) => {
            let name = close_text(CloseCode(*code));
            let reason =
                if reason.is_empty() { String::new() } else { format!(", “{reason}”") };
            format!("it is closed, {code}: {name}{reason}")
        }
    }
}
