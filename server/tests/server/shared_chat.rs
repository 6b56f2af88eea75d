//! One chat on several servers with a Redis between them: what it promises to people who are at different servers, and
//! while servers and Redis die in the middle of everything.

mod away;
mod between;
#[cfg(unix)]
mod crowd;
mod history;
mod pair;
#[cfg(unix)]
mod site;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod storm;
#[cfg(unix)]
mod tab;
