//! A WebSocket on which the server announces what happens: it pings, notices who is gone, and says goodbye. What the
//! page sends is read and ignored.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use crate::app::AppState;
use crate::closing::Guest;

/// The largest message, and the largest frame of one, that the server reads, in bytes.
const MESSAGE_LIMIT: usize = 4096;
/// How many pings in a row may stay unanswered.
const UNANSWERED_LIMIT: u32 = 2;
/// How long a write may be stuck behind a client that does not read.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// How long the client has to answer a close frame.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(1);

/// Why the announcements are over.
pub(crate) enum Ending {
    /// The client closed, or the connection broke, or cannot be written to.
    Gone,
    /// The client broke the protocol or the size limit.
    Misbehaved,
    /// The server stops.
    ServerStops,
}

/// What there is to announce.
pub(crate) enum Next<N> {
    /// This has happened.
    News(N),
    /// Nothing for a while, and the client was pinged.
    Beat,
}

/// The server's patience with one client.
pub(crate) struct Announcing {
    guest: Guest,
    beat: Interval,
    unanswered: u32,
}

/// An upgrade to a socket whose client has little to say.
pub(crate) fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT)
}

impl Announcing {
    /// From here on the server waits, when it stops, until the socket is closed in good order: to be made before the
    /// upgrade, so that it also waits for a handshake in progress.
    pub(crate) fn begin(state: &AppState) -> Self {
        let period = state.limits().heartbeat;
        let mut beat = interval_at(Instant::now() + period, period);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { guest: state.closing().guest(), beat, unanswered: 0 }
    }

    /// Waits for news. It is dropped at a beat, and must lose nothing then.
    pub(crate) async fn next<N>(
        &mut self,
        socket: &mut WebSocket,
        news: impl Future<Output = N>,
    ) -> Result<Next<N>, Ending> {
        let mut news = std::pin::pin!(news);
        loop {
            tokio::select! {
                () = self.guest.asked_to_leave() => return Err(Ending::ServerStops),
                _ = self.beat.tick() => {
                    if self.unanswered == UNANSWERED_LIMIT {
                        return Err(Ending::Gone);
                    }
                    self.unanswered += 1;
                    send(socket, Message::Ping(Default::default())).await?;
                    return Ok(Next::Beat);
                }
                received = socket.recv() => match received {
                    // A close frame is answered by the library while the socket is read to its end.
                    Some(Ok(_)) => self.unanswered = 0,
                    Some(Err(_)) => return Err(Ending::Misbehaved),
                    None => return Err(Ending::Gone),
                },
                news = &mut news => return Ok(Next::News(news)),
            }
        }
    }
}

/// Sends a message, unless the client has not read for too long.
pub(crate) async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Ending> {
    let sent = timeout(WRITE_PATIENCE, socket.send(message)).await;
    sent.ok().and_then(Result::ok).ok_or(Ending::Gone)
}

/// Says why the announcements are over, if anybody is left to hear it.
pub(crate) async fn part(socket: &mut WebSocket, Err(ending): Result<Infallible, Ending>) {
    let (code, reason) = match ending {
        Ending::Gone => return,
        Ending::Misbehaved => (close_code::POLICY, "messages here are small and well-formed"),
        Ending::ServerStops => (close_code::AWAY, "the server stops"),
    };
    let frame = CloseFrame { code, reason: reason.into() };
    if send(socket, Message::Close(Some(frame))).await.is_ok() {
        // Waits a moment for the client's own, so that it is read before the socket goes.
        let until_end = async { while let Some(Ok(_)) = socket.recv().await {} };
        let _ = timeout(FAREWELL_PATIENCE, until_end).await;
    }
}
