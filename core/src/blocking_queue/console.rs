//! The classical command line of a queue: enqueue, dequeue, size, peek and help, and two more.

use super::lab::{Action, MOST_CAPACITY, MOST_LABEL};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Puts something in; waits while there is no room.
    Enqueue {
        /// What; 1 to [`MOST_LABEL`] characters.
        label: String,
    },
    /// Takes the oldest item; waits while there is none.
    Dequeue,
    /// Says how many items are inside.
    Size,
    /// Shows the oldest item, and leaves it.
    Peek,
    /// Makes the queue larger or smaller.
    Capacity {
        /// How many items are to fit in, 1 to [`MOST_CAPACITY`].
        capacity: u16,
    },
    /// Takes nothing more in; what is inside can still be taken.
    Close,
    /// Lists the commands.
    Help,
}

/// Why a line is no command.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// Nothing was typed.
    #[error("type a command, or help")]
    Empty,
    /// There is no such command.
    #[error("there is no command {word:?}: try help")]
    Unknown {
        /// The first word of the line.
        word: String,
    },
    /// The command says nothing without it.
    #[error("{command} needs {what}: {command} {example}")]
    Missing {
        /// The command.
        command: &'static str,
        /// What is missing.
        what: &'static str,
        /// What could be typed behind the command.
        example: &'static str,
    },
    /// The command takes nothing, and something follows it.
    #[error("{command} takes nothing behind it")]
    TooMuch {
        /// The command.
        command: &'static str,
    },
    /// The item's name is too long.
    #[error("an item has at most {MOST_LABEL} characters")]
    TooLong,
    /// The capacity is none.
    #[error("a capacity is a whole number from 1 to {MOST_CAPACITY}")]
    BadCapacity,
}

impl Command {
    /// What is typed, and what it does: one line a command, in the order of their use.
    pub const HELP: [(&'static str, &'static str); 7] = [
        ("enqueue x", "puts x in; waits while the queue is full"),
        ("dequeue", "takes the oldest item; waits while the queue is empty"),
        ("peek", "shows the oldest item and leaves it"),
        ("size", "says how many items are inside"),
        ("capacity n", "makes the queue larger or smaller"),
        ("close", "lets nothing more in, and wakes everybody"),
        ("help", "lists the commands"),
    ];

    /// What it does in the lab; none if it only prints something.
    pub fn into_action(self) -> Option<Action> {
        match self {
            Command::Enqueue { label } => Some(Action::Enqueue { label: Some(label) }),
            Command::Dequeue => Some(Action::Dequeue),
            Command::Size => Some(Action::Size),
            Command::Peek => Some(Action::Peek),
            Command::Capacity { capacity } => Some(Action::SetCapacity { capacity }),
            Command::Close => Some(Action::Close),
            Command::Help => None,
        }
    }
}

impl FromStr for Command {
    type Err = CommandError;

    /// Reads a line. The command's letters may be small or large, and a few other names for it are known: `put`, `enq`;
    /// `take`, `deq`; `len`; `?`.
    fn from_str(line: &str) -> Result<Self, CommandError> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let alone = |command: &'static str, it: Command| {
            if rest.is_empty() { Ok(it) } else { Err(CommandError::TooMuch { command }) }
        };
        match word.to_ascii_lowercase().as_str() {
            "" => Err(CommandError::Empty),
            "enqueue" | "enq" | "put" => {
                let label = label(rest)?;
                let (command, what, example) = ("enqueue", "an item", "tea");
                label.map(|label| Command::Enqueue { label }).ok_or(CommandError::Missing {
                    command,
                    what,
                    example,
                })
            }
            "dequeue" | "deq" | "take" => alone("dequeue", Command::Dequeue),
            "size" | "len" => alone("size", Command::Size),
            "peek" => alone("peek", Command::Peek),
            "capacity" => match rest {
                "" => {
                    let (command, what, example) = ("capacity", "a number", "5");
                    Err(CommandError::Missing { command, what, example })
                }
                number => capacity(number).map(|capacity| Command::Capacity { capacity }),
            },
            "close" => alone("close", Command::Close),
            "help" | "?" => alone("help", Command::Help),
            _ => Err(CommandError::Unknown { word: word.to_owned() }),
        }
    }
}

/// As it is typed.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Enqueue { label } => write!(f, "enqueue {label}"),
            Command::Dequeue => f.write_str("dequeue"),
            Command::Size => f.write_str("size"),
            Command::Peek => f.write_str("peek"),
            Command::Capacity { capacity } => write!(f, "capacity {capacity}"),
            Command::Close => f.write_str("close"),
            Command::Help => f.write_str("help"),
        }
    }
}

fn label(rest: &str) -> Result<Option<String>, CommandError> {
    match rest.chars().count() {
        0 => Ok(None),
        1..=MOST_LABEL => Ok(Some(rest.to_owned())),
        _ => Err(CommandError::TooLong),
    }
}

fn capacity(number: &str) -> Result<u16, CommandError> {
    let capacity = number.parse().map_err(|_| CommandError::BadCapacity)?;
    if (1..=MOST_CAPACITY).contains(&capacity) {
        Ok(capacity)
    } else {
        Err(CommandError::BadCapacity)
    }
}
