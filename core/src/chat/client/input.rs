//! What reaches a client, and what it asks its caller to do.

use crate::chat::wire::{ClientMessage, ServerMessage};
use crate::chat::{Farewell, Retry};
use crate::sim::{Rng, Span, Time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What reaches a client. A *thread* is what a person looks at: a room, by its name, or the private
/// messages with one person, by `@` and that person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientInput {
    /// The connection is open.
    Opened,
    /// A message came.
    Message(ServerMessage),
    /// The connection is gone, or could not be opened ([`Farewell::Broken`]).
    Closed(Farewell),
    /// It is at least as late as [`ClientOutput::WakeAt`] said.
    Tick,
    /// Be somebody else from now on, after a name was refused or at the very start.
    Name {
        /// The name.
        name: Arc<str>,
        /// The secret that belongs to it.
        secret: Arc<str>,
    },
    /// Connect again now, without waiting any longer.
    Reconnect,
    /// Join a room, also after every reconnection from now on.
    Join {
        /// Its name.
        room: Arc<str>,
    },
    /// Leave a room; what is unsent for it is dropped.
    Leave {
        /// Its name.
        room: Arc<str>,
    },
    /// Send a text. It is kept until the server has it, over reconnections and reloads.
    Say {
        /// The thread.
        thread: Arc<str>,
        /// The text.
        text: Arc<str>,
    },
    /// The person has typed: this is in the text field now, and survives a reload.
    Draft {
        /// The thread.
        thread: Arc<str>,
        /// The text so far.
        text: Arc<str>,
    },
    /// Send what was refused once more, under a new id.
    Retry {
        /// The id it was refused under.
        id: Arc<str>,
    },
    /// Forget a message that is unsent or was refused.
    Discard {
        /// Its id.
        id: Arc<str>,
    },
    /// The person looks at this thread now, or at none: what comes there counts as seen.
    Look {
        /// The thread.
        thread: Option<Arc<str>>,
    },
    /// Fetch older messages of a thread.
    Older {
        /// The thread.
        thread: Arc<str>,
    },
    /// Ask which rooms there are.
    Rooms,
}

/// What a client asks its caller to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientOutput {
    /// Send this on the open connection.
    Send(ClientMessage),
    /// Open a connection after [`Patience::delay`] of this.
    Connect {
        /// How many attempts in a row have failed.
        attempt: u32,
        /// How patient to be.
        retry: Retry,
    },
    /// The connection does not answer any more, or belongs to another name: close it and say
    /// [`ClientInput::Closed`] with [`Farewell::Broken`].
    Disconnect,
    /// What survives a reload has changed: store [`Client::saved`](super::Client::saved), soon.
    Save,
    /// Say [`ClientInput::Tick`] at this time or soon after, instead of at the time said before.
    WakeAt(Time),
}

/// How long a client waits before it does something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patience {
    /// For an answer, before it asks again.
    pub answer: Span,
    /// How often it asks before it takes the connection for dead; at least 1. On a connection that
    /// loses nothing, asking twice is of no use.
    pub tries: u32,
    /// For any sign of life, before it asks for one.
    pub idle: Span,
    /// The first delay before a reconnection; doubled each time.
    pub first_delay: Span,
    /// The longest delay.
    pub longest_delay: Span,
    /// Between two `received` of a channel.
    pub received_every: Span,
    /// Between two `typing` of a thread.
    pub typing_every: Span,
    /// How long somebody counts as typing.
    pub typing_for: Span,
}

impl Patience {
    /// For a browser and a real network.
    pub const REAL: Patience = Patience {
        answer: Span::from_ms(10_000),
        tries: 1,
        idle: Span::from_ms(30_000),
        first_delay: Span::from_ms(250),
        longest_delay: Span::from_ms(15_000),
        received_every: Span::from_ms(1_000),
        typing_every: Span::from_ms(3_000),
        typing_for: Span::from_ms(5_000),
    };

    /// How long to wait before a reconnection: the delay doubles with each attempt, and is drawn from
    /// its upper half, so that a thousand clients of a server that restarts do not come back at once
    /// (exponential back-off with jitter, as in Amazon's architecture blog, 2015).
    ///
    /// For [`Retry::Later`] it is the longest delay from the start; for [`Retry::Never`] as well, should
    /// anybody ask.
    pub fn delay(&self, attempt: u32, retry: Retry, rng: &mut Rng) -> Span {
        let doubled = match retry {
            Retry::Soon => Span(self.first_delay.0.saturating_mul(1 << attempt.min(20))),
            Retry::Later | Retry::Never => self.longest_delay,
        };
        let delay = doubled.min(self.longest_delay);
        rng.span(Span(delay.0 / 2), delay)
    }
}
