//! What the keys of the chat in Redis are called.

use playground_core::chat::{folded, owner_of};

/// The set of the names of all rooms.
pub(super) const ROOMS: &str = "playground:chat:rooms";
/// The hash of all people: see `claim.lua`.
pub(super) const PEOPLE: &str = "playground:chat:people";
/// The names of all people, by when they were seen last.
pub(super) const SEEN: &str = "playground:chat:seen";

/// The keys of one channel: see `history.lua` and `register.lua`.
///
/// Braces make them one slot for whatever shards keys by them. An inbox has the folded name of its owner, so that who
/// writes to somebody needs not know the capitals.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// `meta`, `log`, `ids`, `ids_before`, `rates`, `rates_before`.
    pub(super) history: [String; 6],
    /// Who is present, and which servers say so.
    pub(super) register: [String; 2],
    /// Where it is published. Publications know no databases, so the number of the database is a part of it.
    pub(super) news: String,
}

impl Keys {
    /// The keys of a room, of an inbox with its `@`, or of a register without a history.
    pub(super) fn of(channel: &str, database: i64) -> Self {
        let folded = owner_of(channel).map(|_| folded(channel));
        let name = folded.as_deref().unwrap_or(channel);
        let key = |part: &str| format!("playground:chat:{part}:{{{name}}}");
        Keys {
            history: ["meta", "log", "ids", "ids-before", "rates", "rates-before"].map(key),
            register: ["present", "servers"].map(key),
            news: format!("playground:{database}:chat:news:{{{name}}}"),
        }
    }

    pub(super) fn meta(&self) -> &str {
        &self.history[0]
    }

    pub(super) fn log(&self) -> &str {
        &self.history[1]
    }
}
