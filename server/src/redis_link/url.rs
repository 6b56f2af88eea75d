//! Where Redis is.

use std::fmt;
use std::str::FromStr;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use thiserror::Error;

/// Where Redis is: `redis://[user:password@]host[:port][/database]`.
#[derive(Clone)]
pub struct RedisUrl(ConnectionInfo);

/// Why an address is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UrlError {
    /// It is no such address.
    #[error("the address of Redis must look like redis://user:password@host:6379/0: {0}")]
    Malformed(String),
    /// It asks for TLS.
    #[error("this server does not speak TLS to Redis: use redis://, over a network that you trust")]
    Tls,
}

impl RedisUrl {
    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.0
    }

    /// The number of the database.
    pub fn database(&self) -> i64 {
        self.0.redis_settings().db()
    }
}

impl FromStr for RedisUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.starts_with("rediss:") || text.starts_with("valkeys:") {
            return Err(UrlError::Tls);
        }
        let info = text.into_connection_info().map_err(|error| {
            let detail = error.detail().map(str::to_owned);
            UrlError::Malformed(detail.unwrap_or_else(|| error.to_string()))
        })?;
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(UrlError::Tls);
        }
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(RedisUrl(info.set_redis_settings(settings)))
    }
}

/// Without user and password, for people to read.
impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.addr() {
            ConnectionAddr::Unix(path) => write!(f, "{}", path.display()),
            addr => write!(f, "{addr}"),
        }
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({self})")
    }
}
