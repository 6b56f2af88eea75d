//! A node's card: its name, what it holds, what is in doubt, and the end of its log.

use super::databases;
use super::geometry::{GOOD, HEAD, LINE, PAD, Places, RECORDS, Rect, is_narrow, wrap};
use super::signs::{self, mark, sign, sign_at};
use super::words;
pub use crate::components::px;
use playground_core::sim::Durability;
use playground_core::two_phase_commit::wire::{Database, DatabaseView, PreparedRow};
use playground_core::two_phase_commit::{
    COORDINATOR, Frame, Good, NodeView, Pace, ProcessView, RecordView, Timer,
};
use yew::prelude::*;

/// More of a good than this is a bar instead of so many silhouettes.
const MOST_TOKENS: u32 = 12;

/// What is drawn on a card.
pub fn card(frame: &Frame, node: &NodeView, places: &Places, rect: Rect) -> Html {
    let is_coordinator = node.id == COORDINATOR;
    let inner = rect.width - 2.0 * PAD;
    let records = LINE * (RECORDS as f64 + 1.0);
    // The coordinator has no goods: its log stands beside its name instead of below.
    let (notes_y, log) = if is_coordinator {
        let x = rect.x + rect.width * 0.52;
        let log = Rect { x, y: rect.y + PAD - 4.0, width: rect.right() - PAD - x, height: records };
        (rect.y + HEAD, log)
    } else {
        let notes_y = rect.y + HEAD + GOOD * places.good_rows as f64 + 4.0;
        let y = notes_y + LINE * places.note_lines as f64 + 2.0;
        (notes_y, Rect { x: rect.x + PAD, y, width: inner, height: records })
    };
    let notes_width = if is_coordinator { log.x - rect.x - 2.0 * PAD } else { inner };
    let note_lines = places.note_lines as f64 + if is_coordinator { 1.0 } else { 0.0 };
    let notes = Rect { x: rect.x + PAD, y: notes_y, width: notes_width, height: LINE * note_lines };
    let shelf_height = GOOD * places.good_rows as f64;
    let shelf = Rect { x: rect.x + PAD, y: rect.y + HEAD, width: inner, height: shelf_height };
    let process_y = if is_coordinator { notes.bottom() } else { log.bottom() + 2.0 };
    html! {
        <>
            <rect class="two-phase-commit-card-ground" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="6" />
            if !node.is_up {
                <path class="two-phase-commit-card-hatch" d={rect.hatch(9.0)} />
            }
            { head(node, rect) }
            { for goods(node, shelf) }
            { notes_html(frame, node, notes) }
            if let Some(view) = &node.database {
                { rows_html(frame, view, log) }
                { address_html(&view.database, Rect { y: process_y, ..notes }, places.process_lines) }
            } else {
                { log_html(node, log) }
            }
            if let Some(process) = &node.process {
                { process_html(process, (notes.x, process_y), places.process_lines) }
            }
        </>
    }
}

/// A line of text that begins at a place, the middle of its height given.
pub fn text(class: &'static str, (x, y): (f64, f64), content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text class={format!("two-phase-commit-{class}")} x={px(x)} y={px(y)}>{ content }</text> }
}

fn head(node: &NodeView, rect: Rect) -> Html {
    let (x, y) = (rect.x + PAD, rect.y);
    let place = (x + 8.0, y + 32.0);
    let state = if node.is_up {
        mark("is-up", signs::TICK, place, 4.5)
    } else {
        mark("is-cross", signs::CROSS, place, 4.5)
    };
    let class = if node.is_up { "condition" } else { "condition is-bad" };
    html! {
        <>
            { sign_at(sign(node.place), (x + 8.0, y + 15.0), 7.5) }
            { text("name", (x + 22.0, y + 15.0), node.place.title()) }
            { state }
            { text(class, (x + 22.0, y + 32.0), words::condition(node)) }
        </>
    }
}

