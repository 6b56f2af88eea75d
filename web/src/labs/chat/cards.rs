//! The server's card and the tabs': who they are, how they stand, and what they hold.

use super::geometry::{HEAD, LINE, LINES, PAD, RECORDS, Rect, fitting};
use super::people::sign_of;
use super::signs::{self, mark, px, sign_at, text};
use super::ticks::tick_at;
use super::words::{condition, tab_title};
use playground_core::chat::{Connection, Frame, LOBBY, Line, ServerView, TabView, ThreadView};
use playground_core::sim::{NodeId, Time};
use yew::prelude::*;

/// The server's card: its room's history, and what the disk has of it.
pub fn server_card(frame: &Frame, rect: Rect) -> Html {
    let server = &frame.server;
    let is_narrow = rect.width < 380.0;
    let (x, y) = (rect.x + PAD, rect.y);
    let state = if server.is_up {
        mark("is-up", signs::TICK, (x + 8.0, y + 32.0), 4.5)
    } else {
        mark("is-cross", signs::CROSS, (x + 8.0, y + 32.0), 4.5)
    };
    let class = if server.is_up { "condition" } else { "condition is-bad" };
    let room = server.rooms.iter().find(|room| &*room.name == LOBBY);
    let log_x = rect.x + if is_narrow { 112.0 } else { rect.width * 0.42 };
    let left = log_x - x - 6.0;
    let notes = server_notes(server, frame.scenario.queue).into_iter().enumerate().map(
        |(row, (class, note))| {
            let place = (x, y + HEAD + LINE * (row as f64 + 0.5));
            text(class, place, fitting(&note, left))
        },
    );
    let from = room.map_or(0, |room| room.messages.len().saturating_sub(RECORDS));
    let records = room.into_iter().flat_map(|room| room.messages.iter().skip(from));
    let record = |(row, (message, is_durable)): (usize, &(std::sync::Arc<_>, bool))| {
        let message: &playground_core::chat::wire::Message = message;
        let middle = y + HEAD + LINE * (row as f64 + 0.5);
        let class = if *is_durable { "is-disk" } else { "is-disk is-pending" };
        let words = format!("{}  {}", message.seq, message.text);
        html! {
            <g key={message.seq}>
                { mark(class, signs::DISK, (log_x + 6.0, middle), 5.5) }
                { sign_at(sign_of(&message.from), (log_x + 21.0, middle), 5.0) }
                { text("text", (log_x + 31.0, middle), fitting(&words, rect.right() - log_x - 38.0)) }
            </g>
        }
    };
    let head = match room {
        Some(room) if room.messages.is_empty() => "# lobby: empty".to_owned(),
        Some(_) => "# lobby, on the disk".to_owned(),
        None => "nobody has come yet".to_owned(),
    };
    html! {
        <>
            <rect class="chat-card-ground" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="6" />
            { text("name", (x + 2.0, y + 15.0), "Server") }
            { state }
            { text(class, (x + 20.0, y + 32.0), if server.is_up { "up" } else { "down" }) }
            { for notes }
            { text("small", (log_x, y + 30.0), fitting(&head, rect.right() - log_x - 6.0)) }
            { for records.enumerate().map(record) }
        </>
    }
}

/// What is worth a line on the server's card: a class and a text each.
fn server_notes(server: &ServerView, queue: u32) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if server.is_up {
        let here = match server.online.len() {
            0 => "nobody online".to_owned(),
            count => format!("{count} people online"),
        };
        notes.push(("text", here));
    }
    if let Some(outputs) = server.armed {
        notes.push(("bad", format!("dies in {outputs} steps")));
    }
    if server.is_forcing {
        notes.push(("text", format!("disk: {} steps wait", server.pending)));
    }
    if server.disk.1 {
        notes.push(("bad", "its disk lies".to_owned()));
    }
    let ghosts = server.sessions.iter().filter(|session| !session.is_alive).count();
    if ghosts > 0 {
        notes.push(("bad", format!("{ghosts} without a tab")));
    }
    let behind = server.sessions.iter().max_by_key(|session| session.unread);
    if let Some((session, name)) = behind.and_then(|it| Some((it, it.name.as_ref()?)))
        && session.unread * 2 > queue
    {
        notes.push(("bad", format!("{name}: {} of {queue} unread", session.unread)));
    }
    notes
}

