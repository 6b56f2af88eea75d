//! What the server's tap tells of the page's own connection, put together as it comes in.

use super::echo::{Echo, Told, use_echo};
use super::log::LogRow;
use crate::live::connection::{Connection, Link, Message, Purpose};
use playground_core::websocket::Limits;
use playground_core::websocket::annotate::{Piece, Watcher};
use playground_core::websocket::wire::{Direction, TapMessage};
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// The most rows that are kept, the newest.
const MOST_ROWS: usize = 200;

/// The connection as the page has heard of it.
#[derive(Clone)]
pub struct Tapped {
    /// How the connection to the tap stands.
    pub link: Link,
    /// The id for the next connection, once the tap has told one.
    pub id: Option<AttrValue>,
    /// What went over the connections so far.
    pub rows: Rc<Vec<LogRow>>,
    /// How many bytes the tap had to leave out.
    pub left_out: u64,
    /// What the page itself is told of its socket, the last thing.
    pub told: Option<Told>,
    /// Whether the socket is open.
    pub is_open: bool,
    /// Which connection it is, from 1.
    connection: u32,
    watchers: Rc<[Watcher; 2]>,
}

// Whoever draws it looks at the rows, which are new whenever something has come in.
impl PartialEq for Tapped {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.rows, &other.rows)
            && (self.link, &self.id, self.left_out) == (other.link, &other.id, other.left_out)
            && (&self.told, self.is_open) == (&other.told, other.is_open)
    }
}

/// What comes in.
pub enum News {
    /// The connection to the tap stands otherwise.
    Link(Link),
    /// The tap says something.
    Word(TapMessage),
    /// The page's own socket does.
    Told(Told),
}

impl Tapped {
    fn new() -> Self {
        Tapped {
            link: Link::Opening,
            id: None,
            rows: Rc::default(),
            left_out: 0,
            told: None,
            is_open: false,
            connection: 0,
            watchers: watchers(),
        }
    }

    /// Whether the tap is heard.
    pub fn is_here(&self) -> bool {
        self.link == Link::Open
    }

    fn hear(&mut self, word: TapMessage) {
        match word {
            TapMessage::Ready { id } => self.id = Some(id.into()),
            TapMessage::Opened { .. } => {
                self.connection += 1;
                self.watchers = watchers();
            }
            TapMessage::Bytes { direction, at_us, bytes } => {
                let watchers = Rc::make_mut(&mut self.watchers);
                let watcher = &mut watchers[usize::from(direction == Direction::ToClient)];
                let pieces = watcher.push(&bytes);
                let connection = self.connection;
                let rows = Rc::make_mut(&mut self.rows);
                rows.extend(
                    pieces.into_iter().map(|piece| row(connection, direction, at_us, piece)),
                );
                let excess = rows.len().saturating_sub(MOST_ROWS);
                rows.drain(..excess);
            }
            TapMessage::LeftOut { bytes, .. } => self.left_out += bytes,
            TapMessage::Ended { .. } => self.id = None,
        }
    }
}

fn watchers() -> Rc<[Watcher; 2]> {
    let watcher = |direction| Watcher::new(direction, Limits::default());
    Rc::new([watcher(Direction::ToServer), watcher(Direction::ToClient)])
}

fn row(connection: u32, direction: Direction, at_us: u64, piece: Piece) -> LogRow {
    let way = if direction == Direction::ToServer { "up" } else { "down" };
    LogRow {
        key: format!("{connection}-{way}-{}", piece.offset).into(),
        at: time_text(at_us).into(),
        direction,
        note: if piece.is_ignored { "ignored" } else { "" },
        piece: Arc::new(piece),
    }
}

/// A time since the connection was opened.
fn time_text(at_us: u64) -> String {
    match at_us {
        0..1_000_000 => format!("{:.3} ms", at_us as f64 / 1e3),
        _ => format!("{:.2} s", at_us as f64 / 1e6),
    }
}

impl Reducible for Tapped {
    type Action = News;

    fn reduce(mut self: Rc<Self>, news: News) -> Rc<Self> {
        let tapped = Rc::make_mut(&mut self);
        match news {
            News::Link(link) => {
                tapped.link = link;
                if link != Link::Open {
                    tapped.id = None;
                }
            }
            News::Word(word) => tapped.hear(word),
            News::Told(told) => {
                match told {
                    Told::Open => tapped.is_open = true,
                    Told::Opening => (tapped.is_open, tapped.id) = (false, None),
                    Told::Closing | Told::Closed { .. } => tapped.is_open = false,
                    Told::Text(_) | Told::Bytes(_) => {}
                }
                tapped.told = Some(told);
            }
        }
        self
    }
}

/// The tap, and the socket that it watches, for as long as the component lives. The first socket is opened
/// as soon as the tap is ready.
#[hook]
pub fn use_tap() -> (Tapped, Echo) {
    let tapped = use_reducer(Tapped::new);
    let dispatcher = tapped.dispatcher();
    let on_told = {
        let dispatcher = dispatcher.clone();
        use_callback((), move |told: Told, ()| dispatcher.dispatch(News::Told(told)))
    };
    let echo = use_echo(on_told);
    use_effect_with((), move |()| {
        let for_messages = dispatcher.clone();
        let connection = Connection::open(Purpose {
            path: "/ws/tap",
            silence_ms: None,
            on_link: Callback::from(move |link| dispatcher.dispatch(News::Link(link))),
            on_message: Callback::from(move |message| {
                // What a newer server may say besides is none of this page's business.
                if let Message::Text(text) = message
                    && let Ok(word) = serde_json::from_str(&text)
                {
                    for_messages.dispatch(News::Word(word));
                }
            }),
        });
        move || drop(connection)
    });
    let first = tapped.id.clone().filter(|_| tapped.told.is_none());
    {
        let echo = echo.clone();
        use_effect_with(first, move |id| {
            if let Some(id) = id {
                echo.open(id);
            }
        });
    }
    ((*tapped).clone(), echo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_rows_however_they_are_cut() {
        let mut tapped = Tapped::new();
        tapped.hear(TapMessage::Opened { at_us: 0 });
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let frame = [0x81, 0x81, 0, 0, 0, 0, b'A'];
        let bytes = [&head[..], &frame[..]].concat();
        for (at_us, bytes) in bytes.chunks(3).enumerate() {
            let (direction, at_us) = (Direction::ToServer, at_us as u64);
            tapped.hear(TapMessage::Bytes { direction, at_us, bytes: bytes.to_vec() });
        }
        let lengths: Vec<usize> = tapped.rows.iter().map(|row| row.piece.bytes.len()).collect();
        assert_eq!(lengths, [head.len(), frame.len()]);
    }

    #[test]
    fn a_connection_after_another_begins_with_a_handshake_again() {
        let mut tapped = Tapped::new();
        for _ in 0..2 {
            tapped.hear(TapMessage::Opened { at_us: 0 });
            let bytes = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
            tapped.hear(TapMessage::Bytes { direction: Direction::ToClient, at_us: 1, bytes });
            tapped.hear(TapMessage::Ended { at_us: 2 });
        }
        let keys: Vec<&str> = tapped.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["1-down-0", "2-down-0"]);
    }
}
