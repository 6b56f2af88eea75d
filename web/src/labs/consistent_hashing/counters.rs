//! What the last change cost on the ring, and what it would have cost with modulo.

use super::words;
use crate::components::{Badge, Meter, MeterTone, Provenance};
use playground_core::consistent_hashing::lab::{Frame, Moved};
use std::rc::Rc;
use yew::prelude::*;

/// What the counters need.
#[derive(Properties, PartialEq)]
pub struct CountersProps {
    /// The frame they count in.
    pub frame: Rc<Frame>,
    /// What to show in place of the last change: a turn of a knob may be several.
    #[prop_or_default]
    pub turn: Option<Moved>,
    /// Whether the totals of the run are shown too.
    #[prop_or(true)]
    pub has_totals: bool,
}

/// Keys moved, on the ring and with modulo.
#[component]
pub fn Counters(props: &CountersProps) -> Html {
    let frame = &props.frame;
    let total = frame.names.len() as u64;
    let up = frame.shards().iter().filter(|shard| shard.is_up).count() as u64;
    let (last, all) = (props.turn.unwrap_or(frame.last_moved), frame.moved);
    let text = |moved: u64| format!("{moved} of {}", words::keys(total));
    html! {
        <div class="consistent-hashing-counters">
            <p class="consistent-hashing-counters-title">
                { "Keys moved by the last change " }<Badge provenance={Provenance::Measured} />
            </p>
            <Meter label="Ring" value={last.ring} of={total} tone={MeterTone::Ours} text={text(last.ring)} />
            <Meter label="Modulo" value={last.modulo} of={total} tone={MeterTone::Peer} text={text(last.modulo)} />
            if up > 0 {
                <p class="consistent-hashing-totals">
                    { format!("One of {up} shards carries about {} ", words::keys((total + up / 2) / up)) }
                    <Badge provenance={Provenance::Modelled} />
                </p>
            }
            if props.has_totals {
                <p class="consistent-hashing-totals">
                    { "In this run: " }
                    <strong data-count="ring">{ all.ring }</strong>{ " on the ring, " }
                    <strong data-count="modulo">{ all.modulo }</strong>{ " with modulo." }
                </p>
            }
        </div>
    }
}