/// A tab's card: the messages of the room that it shows.
pub fn tab_card(frame: &Frame, tab: &TabView, rect: Rect) -> Html {
    let (x, y) = (rect.x + PAD, rect.y);
    let wide = rect.width - 2.0 * PAD;
    let thread = thread_of(tab);
    let is_well = tab.is_open && tab.is_online && tab.reads && tab.connection == Connection::Up;
    let state = if is_well {
        mark("is-up", signs::TICK, (x + 6.0, y + 32.0), 4.5)
    } else if tab.is_open && !tab.reads {
        mark("is-held", signs::HELD, (x + 6.0, y + 32.0), 5.0)
    } else if tab.is_open && tab.is_online {
        mark("is-clock", signs::CLOCK, (x + 6.0, y + 32.0), 5.0)
    } else {
        mark("is-cross", signs::CROSS, (x + 6.0, y + 32.0), 4.5)
    };
    let class = if is_well { "condition" } else { "condition is-bad" };
    // Where there is no room, the mark says it alone.
    let state_words =
        if wide < 76.0 { String::new() } else { fitting(&condition(frame.now, tab), wide - 10.0) };
    let from = thread.map_or(0, |thread| thread.lines.len().saturating_sub(LINES));
    let lines = thread.into_iter().flat_map(|thread| thread.lines.iter().enumerate().skip(from));
    let line = |(row, (index, line)): (usize, (usize, &Line))| {
        let middle = y + HEAD + LINE * (row as f64 + 0.5);
        let is_bad = thread.is_some_and(|thread| !belongs(thread, index));
        line_html((index, line), is_bad, (x, middle), wide)
    };
    let foot = [
        (tab.outbox > 0).then(|| format!("{} in the outbox", tab.outbox)),
        (tab.unread > 0).then(|| format!("{} unread", tab.unread)),
    ];
    let foot: Vec<String> = foot.into_iter().flatten().collect();
    html! {
        <>
            <rect class="chat-card-ground" x={px(rect.x)} y={px(rect.y)} width={px(rect.width)}
                height={px(rect.height)} rx="6" />
            { sign_at(sign_of(&tab.name), (x + 6.0, y + 15.0), 6.5) }
            { text("name", (x + 18.0, y + 15.0), fitting(&tab_title(frame, tab), wide - 14.0)) }
            { state }
            { text(class, (x + 16.0, y + 32.0), state_words) }
            { for lines.enumerate().map(line) }
            { text("small", (x, rect.bottom() - PAD - LINE / 2.0 + 3.0), fitting(&foot.join(", "), wide + 4.0)) }
        </>
    }
}

/// The room that a tab shows.
pub fn thread_of(tab: &TabView) -> Option<&ThreadView> {
    let looked_at = tab.threads.iter().find(|thread| Some(&thread.thread) == tab.looks_at.as_ref());
    looked_at.or_else(|| tab.threads.iter().find(|thread| &*thread.thread == LOBBY))
}

/// Whether a message stands where it belongs: behind all with smaller numbers, and for the first time.
pub fn belongs(thread: &ThreadView, index: usize) -> bool {
    let Some(line) = thread.lines.get(index) else { return true };
    let Some(seq) = line.seq else { return true };
    let mut before = thread.lines[..index].iter().filter_map(|it| it.seq);
    !is_repeated(thread, index) && before.all(|it| it < seq)
}

/// Whether a message has been shown before, under whatever number.
pub fn is_repeated(thread: &ThreadView, index: usize) -> bool {
    let Some(line) = thread.lines.get(index) else { return false };
    thread.lines[..index].iter().any(|it| it.from == line.from && it.id == line.id)
}

fn line_html((index, line): (usize, &Line), is_bad: bool, (x, y): (f64, f64), wide: f64) -> Html {
    let is_roomy = wide > 86.0;
    let words = match line.seq {
        Some(seq) if is_roomy => format!("{seq}  {}", line.text),
        Some(seq) => seq.to_string(),
        None => line.text.to_string(),
    };
    let room = wide - 13.0 - if line.tick.is_some() { 17.0 } else { 0.0 };
    // Bold letters are wider.
    let (class, room) = if is_bad { ("text is-bad", room * 0.88) } else { ("text", room) };
    html! {
        <g key={index}>
            { sign_at(sign_of(&line.from), (x + 5.0, y), 4.5) }
            { text(class, (x + 13.0, y), fitting(&words, room)) }
            if let Some(tick) = line.tick {
                { tick_at(tick, (x + wide - 5.0, y), 0.7) }
            }
        </g>
    }
}

/// A tab in a sentence, for those who cannot see it.
pub fn tab_sentence(frame: &Frame, tab: &TabView) -> String {
    let lines = thread_of(tab).map_or(0, |thread| thread.lines.len());
    let last = thread_of(tab).and_then(|thread| thread.lines.last());
    let last =
        last.map_or(String::new(), |line| format!(", the last from {}: {}", line.from, line.text));
    format!(
        "{}'s tab: {}, {lines} messages{last}, {} in the outbox",
        tab_title(frame, tab),
        condition(frame.now, tab),
        tab.outbox
    )
}

/// The server in a sentence, for those who cannot see it.
pub fn server_sentence(frame: &Frame) -> String {
    let server = &frame.server;
    let stored = server.rooms.iter().flat_map(|room| &room.messages).filter(|it| it.1).count();
    let state = if server.is_up { "up" } else { "down" };
    let notes: Vec<String> =
        server_notes(server, frame.scenario.queue).into_iter().map(|note| note.1).collect();
    format!("Server: {state}, {stored} messages of rooms on its disk, {}", notes.join(", "))
}

/// For how much longer, in seconds.
pub fn seconds_until(now: Time, at: Time) -> String {
    format!("{:.1} s", at.since(now).as_ms_f64() / 1e3)
}

/// The place of a tab among the cards.
pub fn index_of(node: NodeId) -> Option<usize> {
    usize::from(node.0).checked_sub(1)
}
