//! What a room costs: every message goes to everybody, so the work grows with the square of the people.

use crate::components::{Badge, Provenance, Slider};
use std::f64::consts::TAU;
use yew::prelude::*;

/// How many people there can be.
const PEOPLE: [u32; 10] = [2, 5, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000];
/// How often each of them says something, in messages a minute.
const EACH_A_MINUTE: f64 = 1.0;
/// How long a message is on the wire, in bytes: a short sentence in its envelope.
const BYTES: f64 = 200.0;
/// More lines than this are a grey disc.
const MOST_LINES: u32 = 240;
/// The radius of the picture.
const RADIUS: f64 = 130.0;

/// Numbers that follow from the number of people; all of them a second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cost {
    said: f64,
    delivered: f64,
    bytes: f64,
}

impl Cost {
    fn of(people: u32) -> Self {
        let said = f64::from(people) * EACH_A_MINUTE / 60.0;
        let delivered = said * f64::from(people);
        Cost { said, delivered, bytes: delivered * BYTES }
    }
}

/// A room, its people, and what it owes them.
#[component]
pub fn Crowd() -> Html {
    let people = use_state(|| 30_u32);
    let on_change = {
        let people = people.setter();
        Callback::from(move |count| people.set(count))
    };
    let cost = Cost::of(*people);
    let spokes = (*people).min(MOST_LINES);
    let spoke = |number: u32| {
        let angle = TAU * f64::from(number) / f64::from(spokes) - TAU / 4.0;
        let at = |radius: f64| format!("{:.1} {:.1}", angle.cos() * radius, angle.sin() * radius);
        html! { <path key={number} class="chat-spoke" d={format!("M{}L{}", at(26.0), at(RADIUS))} /> }
    };
    let end = |number: u32| {
        let angle = TAU * f64::from(number) / f64::from(spokes) - TAU / 4.0;
        let radius = (TAU * RADIUS / f64::from(spokes) / 3.0).clamp(1.2, 7.0);
        html! {
            <circle key={number} class="chat-spoke-end" cx={format!("{:.1}", angle.cos() * RADIUS)}
                cy={format!("{:.1}", angle.sin() * RADIUS)} r={format!("{radius:.1}")} />
        }
    };
    let drawn =
        if *people > MOST_LINES { format!(" (drawn: {MOST_LINES})") } else { String::new() };
    html! {
        <div class="chat-experiment">
            <svg class="chat-crowd" viewBox="-150 -145 300 290" role="img"
                aria-label={format!("A room in the middle, and a line to each of {people} people", people = *people)}>
                { for (0..spokes).map(spoke) }
                { for (0..spokes).map(end) }
                <rect class="chat-station" x="-26" y="-17" width="52" height="34" rx="6" />
                <text class="chat-station-name" x="0" y="0">{ "room" }</text>
            </svg>
            <Slider label={format!("People, each saying something once a minute{drawn}")} steps={PEOPLE.to_vec()}
                value={*people} {on_change} />
            <dl class="chat-numbers">
                <div><dt>{ "said in a second" }</dt><dd>{ number(cost.said) }</dd></div>
                <div><dt>{ "delivered in a second" }</dt><dd>{ number(cost.delivered) }</dd></div>
                <div><dt>{ "on the wire in a second" }</dt><dd>{ bytes(cost.bytes) }</dd></div>
                <div><dt>{ "encoded once, or for each" }</dt>
                    <dd>{ format!("{} or {}", number(cost.said), number(cost.delivered)) }</dd></div>
            </dl>
            <p class="chat-hint"><Badge provenance={Provenance::Modelled} />{ " at 200 bytes a message" }</p>
        </div>
    }
}

/// A number with as many digits as it deserves.
pub fn number(value: f64) -> String {
    match value {
        value if value < 1.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value if value < 10_000.0 => format!("{value:.0}"),
        value if value < 1e6 => format!("{:.0} thousand", value / 1e3),
        value => format!("{:.0} million", value / 1e6),
    }
}

fn bytes(value: f64) -> String {
    match value {
        value if value < 1e3 => format!("{value:.0} B"),
        value if value < 1e6 => format!("{:.0} kB", value / 1e3),
        value if value < 1e9 => format!("{:.0} MB", value / 1e6),
        value => format!("{:.0} GB", value / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_people_are_four_times_the_work() {
        let (some, more) = (Cost::of(1_000), Cost::of(2_000));
        assert_eq!(more.said / some.said, 2.0);
        assert_eq!(more.delivered / some.delivered, 4.0);
    }

    #[test]
    fn numbers_stay_short() {
        let shown = [0.0667, 16.667, 1_667.0, 16_667.0, 166_666_667.0].map(number);
        assert_eq!(shown, ["0.07", "16.7", "1667", "17 thousand", "167 million"]);
        assert_eq!([133.0, 3_333_333.0, 3.3e10].map(bytes), ["133 B", "3 MB", "33 GB"]);
    }
}
