//! The turns that were taken: a column a thread, time running downwards, the newest row in view.

use super::signs::{self, mark, px, sign_at, text, thread_sign};
use super::turns_rows::{Hold, Overwriting, Rows, Window, lay_out};
use super::words::{effect_text, number_text, short_effect_text};
use crate::components::{Following, Rect, use_following, use_width};
use playground_core::multi_threading::lab::{Frame, Turn};
use playground_core::multi_threading::process::Effect;
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// The height of a row.
const ROW: f64 = 19.0;
/// Before the columns: the number of the step.
const NUMBER: f64 = 30.0;
/// No column is narrower: the diagram is scrolled instead.
const LEAST_COLUMN: f64 = 126.0;
/// How far into its column a thread’s line stands.
const LINE_IN: f64 = 16.0;
/// The width of a window.
const WINDOW: f64 = 9.0;
/// The width of a letter, roughly.
const LETTER: f64 = 6.65;
/// The height of the threads’ names.
const HEADS: f64 = 30.0;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct TurnsProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
}

/// The diagram in a window that follows its end until the reader scrolls up.
#[component]
pub fn Turns(props: &TurnsProps) -> Html {
    let frame = &props.frame;
    let window = use_node_ref();
    let width = use_width(&window);
    let columns = Columns::new(width, frame.threads.len());
    let length = frame.turns.last().map_or(0, |turn| turn.step as usize);
    let Following { onscroll, onkeydown, is_left_behind, on_newest } =
        use_following(&window, length, width as u32);
    let (wide, height) = (columns.width, (frame.turns.len() as f64 + 1.0) * ROW);
    html! {
        <div class="multi-threading-turns">
            <div ref={window} class="multi-threading-turns-window" tabindex="0" role="group"
                aria-label="What each thread did, newest at the bottom; the same is in the tables" {onscroll} {onkeydown}>
                { heads(frame, &columns) }
                <svg viewBox={format!("0 0 {wide:.0} {height:.0}")} width={px(wide)} height={px(height)} aria-hidden="true">
                    <Chart frame={frame.clone()} columns={columns.clone()} />
                    if frame.turns.is_empty() {
                        { text("small", (NUMBER + 6.0, ROW / 2.0), "Nobody has done anything yet.") }
                    }
                </svg>
            </div>
            if is_left_behind {
                <button type="button" class="multi-threading-newest" onclick={on_newest}>{ "↓ Newest" }</button>
            }
        </div>
    }
}

/// Where the threads' columns are.
#[derive(Clone, Debug, PartialEq)]
struct Columns {
    width: f64,
    column: f64,
}

impl Columns {
    fn new(width: f64, threads: usize) -> Self {
        let threads = threads.max(1) as f64;
        let column = ((width - NUMBER) / threads).max(LEAST_COLUMN);
        Columns { width: NUMBER + column * threads, column }
    }

    /// The line of a thread.
    fn x(&self, thread: u8) -> f64 {
        NUMBER + self.column * f64::from(thread) + LINE_IN
    }
}

fn row_y(row: usize) -> f64 {
    (row as f64 + 0.5) * ROW
}

/// The threads above their columns, where they stay when the diagram is scrolled.
fn heads(frame: &Frame, columns: &Columns) -> Html {
    let width = columns.width;
    let head = |thread: u8| {
        let number = usize::from(thread);
        let x = columns.x(thread);
        html! {
            <>
                { sign_at(thread_sign(number), (x, HEADS / 2.0), 6.5) }
                { text("name", (x + 13.0, HEADS / 2.0), number_text(number)) }
            </>
        }
    };
    html! {
        <svg class="multi-threading-turns-heads" viewBox={format!("0 0 {width:.0} {HEADS:.0}")} width={px(width)}
            height={px(HEADS)} aria-hidden="true">
            { for frame.threads.iter().map(|view| head(view.thread)) }
        </svg>
    }
}

#[derive(Properties)]
struct ChartProps {
    frame: Rc<Frame>,
    columns: Columns,
}

/// Equal while the turns are the very same, so that nothing is compared in depth.
impl PartialEq for ChartProps {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.frame.turns, &other.frame.turns) && self.columns == other.columns
    }
}

/// Everything that only changes when somebody takes a turn.
#[component]
fn Chart(props: &ChartProps) -> Html {
    let ChartProps { frame, columns } = props;
    let turns = &frame.turns;
    let Rows { windows, holds, overwritings } = lay_out(turns, frame);
    let end = turns.len();
    let lifeline = |thread: u8| {
        let (x, bottom) = (columns.x(thread), (end as f64 + 1.0) * ROW);
        html! { <path class="multi-threading-lifeline" d={format!("M{x:.1} 0V{bottom:.1}")} /> }
    };
    html! {
        <>
            { for frame.threads.iter().map(|view| lifeline(view.thread)) }
            { for windows.iter().map(|it| window_html(it, end, columns)) }
            { for holds.iter().map(|it| hold_html(it, end, columns)) }
            { for turns.iter().enumerate().map(|(row, turn)| turn_html(frame, row, turn, columns)) }
            { for overwritings.iter().filter_map(|it| overwriting_html(it, turns, frame, columns)) }
        </>
    }
}

