//! The picture behind Little’s law: each item as a bar from the moment at which it went in to the one at which it came
//! out. Counted down a column, the bars are how many are inside; measured along a row, how long one stays.

use super::signs::maker_class;
use crate::components::{px, use_width};
use playground_core::blocking_queue::lab::{Frame, Item, Maker};
use playground_core::sim::Time;
use std::rc::Rc;
use yew::prelude::*;

/// How much of the past is shown, in seconds.
const SHOWN_S: f64 = 15.0;
/// How high all rows are together, at most, and one of them at least and at most.
const ROWS_HIGH: f64 = 96.0;
const ROW_LOW: f64 = 2.0;
const ROW_HIGH: f64 = 15.0;
/// How high the curve of the number inside is.
const CURVE: f64 = 58.0;
/// Between rows and curve, and at the foot, with room for a line of text.
const GAP: f64 = 24.0;
/// What stands over the rows.
const HEAD: f64 = 20.0;
/// A bar has a name where there is so much room for it.
const NAMED: f64 = 30.0;

/// A stay in the queue, in seconds.
#[derive(Clone, Debug, PartialEq)]
struct Stay {
    /// Which one it is of all.
    number: u64,
    maker: Maker,
    name: String,
    from: f64,
    /// None as long as it is inside.
    until: Option<f64>,
}

/// The stays that a frame knows of, in the order in which they began.
fn stays(frame: &Frame) -> Vec<Stay> {
    let passed = frame.passed.iter().map(|it| (&it.item, Some(it.taken_at.as_secs_f64())));
    let inside = frame.items.iter().map(|it| (it, None));
    let stay = |(item, until): (&Item, Option<f64>)| Stay {
        number: item.serial,
        maker: item.maker,
        name: item.to_string(),
        from: item.stored_at.as_secs_f64(),
        until,
    };
    passed.chain(inside).map(stay).collect()
}

/// How many rows there are: as many as can be inside, or, where that is hardly used, a few steps fewer. In steps, so
/// that bars do not change their rows with every item.
fn rows(frame: &Frame) -> usize {
    let most = frame.lengths.iter().map(|it| it.1).max().unwrap_or_default();
    let most = (most as usize).max(frame.items.len());
    let capacity = frame.capacity as usize;
    let steps = [5, 10, 20, 40].into_iter().find(|step| most <= *step);
    steps.map_or(capacity, |step| step.min(capacity)).max(most).max(1)
}

/// Of what.
#[derive(Properties, PartialEq)]
pub struct StaysProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// Bars, and the curve under them.
#[component]
pub fn Stays(props: &StaysProps) -> Html {
    let frame = &props.frame;
    let root = use_node_ref();
    let width = use_width(&root);
    let stays = stays(frame);
    let rows = rows(frame);
    let row = (ROWS_HIGH / rows as f64).clamp(ROW_LOW, ROW_HIGH);
    let axes = Axes {
        width,
        now: frame.now.as_secs_f64(),
        rows,
        row,
        floor: HEAD + row * rows as f64 + GAP + CURVE,
        top: rows as f64,
    };
    let height = axes.floor + GAP;
    html! {
        <div ref={root} class="blocking-queue-stays">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role="img" aria-label={summary(frame)}>
                <text class="blocking-queue-axis" x="0" y="8">{ "along a row: how long an item stays" }</text>
                { for stays.iter().filter(|it| it.until.is_none_or(|until| axes.x(until) > 0.0)).map(|it| axes.bar(it)) }
                { axes.curve(&frame.lengths) }
                { axes.mean(frame) }
                <text class="blocking-queue-axis" x="0" y={px(axes.floor + 13.0)}>{ format!("{SHOWN_S:.0} s ago") }</text>
                <text class="blocking-queue-axis is-end" x={px(width)} y={px(axes.floor + 13.0)}>{ "now" }</text>
            </svg>
        </div>
    }
}

