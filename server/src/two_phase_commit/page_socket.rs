//! `/ws/two-phase-commit`: everything at first, then what happens. A page that cannot follow gets everything anew
//! in place of what it has missed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use playground_core::two_phase_commit::wire::LiveMessage;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::TwoPhaseCommit;
use super::api::lab;
use super::feed::{Item, What};
use super::nodes::Seen;
use crate::announcing::{self, Announcing, Ending, Next, send};
use crate::app::AppState;
use crate::problem::AppError;

/// How many orders a page is told of at first.
const ORDERS: usize = 50;
/// How long after the last one everything is told anew, at the earliest.
const STATE_PAUSE: Duration = Duration::from_millis(300);

pub(crate) async fn connect(
    State(state): State<AppState>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, AppError> {
    let lab = lab(&state)?.clone();
    let announcing = Announcing::begin(&state);
    Ok(announcing::limited(upgrade).on_upgrade(move |mut socket| async move {
        let items = lab.feed().subscribe();
        lab.feed().until_attached(lab.nodes()).await;
        let mut page = Page { socket: &mut socket, lab, items, seen: Default::default() };
        let ended = page.announce(announcing).await;
        announcing::part(&mut socket, ended).await;
    }))
}

/// A page that watches.
struct Page<'a> {
    socket: &'a mut WebSocket,
    lab: TwoPhaseCommit,
    items: Receiver<Item>,
    /// What it knows of each node.
    seen: [Seen; 3],
}

/// What a page knows after it was told something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Knows {
    /// Everything.
    Everything,
    /// Everything but perhaps the last thing that a process that died did.
    NearlyEverything,
    /// Not enough to go on.
    TooLittle,
}

/// When everything is to be told.
#[derive(Clone, Copy)]
enum Due {
    /// Not at all.
    Never,
    /// Then, and nothing until then: it will be part of everything.
    At(Instant),
    /// When nothing has happened until then, so that the page does not miss how something came about.
    WhenCalm(Instant),
}

impl Page<'_> {
    async fn announce(&mut self, mut announcing: Announcing) -> Result<Infallible, Ending> {
        let mut due = Due::At(Instant::now());
        loop {
            let news = async {
                tokio::select! {
                    () = until(due) => None,
                    item = self.items.recv() => Some(item),
                }
            };
            let Next::News(news) = announcing.next(self.socket, news).await? else { continue };
            let told = match news {
                None => {
                    due = match self.tell_state(matches!(due, Due::At(_))).await? {
                        true => Due::Never,
                        false => Due::WhenCalm(Instant::now() + STATE_PAUSE),
                    };
                    continue;
                }
                Some(Ok(_)) if matches!(due, Due::At(_)) => continue,
                Some(Ok(item)) => self.tell(item).await?,
                Some(Err(RecvError::Lagged(_))) => Knows::TooLittle,
                Some(Err(RecvError::Closed)) => return Err(Ending::ServerStops),
            };
            let soon = Instant::now() + STATE_PAUSE;
            due = match (told, due) {
                (Knows::TooLittle, due) => due.at(soon),
                (Knows::Everything, Due::Never) => Due::Never,
                (_, Due::At(at)) => Due::At(at),
                (_, _) => Due::WhenCalm(soon),
            };
        }
    }

    /// Tells everything; whether it has. If the page is to miss nothing, only if it has heard of all that led
    /// there.
    async fn tell_state(&mut self, may_skip: bool) -> Result<bool, Ending> {
        if may_skip {
            // What is under way by now is in the state, or comes behind it.
            self.items = self.items.resubscribe();
        }
        let (state, seen) = self.lab.nodes().state(ORDERS).await;
        if !may_skip && self.seen != seen {
            return Ok(false);
        }
        self.seen = seen;
        let state = LiveMessage::State(Box::new(state));
        let text = serde_json::to_string(&state).expect("wire types are always JSON");
        send(self.socket, Message::Text(text.into())).await.map(|()| true)
    }

    /// Tells what the page does not know yet.
    async fn tell(&mut self, item: Item) -> Result<Knows, Ending> {
        let Some(seen) = self.seen.get_mut(item.node) else { return Ok(Knows::Everything) };
        if matches!(item.what, What::Reset) {
            return Ok(Knows::TooLittle);
        }
        if item.starts < seen.starts {
            return Ok(Knows::Everything);
        }
        if item.starts > seen.starts {
            *seen = Seen { starts: item.starts, events: 0 };
        }
        match item.what {
            What::Event(number, _) if number <= seen.events => {}
            What::Event(number, text) if number == seen.events + 1 => {
                seen.events = number;
                return self.say(text).await;
            }
            What::Count(events) if events <= seen.events => {}
            What::Event(..) | What::Count(_) | What::Reset => return Ok(Knows::TooLittle),
            What::Death(_) if seen.events == u64::MAX => {}
            What::Death(text) => {
                seen.events = u64::MAX;
                return self.say(text).await.map(|_| Knows::NearlyEverything);
            }
            What::Process(text) => return self.say(text).await,
        }
        Ok(Knows::Everything)
    }

    async fn say(&mut self, text: Utf8Bytes) -> Result<Knows, Ending> {
        send(self.socket, Message::Text(text)).await.map(|()| Knows::Everything)
    }
}

impl Due {
    /// At a time, or as early as it is due anyway.
    fn at(self, time: Instant) -> Due {
        match self {
            Due::At(earlier) => Due::At(earlier.min(time)),
            Due::Never | Due::WhenCalm(_) => Due::At(time),
        }
    }
}

async fn until(due: Due) {
    match due {
        Due::At(time) | Due::WhenCalm(time) => sleep_until(time).await,
        Due::Never => std::future::pending().await,
    }
}
