//! A race as a Gantt chart: a lane a worker, its busy time filled, its waiting time hatched, and under each lane
//! what the model foretells.

use super::super::signs::{px, sign_at, text, thread_sign};
use super::super::words::{ms_text, number_text};
use crate::components::{Rect, grouped, use_width};
use playground_core::multi_threading::race::{Doing, Frame, Lane, Span};
use std::rc::Rc;
use yew::prelude::*;

/// A lane, with what the model says under it.
const LANE: f64 = 38.0;
/// The height of what was done.
const BAR: f64 = 18.0;
/// The height of what was foretold.
const SHADOW: f64 = 6.0;
/// Before a lane: its sign.
const NAME: f64 = 34.0;
/// After a lane: how many primes it has found.
const COUNT: f64 = 74.0;
/// The scale above the lanes.
const SCALE: f64 = 24.0;
/// A stretch narrower than this is drawn in one piece with the next.
const LEAST: f64 = 3.0;
/// About so many pixels stand between two marks of the scale.
const MARKS_APART: f64 = 90.0;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct GanttProps {
    /// How the lanes stand.
    pub frame: Rc<Frame>,
    /// What the model says about the same race.
    #[prop_or_default]
    pub foretold: Option<Rc<Frame>>,
    /// What is to be seen, for those who cannot see it.
    pub label: AttrValue,
    /// How far the scale reaches at least, in microseconds.
    #[prop_or_default]
    pub least_us: u64,
}

/// The chart.
#[component]
pub fn Gantt(props: &GanttProps) -> Html {
    let GanttProps { frame, foretold, label, least_us } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let lanes = frame.lanes.len().max(foretold.as_ref().map_or(0, |it| it.lanes.len()));
    let end_us = end_us(frame).max(foretold.as_ref().map_or(0, |it| end_us_of(it))).max(*least_us);
    let axis = Axis::new(width, end_us);
    let height = SCALE + LANE * lanes as f64;
    let empty = Lane::default();
    let each = (0..lanes).map(|number: usize| {
        let lane = frame.lanes.get(number).unwrap_or(&empty);
        let shadow = foretold.as_ref().and_then(|it| it.lanes.get(number));
        lane_html(number, lane, shadow, &axis)
    });
    html! {
        <div ref={root} class="multi-threading-gantt">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={px(width)} height={px(height)} role="img"
                aria-label={format!("{label}. {}", summary(frame))}>
                { scale(&axis, height) }
                { for each }
            </svg>
        </div>
    }
}

/// When the last of what is drawn ends.
fn end_us(frame: &Frame) -> u64 {
    end_us_of(frame).max(frame.elapsed_us)
}

fn end_us_of(frame: &Frame) -> u64 {
    frame.lanes.iter().map(Lane::until_us).max().unwrap_or(0)
}

/// Time from left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    width: f64,
    end_us: f64,
}

impl Axis {
    fn new(width: f64, end_us: u64) -> Self {
        Axis { width, end_us: end_us.max(1) as f64 }
    }

    fn room(&self) -> f64 {
        (self.width - NAME - COUNT).max(10.0)
    }

    fn x(&self, us: u64) -> f64 {
        NAME + self.room() * (us as f64 / self.end_us).min(1.0)
    }

    /// A round number of microseconds, of which a few make up the scale.
    fn step_us(&self) -> u64 {
        let few = (self.room() / MARKS_APART).max(1.0);
        let least = (self.end_us / few).max(1.0);
        let powers = (0..18).map(|exponent| 10_u64.pow(exponent));
        let mut steps = powers.flat_map(|power| [1, 2, 5].map(|digit| digit * power));
        steps.find(|step| *step as f64 >= least).unwrap_or(u64::MAX)
    }
}

fn scale(axis: &Axis, height: f64) -> Html {
    let step = axis.step_us();
    let marks = (0..).map(|number| number * step).take_while(|us| *us as f64 <= axis.end_us);
    let mark = |us: u64| {
        let x = axis.x(us);
        html! {
            <g key={us}>
                <path class="multi-threading-scale" d={format!("M{x:.1} {:.1}V{height:.1}", SCALE - 6.0)} />
                { text("scale-name", (x, SCALE / 2.0 - 3.0), ms_text(us)) }
            </g>
        }
    };
    html! { <g aria-hidden="true">{ for marks.map(mark) }</g> }
}

