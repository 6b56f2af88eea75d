//! Asking again and again, beside a line that stays open: bytes and waiting, modelled.

use crate::components::{Badge, Meter, MeterTone, Provenance, Slider};
use yew::prelude::*;

/// What a request of a browser and a short answer weigh with their headers: assumed, and said so.
const REQUEST_BYTES: u64 = 560;
const RESPONSE_BYTES: u64 = 220;
/// News in an hour, and what each weighs.
const NEWS: u64 = 60;
const NEWS_BYTES: u64 = 40;
/// A server's frame of up to 125 bytes has a header of two.
const FRAME_HEADER_BYTES: u64 = 2;
const EVERY_S: [u32; 7] = [1, 2, 5, 10, 20, 30, 60];

/// The comparison; its knob is how often the client asks.
#[component]
pub fn Polling() -> Html {
    let every_s = use_state_eq(|| 2_u32);
    let on_change = {
        let every_s = every_s.setter();
        Callback::from(move |s| every_s.set(s))
    };
    let exchange = REQUEST_BYTES + RESPONSE_BYTES;
    let polls = 3_600 / u64::from(*every_s);
    let polling = polls * exchange + NEWS * NEWS_BYTES;
    let open = exchange + NEWS * (NEWS_BYTES + FRAME_HEADER_BYTES);
    let most = 3_600 * exchange + NEWS * NEWS_BYTES;
    let wait = f64::from(*every_s) / 2.0;
    html! {
        <div class="websocket-polling">
            <p class="websocket-hint">
                { format!("One hour, {NEWS} pieces of news of {NEWS_BYTES} bytes; a request of {REQUEST_BYTES} bytes \
                    and an answer of {RESPONSE_BYTES} with their headers are assumed. ") }<Badge provenance={Provenance::Modelled} />
            </p>
            <Meter label={format!("Asking every {every_s} s", every_s = *every_s)} value={polling} of={most}
                tone={MeterTone::Peer} text={format!("{}, news waits {wait} s", size(polling))} />
            <Meter label="A line that stays open" value={open} of={most}
                text={format!("{}, news waits for nothing", size(open))} />
            <div class="figure-controls">
                <Slider label="The client asks every" unit="s" steps={EVERY_S.to_vec()} value={*every_s} {on_change} />
            </div>
        </div>
    }
}

fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{:.1} kB", bytes as f64 / 1e3)
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_one_digit_after_the_point() {
        assert_eq!([3_300, 99_999, 2_810_400].map(size), ["3.3 kB", "100.0 kB", "2.8 MB"]);
    }
}
