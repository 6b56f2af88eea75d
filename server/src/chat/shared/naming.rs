//! Whose a name is, and which rooms there are.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use playground_core::chat::wire::RoomInfo;
use playground_core::chat::{Claim, Denial, Refusal, folded, inbox_of};

use super::keys::{self, Keys};
use super::{Shared, StoreError};

/// How long the list of rooms is good.
const FRESH: Duration = Duration::from_secs(1);
/// How many rooms are asked about at once.
const TOGETHER: usize = 128;
/// How often somebody else is forgotten before a name is refused.
const ATTEMPTS: usize = 5;

/// The rooms as they were listed last.
pub(super) struct Listed {
    rooms: Vec<RoomInfo>,
    at: Instant,
}

impl Shared {
    /// Claims a name: the claim as it is kept, which may write the name otherwise; or why not.
    ///
    /// # Errors
    /// If Redis is away or says no.
    pub(crate) async fn claim(&self, claim: Claim) -> Result<Result<Claim, Denial>, StoreError> {
        let inner = &self.0;
        let mut connection = inner.link.connection()?;
        let name = folded(&claim.name);
        let online = Keys::of("#people", inner.database);
        let [online, _] = &online.register;
        let hash = claim.secret_hash.iter().fold(String::new(), |mut hash, byte| {
            let _ = write!(hash, "{byte:02x}");
            hash
        });
        let mut call = inner.scripts.claim.call([keys::PEOPLE, keys::SEEN, online]);
        call.arg(&*name).arg(&*claim.name).arg(hash).arg(claim.seen_ms);
        call.arg(inner.settings.limits.people);
        for _ in 0..ATTEMPTS {
            let answer: Vec<String> = inner.scripts.ask(&mut connection, &call).await?;
            match answer.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["ok", kept] => return Ok(Ok(Claim { name: kept.into(), ..claim })),
                ["taken"] => return Ok(Err(Refusal::NameTaken.into())),
                ["full", oldest] => {
                    let inbox = Keys::of(&inbox_of(oldest), inner.database);
                    let keys = inbox.history.iter().map(String::as_str);
                    let keys = keys.chain([keys::PEOPLE, keys::SEEN, online]);
                    let mut forget = inner.scripts.forget.call(keys);
                    forget.arg(oldest);
                    let () = inner.scripts.ask(&mut connection, &forget).await?;
                }
                _ => break,
            }
        }
        Ok(Err(Refusal::NoMorePeople.into()))
    }

    /// The rooms with members at any server, or with messages, the fullest first; as of a moment ago.
    ///
    /// # Errors
    /// If Redis is away or says no.
    pub(crate) async fn rooms(&self) -> Result<Vec<RoomInfo>, StoreError> {
        let inner = &self.0;
        // Who comes meanwhile waits for the same list.
        let mut listed = inner.listed.lock().await;
        if let Some(listed) = listed.as_ref().filter(|listed| listed.at.elapsed() < FRESH) {
            return Ok(listed.rooms.clone());
        }
        let mut connection = inner.link.connection()?;
        let members = redis::cmd("SMEMBERS").arg(keys::ROOMS).to_owned();
        let names: Vec<String> = inner.scripts.ask(&mut connection, &members).await?;
        let mut rooms = Vec::with_capacity(names.len());
        for some in names.chunks(TOGETHER) {
            let mut calls = redis::pipe();
            for name in some {
                let keys = Keys::of(name, inner.database);
                let [present, servers] = &keys.register;
                let mut call =
                    inner.scripts.room.call([&**present, servers, keys.meta(), keys::ROOMS]);
                call.arg(name);
                calls.add_command(call);
            }
            let found: Vec<(u32, u64)> = inner.scripts.ask_all(&mut connection, &calls).await?;
            let info = |(name, (people, head)): (&String, (u32, u64))| {
                let room: Arc<str> = name.as_str().into();
                RoomInfo { room, people, head }
            };
            rooms
                .extend(some.iter().zip(found).map(info).filter(|it| it.people > 0 || it.head > 0));
        }
        rooms.sort_by_key(|it| std::cmp::Reverse((it.people, it.head)));
        *listed = Some(Listed { rooms: rooms.clone(), at: Instant::now() });
        Ok(rooms)
    }

    /// Whether there is such a room.
    ///
    /// # Errors
    /// If Redis is away or says no.
    pub(crate) async fn has(&self, room: &str) -> Result<bool, StoreError> {
        let mut connection = self.0.link.connection()?;
        let asked = redis::cmd("SISMEMBER").arg(keys::ROOMS).arg(room).to_owned();
        Ok(self.0.scripts.ask(&mut connection, &asked).await?)
    }
}