fn goods(node: &NodeView, area: Rect) -> Vec<Html> {
    let kinds: Vec<Good> = node.full.goods(&node.full).map(|(good, _)| good).collect();
    let is_alone = kinds.len() == 1;
    let each = kinds.into_iter().enumerate().map(|(number, good)| {
        let row = Rect { y: area.y + GOOD * number as f64, height: GOOD, ..area };
        let counts = (node.free.count(good), node.held.count(good), node.full.count(good));
        match counts.2 {
            full if full > MOST_TOKENS => bar(row, good, counts),
            // A few of one kind are drawn as large as there is room.
            full if is_alone && full <= 4 => {
                tokens(Rect { height: area.height, ..row }, good, counts)
            }
            _ => tokens(row, good, counts),
        }
    });
    each.collect()
}

/// A silhouette for each piece: there, set aside behind a padlock, or gone.
fn tokens(row: Rect, good: Good, (free, held, full): (u32, u32, u32)) -> Html {
    let middle = row.y + row.height / 2.0;
    let is_large = row.height > GOOD;
    let name = if good == Good::Courier { "couriers" } else { good.name() };
    // On a narrow card, the silhouettes speak for themselves.
    let number = row.x + if is_narrow(&row) { 14.0 } else { 66.0 };
    let first = number + 8.0;
    let all = full.max(free + held);
    let room = (row.right() - first) / f64::from(all.max(1));
    let apart = room.min(if is_large { 40.0 } else { 17.0 });
    let radius = (apart / 2.0 - 1.2).min(if is_large { 14.0 } else { 7.0 });
    let token = |number: u32| {
        let place = (first + apart * (f64::from(number) + 0.5), middle);
        match number {
            number if number < free => mark("is-free", signs::good_path(good), place, radius),
            number if number < free + held => mark("is-lock", signs::LOCK, place, radius * 0.9),
            _ => mark("is-gone", signs::good_path(good), place, radius * 0.9),
        }
    };
    html! {
        <>
            if !is_narrow(&row) {
                { text("text", (row.x, middle), name) }
            }
            { text("number", (number, middle), free.to_string()) }
            { for (0..all).map(token) }
        </>
    }
}

/// An amount of money: what may be spent, and what is set aside.
fn bar(row: Rect, good: Good, (free, held, full): (u32, u32, u32)) -> Html {
    let says =
        |count: u32| if good == Good::Cent { words::euros(count) } else { count.to_string() };
    let scale = row.width / f64::from(full.max(free + held).max(1));
    let part = |x: f64, count: u32| Rect {
        x,
        y: row.y + GOOD + 3.0,
        width: f64::from(count) * scale,
        height: 12.0,
    };
    let there = part(row.x, free);
    let locked = part(there.right(), held);
    let rect = |class: &'static str, at: Rect| {
        html! { <rect {class} x={px(at.x)} y={px(at.y)} width={px(at.width)} height={px(at.height)} /> }
    };
    html! {
        <>
            { text("number is-first", (row.x, row.y + GOOD / 2.0), format!("{} free", says(free))) }
            { rect("two-phase-commit-bar", part(row.x, full)) }
            { rect("two-phase-commit-bar is-free", there) }
            if held > 0 {
                { rect("two-phase-commit-bar is-held", locked) }
                <path class="two-phase-commit-card-hatch" d={locked.hatch(5.0)} />
                { mark("is-lock", signs::LOCK, (row.right() - 58.0, row.y + GOOD / 2.0 - 1.0), 5.0) }
                { text("number", (row.right(), row.y + GOOD / 2.0), says(held)) }
            }
        </>
    }
}