/// Where times and numbers are.
struct Axes {
    width: f64,
    now: f64,
    rows: usize,
    row: f64,
    floor: f64,
    top: f64,
}

impl Axes {
    fn x(&self, s: f64) -> f64 {
        (s - self.now + SHOWN_S) / SHOWN_S * self.width
    }

    fn y(&self, level: f64) -> f64 {
        self.floor - (level / self.top).min(1.3) * CURVE
    }

    fn bar(&self, stay: &Stay) -> Html {
        let index = (stay.number % self.rows as u64) as f64;
        let y = HEAD + index * self.row;
        let left = self.x(stay.from).max(0.0);
        let right = stay.until.map_or(self.width, |until| self.x(until)).max(left + 1.0);
        let class = classes!(
            "blocking-queue-stay",
            maker_class(stay.maker),
            stay.until.is_none().then_some("is-open")
        );
        html! {
            <g key={stay.number} {class}>
                <rect x={px(left)} y={px(y + 0.5)} width={px(right - left)} height={px((self.row - 1.0).max(1.0))} />
                if self.row >= 12.0 && right - left >= NAMED {
                    <text x={px(left + 4.0)} y={px(y + self.row / 2.0)}>{ &stay.name }</text>
                }
            </g>
        }
    }

    fn curve(&self, lengths: &[(Time, u32)]) -> Html {
        let x = |at: Time| self.x(at.as_secs_f64());
        let first = lengths.first().map_or(0.0, |it| x(it.0)).clamp(0.0, self.width);
        let before = lengths.iter().rev().find(|it| x(it.0) <= first).map_or(0, |it| it.1);
        let mut path = format!("M{first:.1} {:.1}V{:.1}", self.floor, self.y(before.into()));
        for (at, length) in lengths.iter().filter(|it| x(it.0) > first) {
            path += &format!("H{:.1}V{:.1}", x(*at), self.y((*length).into()));
        }
        path += &format!("H{:.1}V{:.1}Z", self.width, self.floor);
        let title = self.floor - CURVE - 10.0;
        html! {
            <>
                <text class="blocking-queue-axis" x="0" y={px(title)}>{ "down a column: how many are inside" }</text>
                <path class="blocking-queue-level" d={path} />
                <line class="blocking-queue-floor" x1="0" x2={px(self.width)} y1={px(self.floor)} y2={px(self.floor)} />
            </>
        }
    }

    /// L, as a line across.
    fn mean(&self, frame: &Frame) -> Html {
        let Some(mean) = frame.inside.mean_level else { return Html::default() };
        let y = self.y(mean);
        html! {
            <>
                <line class="blocking-queue-mean" x1="0" x2={px(self.width)} y1={px(y)} y2={px(y)} />
                <text class="blocking-queue-axis is-end is-strong" x={px(self.width)} y={px(y - 7.0)}>{ format!("L = {mean:.2}") }</text>
            </>
        }
    }
}

/// The picture for those who cannot see it.
fn summary(frame: &Frame) -> String {
    let stays = match frame.inside.mean_wait_us {
        Some(us) => format!("they stayed {:.2} seconds on average", us / 1e6),
        None => "none has left yet".to_owned(),
    };
    let mean = frame.inside.mean_level.unwrap_or_default();
    format!("Each item as a bar over time: {stays}, and {mean:.2} were inside on average.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::scenarios;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn no_two_bars_of_a_row_meet() {
        let named = scenarios::opening();
        for ms in (1_000..30_000).step_by(700) {
            let until = Time::from_ms(ms);
            let frame = replay(&named.run, until, 100_000).state.frame(until);
            let stays = stays(&frame);
            let rows = rows(&frame) as u64;
            for (index, stay) in stays.iter().enumerate() {
                let next =
                    stays[index + 1..].iter().find(|it| it.number % rows == stay.number % rows);
                if let Some((next, until)) = next.zip(stay.until) {
                    assert!(next.from >= until - 1e-9, "{stay:?} and {next:?}");
                }
            }
        }
    }
}
