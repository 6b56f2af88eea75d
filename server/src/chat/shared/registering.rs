//! The registers of who is where, and the calls that concern one channel.

use std::collections::BTreeMap;
use std::sync::Arc;

use playground_core::chat::{Passing, ServerId, owner_of};
use redis::Cmd;

use super::attending::TOGETHER;
use super::channel::{Channel, Mark, Registers};
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
        call.arg(epoch).arg(head);
        match last {
            Some(last) => call.arg(last.seq).arg(last.at_ms).arg(start_of(&last.id)),
            None => call.arg(0).arg(0).arg(""),
        };
        call.arg(&*channel.name).arg(most_rooms);
        call
    }

    /// The call of `register.lua`.
    pub(super) fn renew(&self, channel: &Channel, known_change: &str) -> Cmd {
        let mut call = self.scripts.register.call(channel.keys.register.iter().map(String::as_str));
        call.arg(&*self.id.0).arg(LIFETIME.as_millis() as u64).arg(known_change);
        call
    }

    /// Renews all registers of the people of this server, and reads those of others that have changed.
    pub(super) async fn renew_all(&self, life: &Life) -> Result<(), LinkError> {
        let mut channels = self.open_channels();
        channels.retain(|channel| channel.has_register());
        for some in channels.chunks(TOGETHER) {
            let mut calls = redis::pipe();
            let mut readings = Vec::new();
            for channel in some {
                let (reading, known) = channel.begin_reading();
                calls.add_command(self.renew(channel, &known));
                readings.push(reading);
            }
            let answers: Vec<Renewed> =
                self.scripts.ask_all(&mut life.commands.clone(), &calls).await?;
            for ((channel, reading), answer) in some.iter().zip(readings).zip(answers) {
                let Renewed { own, registers } = answer;
                if let Some(registers) = registers {
                    channel.read(reading, registers.of_others(&self.id));
                }
                // Redis has lost it, or has not been told of all that has changed.
                if channel.own().version != own {
                    self.rewrite(life, channel).await?;
                }
            }
        }
        Ok(())
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

/// What `register.lua` answers.
pub(super) struct Renewed {
    pub(super) own: u64,
    registers: Option<Registers>,
}

impl redis::FromRedisValue for Renewed {
    fn from_redis_value(value: redis::Value) -> Result<Self, redis::ParsingError> {
        type Whole = (String, u64, Vec<String>, Vec<(String, String)>);
        let is_short = matches!(&value, redis::Value::Array(parts) if parts.len() == 2);
        if is_short {
            let (_, own): (String, u64) = redis::from_redis_value(value)?;
            return Ok(Renewed { own, registers: None });
        }
        let (changed, own, servers, fields): Whole = redis::from_redis_value(value)?;
        let mut of: BTreeMap<ServerId, (u64, Vec<Arc<str>>)> = BTreeMap::new();
        for (field, value) in fields {
            let (server, person) = match field.split_once('\0') {
                Some((server, person)) => (server, Some(person)),
                None => (&*field, None),
            };
            if !servers.iter().any(|it| it == server) {
                continue;
            }
            let register = of.entry(ServerId(server.into())).or_default();
            match person {
                Some(person) => register.1.push(person.into()),
                None => register.0 = value.parse().unwrap_or(0),
            }
        }
        Ok(Renewed { own, registers: Some(Registers { changed, of }) })
    }
}

impl Renewed {
    /// The registers of the other servers, if they were read.
    pub(super) fn registers(self) -> Option<Registers> {
        self.registers
    }
}

impl Registers {
    pub(super) fn of_others(mut self, own: &ServerId) -> Self {
        self.of.remove(own);
        self
    }
}