/// What is in doubt, what is waited for, and when the node is going to die.
fn notes_html(frame: &Frame, node: &NodeView, area: Rect) -> Html {
    let line = |number: usize| area.y + LINE * (number as f64 + 0.5);
    let doubt = node.doubts.first().map(|(tx, work, since)| {
        let age = words::seconds_since(frame.now, *since);
        let others = node.doubts.len() - 1;
        match (others, is_narrow(&area)) {
            (0, true) => format!("in doubt {age}"),
            (0, false) => format!("in doubt {age}: {}, {tx}", words::work_text(*work)),
            (others, _) => format!("in doubt {age}, +{others}"),
        }
    });
    let is_participant = node.id != COORDINATOR;
    let waits = (node.is_up && !is_participant).then(|| waiting_text(frame, node)).flatten();
    let waits = waits.map(|text| wrap(&text, area.width, 2)).unwrap_or_default();
    let armed = node.armed.map(|at| format!("dies {}", words::crash_text(at)));
    let armed = armed.map(|text| wrap(&text, area.width - 18.0, 3)).unwrap_or_default();
    let armed_from = waits.len().max(1);
    html! {
        <>
            if let Some(doubt) = doubt {
                { mark("is-lock", signs::LOCK, (area.x + 7.0, line(0) - 0.5), 6.0) }
                { text("doubt", (area.x + 20.0, line(0)), doubt) }
            } else if is_participant {
                { text("small", (area.x, line(0)), "nothing in doubt") }
            }
            { for waits.into_iter().enumerate().map(|(number, words)| {
                text("small", (area.x, line(number)), words)
            }) }
            if !armed.is_empty() {
                { mark("is-fuse", signs::FUSE, (area.x + 7.0, line(armed_from)), 6.5) }
                { for armed.into_iter().enumerate().map(|(number, words)| {
                    text("armed", (area.x + 18.0, line(armed_from + number)), words)
                }) }
            }
        </>
    }
}

/// What the coordinator waits for: votes first, since without them nothing goes on.
fn waiting_text(frame: &Frame, node: &NodeView) -> Option<String> {
    let is_late = |timer: &Timer| !matches!(timer, Timer::Vote(_));
    let (timer, at) = node.timers.iter().min_by_key(|(timer, at)| (is_late(timer), *at))?;
    let by_hand = frame.scenario.as_ref().is_none_or(|scenario| scenario.pace == Pace::ByHand);
    let text = words::timer_text(timer);
    let left = words::seconds_since(*at, frame.now);
    Some(if by_hand { text } else { format!("{text}, {left}") })
}

/// The last records, the newest at the bottom. What a crash would leave stands on the disk's solid bar.
fn log_html(node: &NodeView, area: Rect) -> Html {
    let title_y = area.y + LINE / 2.0;
    let first = node.log.len().saturating_sub(RECORDS);
    let state = if node.is_forcing { "writing…" } else { "" };
    let row = |(number, record): (usize, &RecordView)| {
        let y = area.y + LINE * ((number - first) as f64 + 1.0) + 3.0;
        record_html(record, number < node.durable, Rect { y, height: LINE, ..area })
    };
    let slow = node.disk.filter(|(ms, _)| *ms >= 1_000).map(|(ms, _)| format!("{} s", ms / 1_000));
    html! {
        <>
            { mark("is-disk", signs::DISK, (area.x + 7.0, title_y), 6.0) }
            <path class="two-phase-commit-disk-edge" d={signs::DISK_EDGE}
                transform={format!("translate({:.1} {title_y:.1}) scale(6)", area.x + 7.0)} />
            { text("small", (area.x + 18.0, title_y), match slow {
                Some(slow) => format!("log, {slow}"),
                None => "log".to_owned(),
            }) }
            { text("small is-last", (area.right(), title_y), state) }
            { for node.log.iter().enumerate().skip(first).map(row) }
        </>
    }
}

