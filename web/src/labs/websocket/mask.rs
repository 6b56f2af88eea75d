//! Masking, byte by byte: what a client does to its payload, and the server undoes.

use crate::components::Slider;
use playground_core::websocket::mask;
use yew::prelude::*;

/// The key of the example in RFC 6455 section 5.7.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const TEXT: &str = "Hello, you";

/// The stepper: one payload byte, the key byte that belongs to it, and what goes onto the wire.
#[component]
pub fn MaskStepper() -> Html {
    let chosen = use_state_eq(|| 0_u32);
    let at = *chosen as usize;
    let payload = TEXT.as_bytes();
    let mut masked = payload.to_vec();
    mask(KEY, 0, &mut masked);
    let steps: Vec<u32> = (0..payload.len() as u32).collect();
    let on_change = {
        let chosen = chosen.setter();
        Callback::from(move |index| chosen.set(index))
    };
    let (plain, key, wire) = (payload[at], KEY[at % 4], masked[at]);
    let said = format!(
        "Byte {at}: “{}” is {plain:02x}, exclusive or key byte {} which is {key:02x}, makes {wire:02x}.",
        char::from(plain),
        at % 4
    );
    html! {
        <div class="websocket-mask">
            <div class="websocket-mask-table" aria-hidden="true">
                { row("payload", payload, at, |index| char::from(payload[index]).to_string()) }
                { row("key", &KEY.iter().cycle().take(payload.len()).copied().collect::<Vec<_>>(), at,
                    |index| (index % 4).to_string()) }
                { row("on the wire", &masked, at, |_| String::new()) }
            </div>
            <div class="websocket-xor" role="img" aria-label={said.clone()}>
                { bits("payload", plain, "", None) }
                { bits("⊕ key", key, "websocket-tone-key", None) }
                { bits("= on the wire", wire, "websocket-tone-payload", Some(plain)) }
            </div>
            <div class="figure-controls">
                <Slider label="Byte" {steps} value={*chosen} {on_change} />
            </div>
            <p class="websocket-caption">{ said }</p>
        </div>
    }
}

fn row(name: &'static str, bytes: &[u8], at: usize, below: impl Fn(usize) -> String) -> Html {
    let cell = |(index, byte): (usize, &u8)| {
        let class = classes!("websocket-cell", (index == at).then_some("is-chosen"));
        html! {
            <span key={index} {class}>
                { format!("{byte:02x}") }<small>{ below(index) }</small>
            </span>
        }
    };
    html! {
        <div class="websocket-mask-row">
            <span class="websocket-mask-name">{ name }</span>
            { for bytes.iter().enumerate().map(cell) }
        </div>
    }
}

/// Eight bits; where the key has changed one, it is marked.
fn bits(name: &'static str, byte: u8, tone: &'static str, before: Option<u8>) -> Html {
    let bit = |place: u32| {
        let value = byte >> (7 - place) & 1;
        let is_changed = before.is_some_and(|before| before >> (7 - place) & 1 != value);
        let class = classes!("websocket-large-bit", tone, is_changed.then_some("is-flipped"));
        html! { <span key={place} {class}>{ value }</span> }
    };
    html! {
        <div class="websocket-xor-row">
            <span class="websocket-mask-name">{ name }</span>
            <span class="websocket-large-bits">{ for (0..8).map(bit) }</span>
            <span class="websocket-magnifier-value">{ format!("{byte:02x}") }</span>
        </div>
    }
}
