//! What can happen in a check of the queue, and how it is said in words.

use super::super::lab::{Side, Worker};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CheckAction {
    /// A thread gets the lock.
    Lock {
        /// Which one.
        thread: Worker,
    },
    /// A thread looks without having a lock.
    Look {
        /// Which one.
        thread: Worker,
        /// Whether it could go on.
        could: bool,
    },
    /// A producer puts an item in.
    Put {
        /// Which one.
        thread: Worker,
        /// Whether there was room for it.
        fits: bool,
    },
    /// A consumer takes an item out.
    Take {
        /// Which one.
        thread: Worker,
        /// Whether there was one.
        finds: bool,
    },
    /// A thread waits, and gives the lock back.
    Wait {
        /// Which one.
        thread: Worker,
    },
    /// A thread notifies one of those who wait.
    Notify {
        /// Which one notifies.
        thread: Worker,
        /// Which one is woken; none if nobody waits.
        wakes: Option<Worker>,
    },
    /// A thread gives the lock back.
    Unlock {
        /// Which one.
        thread: Worker,
    },
    /// A thread wakes up although nobody has woken it.
    WakeSpuriously {
        /// Which one.
        thread: Worker,
    },
    /// A thread's time is over.
    TimeOut {
        /// Which one.
        thread: Worker,
        /// Whether it looks once more before it leaves.
        looks: bool,
    },
    /// A thread finds nothing for it, gives the lock back, and is done.
    Leave {
        /// Which one.
        thread: Worker,
        /// Whether that is because the queue is closed.
        is_closed: bool,
    },
    /// The queue is closed.
    Close {
        /// Which one is woken, if it is only one; else everybody.
        wakes: Option<Worker>,
    },
}

impl CheckAction {
    /// Whose step it is; none if it is that of whoever closes.
    pub const fn thread(self) -> Option<Worker> {
        match self {
            CheckAction::Lock { thread }
            | CheckAction::Look { thread, .. }
            | CheckAction::Put { thread, .. }
            | CheckAction::Take { thread, .. }
            | CheckAction::Wait { thread }
            | CheckAction::Notify { thread, .. }
            | CheckAction::Unlock { thread }
            | CheckAction::WakeSpuriously { thread }
            | CheckAction::TimeOut { thread, .. }
            | CheckAction::Leave { thread, .. } => Some(thread),
            CheckAction::Close { .. } => None,
        }
    }
}

impl fmt::Display for CheckAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacks = |thread: Worker| match thread.side() {
            Side::Putting => "no room",
            Side::Taking => "nothing inside",
        };
        match *self {
            CheckAction::Lock { thread } => write!(f, "{thread} gets the lock"),
            CheckAction::Look { thread, could: true } => match thread.side() {
                Side::Putting => write!(f, "{thread} sees that there is room"),
                Side::Taking => write!(f, "{thread} sees that there is an item"),
            },
            CheckAction::Look { thread, could: false } => {
                write!(f, "{thread} sees {}", lacks(thread))
            }
            CheckAction::Put { thread, fits: true } => write!(f, "{thread} puts an item in"),
            CheckAction::Put { thread, fits: false } => {
                write!(f, "{thread} puts an item in, where there is no room")
            }
            CheckAction::Take { thread, finds: true } => write!(f, "{thread} takes an item"),
            CheckAction::Take { thread, finds: false } => {
                write!(f, "{thread} takes an item that is not there")
            }
            CheckAction::Wait { thread } => {
                write!(f, "{thread} waits, as there was {}", lacks(thread))
            }
            CheckAction::Notify { thread, wakes: Some(woken) } => {
                write!(f, "{thread} notifies one: {woken} is woken")
            }
            CheckAction::Notify { thread, wakes: None } => {
                write!(f, "{thread} notifies, and nobody hears it")
            }
            CheckAction::Unlock { thread } => write!(f, "{thread} gives the lock back"),
            CheckAction::WakeSpuriously { thread } => write!(f, "{thread} wakes up unwoken"),
            CheckAction::TimeOut { thread, looks: true } => {
                write!(f, "{thread} has waited long enough, and will look once more")
            }
            CheckAction::TimeOut { thread, looks: false } => {
                write!(f, "{thread} has waited long enough, and leaves")
            }
            CheckAction::Leave { thread, is_closed: true } => {
                write!(f, "{thread} finds the queue closed, and is done")
            }
            CheckAction::Leave { thread, is_closed: false } => {
                write!(f, "{thread} finds {}, and leaves", lacks(thread))
            }
            CheckAction::Close { wakes: None } => {
                f.write_str("the queue is closed, and all are woken")
            }
            CheckAction::Close { wakes: Some(woken) } => {
                write!(f, "the queue is closed, and only {woken} is woken")
            }
        }
    }
}
