//! The scripts that Redis runs, and how they are called.
//!
//! A script is called by its hash; a server that does not know it, for instance since it was restarted, is told the
//! text, and asked again. Nothing was done then, so that is safe.

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult, ServerErrorKind};

use crate::redis_link::LinkError;

/// What all scripts share.
const HISTORY: &str = include_str!("history.lua");

/// A script.
#[derive(Debug)]
pub(super) struct Script {
    code: String,
    hash: String,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) settle: Script,
    pub(super) submit: Script,
    pub(super) private: Script,
    pub(super) register: Script,
    pub(super) tell: Script,
    pub(super) withdraw: Script,
    pub(super) room: Script,
    pub(super) claim: Script,
    pub(super) forget: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Scripts {
            settle: Script::new(include_str!("settle.lua")),
            submit: Script::new(include_str!("submit.lua")),
            private: Script::new(include_str!("private.lua")),
            register: Script::new(include_str!("register.lua")),
            tell: Script::new(include_str!("tell.lua")),
            withdraw: Script::new(include_str!("withdraw.lua")),
            room: Script::new(include_str!("room.lua")),
            claim: Script::new(include_str!("claim.lua")),
            forget: Script::new(include_str!("forget.lua")),
        }
    }

    fn all(&self) -> [&Script; 9] {
        let Scripts { settle, submit, private, register, tell, withdraw, room, claim, forget } =
            self;
        [settle, submit, private, register, tell, withdraw, room, claim, forget]
    }

    /// Tells the server all texts.
    ///
    /// # Errors
    /// If the server says no, or is gone.
    pub(super) async fn load(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let mut pipeline = redis::pipe();
        for script in self.all() {
            pipeline.cmd("SCRIPT").arg("LOAD").arg(&script.code).ignore();
        }
        pipeline.query_async(connection).await
    }

    /// Asks one thing; once more, if the server did not know the script.
    ///
    /// # Errors
    /// If the server says no, or is gone; then nobody knows whether it has happened.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
        call: &Cmd,
    ) -> Result<T, LinkError> {
        match call.query_async(connection).await {
            Err(error) if is_unknown_script(&error) => {
                self.load(connection).await?;
                Ok(call.query_async(connection).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// Asks many things at once; all of them once more, if the server did not know a script. So they must be such
    /// that twice is as good as once.
    ///
    /// # Errors
    /// As [`ask`](Scripts::ask), and if any of them fails.
    pub(super) async fn ask_all<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
        calls: &Pipeline,
    ) -> Result<T, LinkError> {
        match calls.query_async(connection).await {
            Err(error) if is_unknown_script(&error) => {
                self.load(connection).await?;
                Ok(calls.query_async(connection).await?)
            }
            answer => Ok(answer?),
        }
    }
}

fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

impl Script {
    fn new(body: &str) -> Self {
        let code = format!("{HISTORY}{body}");
        let hash = redis::Script::new(&code).get_hash().to_owned();
        Script { code, hash }
    }

    /// A call of it with these keys; arguments are added by whoever calls.
    pub(super) fn call<'a>(&self, keys: impl IntoIterator<Item = &'a str> + Clone) -> Cmd {
        let mut call = Cmd::with_capacity(64, 4096);
        call.arg("EVALSHA").arg(&self.hash).arg(keys.clone().into_iter().count());
        for key in keys {
            call.arg(key);
        }
        call
    }
}
