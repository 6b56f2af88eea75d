//! The window of a segment under way: its bytes, bit by bit, to be flipped; to lose it, or to cut the line.

use super::bytes::ByteView;
use super::fields::meaning_of_chunk;
use super::foretold::Foretold;
use super::words::chunk_name;
use crate::components::{Leaving, Popup, Subject};
use playground_core::websocket::lab::{Action, ChunkView, Frame};
use playground_core::websocket::wire::Direction;
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// What the window needs.
#[derive(Properties, PartialEq)]
pub struct SegmentWindowProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// The segment.
    pub subject: Subject,
    /// Where, from the figure's upper left corner, in CSS pixels.
    pub place: (f64, f64),
    /// Where actions go.
    pub on_action: Callback<Action>,
    /// Asked to close.
    pub on_close: Callback<Leaving>,
}

/// The window.
#[component]
pub fn SegmentWindow(props: &SegmentWindowProps) -> Html {
    let SegmentWindowProps { frame, subject, place, on_action, on_close } = props;
    let chunk = frame.in_flight.iter().find(|chunk| Subject::Flight(chunk.id) == *subject);
    let (title, content) = match chunk {
        Some(chunk) if chunk.is_end() => {
            ("The end of the connection".to_owned(), end(&choose(on_action, on_close)))
        }
        Some(chunk) => (
            format!("{}, {} bytes under way", chunk_name(chunk), chunk.bytes.len()),
            bits(frame, chunk, on_action, &choose(on_action, on_close)),
        ),
        None => ("A segment".to_owned(), html! { <p>{ "It has arrived." }</p> }),
    };
    html! {
        <Popup class="websocket-window" {title} subject={subject.key()} place={*place}
            on_close={on_close.clone()}>
            { content }
        </Popup>
    }
}

/// Acts, and closes the window.
fn choose(on_action: &Callback<Action>, on_close: &Callback<Leaving>) -> Callback<Action> {
    let (on_action, on_close) = (on_action.clone(), on_close.clone());
    Callback::from(move |action: Action| {
        on_action.emit(action);
        on_close.emit(Leaving::Chosen);
    })
}

fn end(on_choose: &Callback<Action>) -> Html {
    html! {
        <>
            <p>{ "The sender has finished: there are no bytes in it, and none will follow." }</p>
            <div class="toolbar">
                <button type="button" onclick={on_choose.reform(|_| Action::Cut)}>{ "Cut the connection" }</button>
            </div>
        </>
    }
}

fn bits(
    frame: &Rc<Frame>,
    chunk: &ChunkView,
    on_action: &Callback<Action>,
    on_choose: &Callback<Action>,
) -> Html {
    let id = chunk.id;
    let on_flip =
        on_action.reform(move |bit: usize| Action::FlipBit { chunk: id, bit: bit as u32 });
    let on_lose = on_choose.reform(move |_: MouseEvent| Action::Lose { chunk: id });
    let on_cut = on_choose.reform(|_: MouseEvent| Action::Cut);
    let meaning = meaning_of_chunk(frame, chunk);
    let bytes: Arc<[u8]> = chunk.bytes.clone();
    let flipped: Rc<[usize]> = chunk.flipped.iter().map(|bit| *bit as usize).collect();
    html! {
        <>
            <ByteView label="The bytes of the segment" {bytes} parts={meaning.parts} clear={meaning.clear}
                {flipped} {on_flip} />
            if chunk.direction == Direction::ToServer {
                <Foretold frame={frame.clone()} />
            }
            <div class="toolbar">
                <button type="button" onclick={on_lose}>{ "Lose it" }</button>
                <button type="button" onclick={on_cut}>{ "Cut the connection" }</button>
            </div>
        </>
    }
}