fn record_html(record: &RecordView, is_durable: bool, row: Rect) -> Html {
    let middle = row.y + LINE / 2.0;
    let is_forced = record.durability == Durability::Forced;
    let is_lie = record.is_confirmed && !is_durable;
    let class = match (is_forced, is_durable) {
        (true, true) => "is-record",
        (true, false) => "is-record is-pending",
        (false, true) => "is-record is-lazy",
        (false, false) => "is-record is-lazy is-pending",
    };
    let side = if is_durable { "is-durable" } else { "is-volatile" };
    let note = match (is_lie, record.is_confirmed, is_forced) {
        (true, ..) => "a lie",
        (_, false, true) if !is_durable => "not yet",
        (_, false, false) if !is_durable => "lazy",
        _ => "",
    };
    // The transaction gives way to what is more pressing.
    let end = match (note, record.record.tx()) {
        ("", Some(tx)) => tx.to_string(),
        _ => note.to_owned(),
    };
    let end_class = if is_lie { "lie is-last" } else { "small is-last" };
    html! {
        <>
            <path class={format!("two-phase-commit-platter {side}")}
                d={format!("M{:.1} {:.1}v{:.1}", row.x + 1.5, row.y + 1.0, LINE - 2.0)} />
            { mark(class, signs::SQUARE, (row.x + 12.0, middle), 5.5) }
            if is_lie {
                { mark("is-warning", signs::WARNING, (row.right() - 38.0, middle), 5.5) }
            }
            { text("text", (row.x + 23.0, middle), words::record_name(&record.record)) }
            { text(end_class, (row.right(), middle), end) }
        </>
    }
}

/// What a database tells in the place of a log: the transactions that it holds prepared, the newest at the bottom.
fn rows_html(frame: &Frame, view: &DatabaseView, area: Rect) -> Html {
    let Database { prepared, .. } = &view.database;
    let title_y = area.y + LINE / 2.0;
    let first = prepared.len().saturating_sub(RECORDS);
    let row = |(number, row): (usize, &PreparedRow)| {
        let middle = area.y + LINE * ((number - first) as f64 + 1.5) + 3.0;
        let age = databases::age(frame, view, row);
        let tx = row.tx.map_or("another’s".to_owned(), |tx| tx.to_string());
        html! {
            <>
                <path class="two-phase-commit-platter is-durable"
                    d={format!("M{:.1} {:.1}v{:.1}", area.x + 1.5, middle - LINE / 2.0 + 1.0, LINE - 2.0)} />
                { mark("is-record", signs::SQUARE, (area.x + 12.0, middle), 5.5) }
                { text("text", (area.x + 23.0, middle), format!("prepared {age}")) }
                { text("small is-last", (area.right(), middle), tx) }
            </>
        }
    };
    html! {
        <>
            { mark("is-disk", signs::DISK, (area.x + 7.0, title_y), 6.0) }
            <path class="two-phase-commit-disk-edge" d={signs::DISK_EDGE}
                transform={format!("translate({:.1} {title_y:.1}) scale(6)", area.x + 7.0)} />
            { text("small", (area.x + 18.0, title_y), databases::program(&view.database)) }
            if prepared.is_empty() {
                { text("small", (area.x, title_y + LINE + 3.0), "nothing prepared") }
            }
            { for prepared.iter().enumerate().skip(first).map(row) }
        </>
    }
}

/// Where a database is: what it is called, below where its server is if there is little room.
fn address_html(database: &Database, area: Rect, lines: usize) -> Html {
    let parts: Vec<String> = match database.address.rsplit_once('/') {
        Some((server, name)) if lines > 1 => vec![server.to_owned(), name.to_owned()],
        _ => vec![database.address.clone()],
    };
    let line = |(number, part): (usize, &String)| {
        let part = wrap(part, area.width, 1).swap_remove(0);
        text("small", (area.x, area.y + LINE * (number as f64 + 0.5)), part)
    };
    html! { { for parts.iter().enumerate().map(line) } }
}

/// The process and its log file, so that it can be believed.
fn process_html(process: &ProcessView, (x, y): (f64, f64), lines: usize) -> Html {
    let pid = process.pid.map_or("no process".to_owned(), |pid| format!("pid {pid}"));
    let log = format!("{pid}, {} bytes", process.log_bytes);
    let unit = if process.forces == 1 { "fdatasync" } else { "fdatasyncs" };
    let forces = format!("{} {unit}", process.forces);
    let says = if lines > 1 { vec![log, forces] } else { vec![format!("{log}, {forces}")] };
    let line = |(number, words): (usize, String)| {
        text("small", (x, y + LINE * (number as f64 + 0.5)), words)
    };
    html! { { for says.into_iter().enumerate().map(line) } }
}