fn turn_html(frame: &Frame, row: usize, turn: &Turn, columns: &Columns) -> Html {
    let (x, y) = (columns.x(turn.thread), row_y(row));
    let is_bad = turn.overwrote.is_some();
    let room = columns.column - LINE_IN - 12.0;
    let words = words_of(frame, turn, room);
    let class = if is_bad { "turn is-bad" } else { "turn" };
    let shape = match turn.effect {
        Effect::Stored { .. } | Effect::Added { .. } | Effect::Swapped { .. } => SQUARE,
        Effect::Loaded { .. } | Effect::NotSwapped { .. } => DISC,
        Effect::Locked { .. } | Effect::Unlocked { .. } => signs::LOCK,
        Effect::Blocked { .. } => signs::CLOCK,
        Effect::Computed { .. } | Effect::Branched { .. } => DOT,
    };
    let fill = match turn.effect {
        Effect::Loaded { .. } | Effect::Blocked { .. } => "is-free",
        _ => "is-solid",
    };
    html! {
        <g key={turn.step}>
            { text("row-number", (NUMBER - 8.0, y), turn.step.to_string()) }
            if is_bad {
                { mark("is-bad-solid", signs::WARNING, (x, y - 0.5), 7.0) }
            } else {
                { mark(fill, shape, (x, y), 4.5) }
            }
            { text(class, (x + 12.0, y), words) }
        </g>
    }
}

/// A write.
const SQUARE: &str = "M-.8-.8H.8V.8H-.8Z";
/// A read.
const DISC: &str = "M0-.9A.9.9 0 1 1 0 .9A.9.9 0 1 1 0-.9Z";
/// Nothing that anybody else could see.
const DOT: &str = "M0-.4A.4.4 0 1 1 0 .4A.4.4 0 1 1 0-.4Z";

/// What a turn did, in as many words as there is room for.
fn words_of(frame: &Frame, turn: &Turn, room: f64) -> String {
    let words = effect_text(frame, &turn.effect);
    if words.chars().count() as f64 * LETTER <= room {
        return words;
    }
    cut(&short_effect_text(frame, &turn.effect), room)
}

fn cut(text: &str, width: f64) -> String {
    let letters = (width / LETTER).max(4.0) as usize;
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(letters - 1).collect();
    short.push('…');
    short
}

/// From a read to the write that relies on it; hatched from where on it is outdated.
fn window_html(window: &Window, end: usize, columns: &Columns) -> Html {
    let to = window.to.unwrap_or(end);
    let part = |from: usize, to: usize| Rect {
        x: columns.x(window.thread) - WINDOW / 2.0,
        y: row_y(from),
        width: WINDOW,
        height: (row_y(to) - row_y(from)).max(1.0),
    };
    let rect = |class: &'static str, it: &Rect| {
        html! { <rect {class} x={px(it.x)} y={px(it.y)} width={px(it.width)} height={px(it.height)} /> }
    };
    let whole = part(window.from, to);
    let stale = window.stale_from.map(|from| part(from, to));
    html! {
        <>
            { rect("multi-threading-window", &whole) }
            if let Some(stale) = stale {
                { rect("multi-threading-window is-stale", &stale) }
                <path class="multi-threading-window-hatch" d={stale.hatch(5.0)} />
            }
        </>
    }
}

/// A lock stands as a bar beside the line of whoever holds it.
fn hold_html(hold: &Hold, end: usize, columns: &Columns) -> Html {
    let x = columns.x(hold.thread) - WINDOW / 2.0 - 3.5 - 4.0 * f64::from(hold.lock);
    let (from, to) = (row_y(hold.from), row_y(hold.to.unwrap_or(end)));
    html! { <path class="multi-threading-held" d={format!("M{x:.1} {from:.1}V{to:.1}")} /> }
}

/// From a write to the update that it undid, which is crossed out. It runs between the two lines where nothing is written,
/// and beside the words where something is.
fn overwriting_html(
    it: &Overwriting,
    turns: &[Turn],
    frame: &Frame,
    columns: &Columns,
) -> Option<Html> {
    let (whose, row) = (it.whose.0, it.whose.1?);
    let (by, by_row) = it.by;
    let room = columns.column - LINE_IN - 12.0;
    let words = |row: usize| {
        let text = turns.get(row).map(|turn| words_of(frame, turn, room)).unwrap_or_default();
        17.0 + text.chars().count() as f64 * LETTER
    };
    let toward_right = columns.x(whose) > columns.x(by);
    let (x0, x1) = if toward_right {
        (columns.x(by) + words(by_row), columns.x(whose) - 9.0)
    } else {
        (columns.x(by) - 9.0, columns.x(whose) + words(row))
    };
    let (y0, y1) = (row_y(by_row), row_y(row));
    let (bend, back) = ((x0 + x1) / 2.0, if toward_right { -7.0 } else { 7.0 });
    let path = format!(
        "M{x0:.1} {y0:.1}C{bend:.1} {y0:.1} {bend:.1} {y1:.1} {x1:.1} {y1:.1}\
         M{:.1} {:.1}L{x1:.1} {y1:.1}L{:.1} {:.1}",
        x1 + back,
        y1 - 4.0,
        x1 + back,
        y1 + 4.0
    );
    let struck = (columns.x(whose) + 11.0, columns.x(whose) + words(row) - 4.0);
    Some(html! {
        <>
            <path class="multi-threading-overwrote" d={path} />
            <path class="multi-threading-struck" d={format!("M{:.1} {y1:.1}H{:.1}", struck.0, struck.1)} />
        </>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_told_in_as_many_words_as_fit() {
        use playground_core::multi_threading::lab::Lab;
        use playground_core::multi_threading::scenarios;
        use playground_core::sim::{Simulation, replay};
        for named in scenarios::all() {
            let frame = replay::<Lab>(&named.run, named.until, 10_000).state.frame(named.until);
            for turn in frame.turns.iter() {
                assert_eq!(words_of(&frame, turn, 1_000.0), effect_text(&frame, &turn.effect));
                let short = words_of(&frame, turn, 90.0);
                assert!(short.chars().count() as f64 * LETTER <= 90.0, "{short}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(cut("reads counter: 0", 200.0), "reads counter: 0");
        assert_eq!(cut("reads counter: 0", LETTER * 8.0), "reads c…");
    }
}
