//! The registers of who is where, and the calls that concern one channel.

use playground_core::chat::{Passing, owner_of};
use redis::Cmd;

use super::channel::{Channel, Mark};
use super::publication::{Passings, start_of};
use super::{Inner, LIFETIME, Life, keys};
use crate::redis_link::LinkError;

impl Inner {
    /// The call of `settle.lua`: whether the log is the same that has been seen.
    pub(super) fn settle(&self, channel: &Channel, life: u64, most_rooms: u32) -> Cmd {
        let Mark { epoch, head, last } = channel.doubt(life);
        let is_room = owner_of(&channel.name).is_none();
        let rooms = is_room.then_some(keys::ROOMS);
        let keys: Vec<_> = channel.keys.history.iter().map(String::as_str).chain(rooms).collect();
        let mut call = self.scripts.settle.call(keys.iter().copied());
        // Of a message that was not seen nothing can be compared.
        let (head, at_ms, start) = match last {
            Some(last) => (head, last.at_ms, start_of(&last.id)),
            None => (0, 0, String::new()),
        };
        call.arg(epoch).arg(head).arg(at_ms).arg(start);
        call.arg(&*channel.name).arg(most_rooms);
        call
    }

    /// The call of `register.lua`.
    pub(super) fn renew(&self, channel: &Channel, known_change: &str) -> Cmd {
        let mut call = self.scripts.register.call(channel.keys.register.iter().map(String::as_str));
        call.arg(&*self.id.0).arg(LIFETIME.as_millis() as u64).arg(known_change);
        call
    }

    /// The call of `tell.lua`, which passes on what `passings` say.
    pub(super) fn pass_on(&self, channel: &Channel, passings: Vec<Passing>) -> Cmd {
        let mut version = None;
        let (mut came, mut went) = (Vec::new(), Vec::new());
        for passing in &passings {
            let (name, here, gone, its_version) = match passing {
                Passing::Came { name, version } => (name, &mut came, &mut went, version),
                Passing::Went { name, version } => (name, &mut went, &mut came, version),
                _ => continue,
            };
            version = version.max(Some(*its_version));
            gone.retain(|it| it != name);
            here.push(name.clone());
        }
        let passings = Passings { server: self.id.clone(), passings };
        let json = serde_json::to_string(&passings).expect("names and numbers are always JSON");
        let mut call = self.tell(channel);
        call.arg(version.map(|version| version.to_string()).unwrap_or_default());
        call.arg("").arg(&channel.keys.news).arg(json).arg(came.len());
        for name in came.iter().chain(&went) {
            call.arg(&**name);
        }
        call
    }

    /// Writes the whole register of this server.
    pub(super) async fn rewrite(&self, life: &Life, channel: &Channel) -> Result<(), LinkError> {
        let own = channel.own();
        let mut call = self.tell(channel);
        call.arg(own.version).arg("whole").arg("").arg("").arg(own.people.len());
        for name in &own.people {
            call.arg(&**name);
        }
        self.scripts.ask(&mut life.commands.clone(), &call).await
    }

    /// Removes the register of this server, if Redis is there; if not, it expires.
    pub(super) async fn withdraw(&self, channel: &Channel) {
        let Ok(mut connection) = self.link.connection() else { return };
        let mut call = self.scripts.withdraw.call(channel.keys.register.iter().map(String::as_str));
        call.arg(&*self.id.0);
        if let Err(error) = self.scripts.ask::<()>(&mut connection, &call).await {
            tracing::debug!(%error, channel = %channel.name, "a register is left to expire");
        }
    }

    fn tell(&self, channel: &Channel) -> Cmd {
        let mut call = self.scripts.tell.call(channel.keys.register.iter().map(String::as_str));
        call.arg(&*self.id.0).arg(LIFETIME.as_millis() as u64);
        call
    }
}