fn lane_html(number: usize, lane: &Lane, shadow: Option<&Lane>, axis: &Axis) -> Html {
    let y = SCALE + LANE * number as f64;
    let sign = thread_sign(number);
    let bar = |is_it: fn(&Span) -> bool| path_of(lane, is_it, axis, y + 3.0, BAR);
    let waits = rects_of(lane, is_waiting, axis, y + 3.0, BAR);
    let hatch: String = waits.iter().map(|rect| rect.hatch(6.0)).collect();
    let foretold = shadow.map(|lane| path_of(lane, counts, axis, y + BAR + 6.0, SHADOW));
    let class = if lane.is_done { "lane-count is-done" } else { "lane-count" };
    html! {
        <g key={number}>
            { sign_at(sign, (9.0, y + 3.0 + BAR / 2.0), 6.5) }
            { text("lane-name", (20.0, y + 3.0 + BAR / 2.0), number_text(number)) }
            <path class={format!("multi-threading-busy {}", sign.class())} d={bar(counts)} />
            <path class="multi-threading-starting" d={bar(starts)} />
            <path class="multi-threading-wait" d={bar(is_waiting)} />
            <path class="multi-threading-wait-hatch" d={hatch} />
            if let Some(foretold) = foretold {
                <path class="multi-threading-foretold" d={foretold} />
            }
            { text(class, (axis.width, y + 3.0 + BAR / 2.0), count_text(lane)) }
        </g>
    }
}

/// The stretches of a lane of one kind, where those too narrow to be told apart are one.
fn rects_of(lane: &Lane, is_it: fn(&Span) -> bool, axis: &Axis, y: f64, height: f64) -> Vec<Rect> {
    let mut rects: Vec<Rect> = Vec::new();
    for span in lane.spans.iter().filter(|span| is_it(span)) {
        let (from, until) = (axis.x(span.from_us), axis.x(span.until_us));
        match rects.last_mut() {
            Some(last) if until - from < LEAST && from - last.right() < 1.0 => {
                last.width = until - last.x;
            }
            _ => rects.push(Rect { x: from, y, width: until - from, height }),
        }
    }
    rects
}

fn path_of(lane: &Lane, is_it: fn(&Span) -> bool, axis: &Axis, y: f64, height: f64) -> String {
    let mut path = String::new();
    for rect in rects_of(lane, is_it, axis, y, height) {
        // A little air between two chunks, where there is room for it.
        let width = if rect.width > LEAST { rect.width - 0.75 } else { rect.width.max(0.5) };
        path += &format!("M{:.1} {:.1}h{width:.1}v{:.1}h-{width:.1}z", rect.x, rect.y, rect.height);
    }
    path
}

fn is_waiting(span: &Span) -> bool {
    span.doing == Doing::Waiting
}

fn counts(span: &Span) -> bool {
    span.counted().is_some()
}

fn starts(span: &Span) -> bool {
    span.doing == Doing::Starting
}

/// What stands after a lane: how many primes it has found, or, as a model knows none, how many numbers it has looked at.
fn count_text(lane: &Lane) -> String {
    match lane.found {
        0 => grouped(lane.counted),
        found => grouped(found),
    }
}

/// The chart for those who cannot see it.
fn summary(frame: &Frame) -> String {
    let lanes = frame.lanes.iter().enumerate().map(|(number, lane)| {
        let (busy, waiting) = (ms_text(lane.busy_us), ms_text(lane.waiting_us));
        format!("Worker {}: busy for {busy}, waiting for {waiting}.", number_text(number))
    });
    lanes.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::race::Counted;

    #[test]
    fn marks_stand_at_round_times() {
        for (end_us, step) in [(950, 200), (10_000, 2_000), (1_850_000, 500_000)] {
            let axis = Axis::new(NAME + COUNT + 600.0, end_us);
            assert_eq!(axis.step_us(), step, "up to {end_us}");
        }
    }

    #[test]
    fn chunks_too_narrow_to_be_told_apart_are_drawn_as_one() {
        let busy = |from_us: u64| Span {
            from_us,
            until_us: from_us + 10,
            doing: Doing::Busy(Counted::new(from_us as u32, 0..1, 0)),
        };
        let lane = Lane { spans: (0..1_000).map(|it| busy(it * 10)).collect(), ..Lane::default() };
        let axis = Axis::new(NAME + COUNT + 400.0, 10_000);
        let rects = rects_of(&lane, counts, &axis, 0.0, 10.0);
        assert!(rects.len() < 200, "{} rectangles in 400 pixels", rects.len());
        let last = rects.last().expect("a rectangle");
        assert!((last.right() - (NAME + 400.0)).abs() < 0.1, "{last:?}");
    }
}
