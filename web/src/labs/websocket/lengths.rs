//! A frame whose length is turned across the boundaries at which its header grows.

use super::bytes::ByteView;
use super::fields::meaning_of_frames;
use super::words::bytes_text;
use crate::components::Slider;
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{Frame, Opcode};
use std::sync::Arc;
use yew::prelude::*;

const LENGTHS: [u32; 11] = [0, 1, 5, 20, 124, 125, 126, 127, 65_534, 65_535, 65_536];
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const TEXT: &[u8] = b"Hello, frame! ";

/// The frame; its knob is the length of the payload.
#[component]
pub fn Lengths() -> Html {
    let length = use_state_eq(|| 5_u32);
    let on_change = {
        let length = length.setter();
        Callback::from(move |it| length.set(it))
    };
    let bytes = use_memo(*length, |length| Arc::<[u8]>::from(frame(*length as usize)));
    let meaning = use_memo(*length, |_| meaning_of_frames(Direction::ToServer, &bytes));
    let header = bytes.len() - *length as usize;
    html! {
        <div class="websocket-lengths">
            <ByteView label="A client's text frame" bytes={(*bytes).clone()} parts={meaning.parts.clone()}
                clear={meaning.clear.clone()} />
            <div class="figure-controls">
                <Slider label="Payload" unit="bytes" steps={LENGTHS.to_vec()} value={*length} {on_change} />
            </div>
            <p class="websocket-caption" data-lengths="header">
                { format!("A header of {}, of which 4 are the masking key.", bytes_text(header as u64)) }
            </p>
        </div>
    }
}

fn frame(length: usize) -> Vec<u8> {
    let payload: Vec<u8> = TEXT.iter().copied().cycle().take(length).collect();
    let mut bytes = Vec::new();
    Frame { fin: true, opcode: Opcode::Text, mask: Some(KEY), payload: &payload }
        .encode(&mut bytes);
    bytes
}
