//! The handshake as request and response, and the way from the key to its answer, value by value.

use super::fields::meaning_of;
use super::lines::Lines;
use playground_core::sim::Rng;
use playground_core::websocket::Limits;
use playground_core::websocket::annotate::Watcher;
use playground_core::websocket::handshake::{
    Accept, GUID, HandshakeError, Opening, accept, response,
};
use playground_core::websocket::wire::Direction;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The key of the example in RFC 6455 section 1.2.
const FIRST_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// The handshake; its knob is the key.
#[component]
pub fn Handshake() -> Html {
    let key = use_state(|| FIRST_KEY.to_owned());
    // While what is typed is no key, the last one that was one stays in the picture.
    let good = use_mut_ref(|| None::<Rc<Accept>>);
    let result = accept(&key);
    let problem = result.as_ref().err().cloned();
    if let Ok(accept) = result {
        *good.borrow_mut() = Some(Rc::new(accept));
    }
    let oninput = {
        let key = key.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            key.set(input.value());
        })
    };
    let onclick = {
        let key = key.setter();
        Callback::from(move |_: MouseEvent| key.set(random_key()))
    };
    let shown = good.borrow().clone();
    let Some(accept) = shown else { return Html::default() };
    html! {
        <div class="websocket-handshake">
            <form class="websocket-handshake-form" onsubmit={Callback::from(|event: SubmitEvent| event.prevent_default())}>
                <label class="websocket-field">
                    { "Sec-WebSocket-Key" }
                    <input class="is-code" type="text" spellcheck="false" autocomplete="off" maxlength="64"
                        value={(*key).clone()} {oninput} aria-invalid={problem.is_some().to_string()} />
                </label>
                <button type="button" {onclick}>{ "Another key" }</button>
            </form>
            if let Some(problem) = &problem {
                <p class="notice" role="status">{ refusal(problem) }</p>
            }
            <Exchange {accept} />
        </div>
    }
}

fn refusal(problem: &HandshakeError) -> String {
    format!(
        "The server answers {}: {problem}. Below is the last key that was one.",
        problem.status()
    )
}

fn random_key() -> String {
    let mut rng = Rng::new((js_sys::Math::random() * 2f64.powi(53)) as u64);
    let mut nonce = [0; 16];
    for (half, random) in nonce.chunks_mut(8).zip([rng.next_u64(), rng.next_u64()]) {
        half.copy_from_slice(&random.to_be_bytes());
    }
    opening(nonce).key()
}

fn opening(nonce: [u8; 16]) -> Opening {
    let location = gloo::utils::window().location();
    Opening {
        host: location.host().unwrap_or_default(),
        path: "/ws/echo".to_owned(),
        origin: location.origin().ok(),
        nonce,
    }
}

#[derive(Properties, PartialEq)]
struct ExchangeProps {
    accept: Rc<Accept>,
}

/// Request, steps and response for a key.
#[component]
fn Exchange(props: &ExchangeProps) -> Html {
    let accept = &props.accept;
    let request: Arc<[u8]> = opening(accept.nonce).encode().into();
    let answer: Arc<[u8]> = response(accept).into();
    let parts = |direction, bytes: &[u8]| {
        meaning_of(&Watcher::new(direction, Limits::default()).push(bytes)).parts
    };
    html! {
        <>
            <h3 class="websocket-way">{ "Client → server" }</h3>
            <Lines label="The request, line by line" parts={parts(Direction::ToServer, &request)} bytes={request} />
            <Steps accept={accept.clone()} />
            <h3 class="websocket-way">{ "Server → client" }</h3>
            <Lines label="The response, line by line" parts={parts(Direction::ToClient, &answer)} bytes={answer} />
        </>
    }
}

/// From the key to its answer.
#[component]
fn Steps(props: &ExchangeProps) -> Html {
    let Accept { key, nonce, digest, accept, .. } = &*props.accept;
    let step = |number: u32, what: &'static str, value: Html| {
        html! {
            <li key={number}>
                <span class="websocket-step-number" aria-hidden="true">{ number }</span>
                <span>{ what }</span>
                <span class="websocket-step-value" data-step={number.to_string()}>{ value }</span>
            </li>
        }
    };
    html! {
        <ol class="websocket-steps" role="list" aria-label="From the key to the answer">
            { step(1, "The client takes 16 random bytes", html! { { hex(nonce) } }) }
            { step(2, "and writes them in base64: the key.", html! {
                <span class="websocket-from-key">{ key }</span>
            }) }
            { step(3, "The server appends a constant that nobody would by accident,", html! {
                <><span class="websocket-from-key">{ key }</span>{ GUID }</>
            }) }
            { step(4, "takes the SHA-1 of these characters: 20 bytes,", html! { { hex(digest) } }) }
            { step(5, "and writes them in base64: the answer.", html! {
                <span class="websocket-result">{ accept }</span>
            }) }
        </ol>
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
