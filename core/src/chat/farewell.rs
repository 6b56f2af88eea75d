//! Why a connection ended, and whether to try again: WebSocket close codes told apart.

/// When a client may connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    /// At once, then with back-off: nothing is wrong with this client.
    Soon,
    /// With the longest back-off: the server has too much to do.
    Later,
    /// Not by itself: it would be refused again. A person has to change something.
    Never,
}

/// Why a connection ended.
///
/// Codes below 3000 are those of RFC 6455, section 7.4.1, and of IANA's registry. Ours are private ones:
/// from 4000 to 4499 a client tries again, from 4500 to 4999 it does not. So a client knows what to do
/// about codes that are younger than it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Farewell {
    /// 1000: the client has left on purpose.
    Normal,
    /// 1001: the server is about to stop, or is restarting.
    GoingAway,
    /// 1006, never on the wire: the connection broke.
    Broken,
    /// 1008: a rule was broken for which there is no better code.
    Policy,
    /// 1013: too many connections, or too much to do.
    TryAgainLater,
    /// 4000: a slow consumer; more was waiting to be read than the server keeps for a connection.
    Slow,
    /// 4001: no sign of life for too long; the pings were not answered.
    Silent,
    /// 4002: no `hello` in time.
    NoHello,
    /// 4003: the store failed, and the channel starts again from what is durable.
    StoreFailed,
    /// 4500: the version of the protocol is not spoken here.
    Version,
    /// 4501: the name belongs to somebody else, or is none.
    Name,
    /// 4502: too many messages that are none of the protocol.
    Malformed,
    /// 4503: the refusals for sending too much were not heeded.
    Flood,
    /// 4504: this person has as many tabs open as it may.
    TooManySessions,
    /// Any other code.
    Other(u16),
}

impl Farewell {
    /// Every named one.
    pub const ALL: [Farewell; 14] = [
        Farewell::Normal,
        Farewell::GoingAway,
        Farewell::Broken,
        Farewell::Policy,
        Farewell::TryAgainLater,
        Farewell::Slow,
        Farewell::Silent,
        Farewell::NoHello,
        Farewell::StoreFailed,
        Farewell::Version,
        Farewell::Name,
        Farewell::Malformed,
        Farewell::Flood,
        Farewell::TooManySessions,
    ];

    /// The WebSocket close code.
    pub fn code(self) -> u16 {
        match self {
            Farewell::Normal => 1000,
            Farewell::GoingAway => 1001,
            Farewell::Broken => 1006,
            Farewell::Policy => 1008,
            Farewell::TryAgainLater => 1013,
            Farewell::Slow => 4000,
            Farewell::Silent => 4001,
            Farewell::NoHello => 4002,
            Farewell::StoreFailed => 4003,
            Farewell::Version => 4500,
            Farewell::Name => 4501,
            Farewell::Malformed => 4502,
            Farewell::Flood => 4503,
            Farewell::TooManySessions => 4504,
            Farewell::Other(code) => code,
        }
    }

    /// What a close code means.
    pub fn from_code(code: u16) -> Self {
        let named = Farewell::ALL.into_iter().find(|farewell| farewell.code() == code);
        named.unwrap_or(Farewell::Other(code))
    }

    /// Whether to connect again.
    pub fn retry(self) -> Retry {
        match self {
            Farewell::TryAgainLater => Retry::Later,
            Farewell::Normal | Farewell::Policy => Retry::Never,
            // What the codec found wrong would be wrong again.
            Farewell::Other(1002 | 1003 | 1007 | 1009 | 1010) => Retry::Never,
            farewell if farewell.code() >= 4500 => Retry::Never,
            _ => Retry::Soon,
        }
    }

    /// The reason phrase of the close frame: at most 123 bytes, for people who read logs.
    pub fn reason(self) -> &'static str {
        match self {
            Farewell::Normal => "goodbye",
            Farewell::GoingAway => "the server is restarting, connect again",
            Farewell::Broken => "the connection broke",
            Farewell::Policy => "against the rules",
            Farewell::TryAgainLater => "too much to do, try again later",
            Farewell::Slow => "too slow to read, connect again and resume",
            Farewell::Silent => "pings were not answered, connect again",
            Farewell::NoHello => "no hello in time, connect again",
            Farewell::StoreFailed => "the store failed, connect again and resume",
            Farewell::Version => "version of the protocol not spoken here",
            Farewell::Name => "the name is taken or not allowed",
            Farewell::Malformed => "too many malformed messages",
            Farewell::Flood => "too many messages, refusals not heeded",
            Farewell::TooManySessions => "too many tabs open",
            Farewell::Other(_) => "",
        }
    }
}
