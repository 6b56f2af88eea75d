//! Why a connection ends: the codes of RFC 6455, section 7.4, and the payload of a close frame.

use super::DecodeError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a connection ends: a number that a close frame may carry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// A server goes down, or a page is left.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke a rule of the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// The peer sent a kind of data that cannot be accepted.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// Never sent: reported when the close frame that was received carries no code.
    pub const NO_STATUS: Self = Self(1005);
    /// Never sent: reported when the connection ended without a close frame.
    pub const ABNORMAL: Self = Self(1006);
    /// Text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// The peer breaks a policy for which there is no other code.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// The message is too big to be processed.
    pub const TOO_BIG: Self = Self(1009);
    /// The client needs an extension that the server has not agreed to.
    pub const MANDATORY_EXTENSION: Self = Self(1010);
    /// The server met a condition that it did not expect.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// The service is restarted; registered with IANA after the RFC.
    pub const SERVICE_RESTART: Self = Self(1012);
    /// Try again later; registered with IANA after the RFC.
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// A gateway got an invalid answer from behind it; registered with IANA after the RFC.
    pub const BAD_GATEWAY: Self = Self(1014);
    /// Never sent: reported when TLS could not be agreed on.
    pub const TLS_HANDSHAKE: Self = Self(1015);

    /// Whether a close frame may carry this code: those defined for it, those registered for libraries
    /// (3000 to 3999), and those anybody may use (4000 to 4999). RFC 6455, sections 7.4.1 and 7.4.2.
    pub const fn is_allowed_on_the_wire(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }

    /// What the code stands for in the registry, in lower case; none for codes without a meaning there.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NORMAL => "normal closure",
            Self::GOING_AWAY => "going away",
            Self::PROTOCOL_ERROR => "protocol error",
            Self::UNSUPPORTED_DATA => "unsupported data",
            Self::NO_STATUS => "no status received",
            Self::ABNORMAL => "abnormal closure",
            Self::INVALID_PAYLOAD => "invalid payload data",
            Self::POLICY_VIOLATION => "policy violation",
            Self::TOO_BIG => "message too big",
            Self::MANDATORY_EXTENSION => "mandatory extension",
            Self::INTERNAL_ERROR => "internal error",
            Self::SERVICE_RESTART => "service restart",
            Self::TRY_AGAIN_LATER => "try again later",
            Self::BAD_GATEWAY => "bad gateway",
            Self::TLS_HANDSHAKE => "TLS handshake",
            _ => return None,
        })
    }
}

/// The number alone.
impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Short, since transcripts print it.
impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a close frame says: nothing, or a code and a reason, which may be empty.
///
/// Fails if the payload is a single byte (half a code), if the code is not
/// [allowed](CloseCode::is_allowed_on_the_wire), or if the reason is not UTF-8. RFC 6455, section 5.5.1.
pub fn read_close_payload(payload: &[u8]) -> Result<Option<(CloseCode, &str)>, DecodeError> {
    match payload {
        [] => Ok(None),
        [_] => Err(DecodeError::HalfACloseCode),
        [high, low, reason @ ..] => {
            let code = CloseCode(u16::from_be_bytes([*high, *low]));
            if !code.is_allowed_on_the_wire() {
                return Err(DecodeError::ForbiddenCloseCode { code });
            }
            let reason = str::from_utf8(reason).map_err(|_| DecodeError::ReasonNotUtf8)?;
            Ok(Some((code, reason)))
        }
    }
}

/// The payload of a close frame with this code and as much of the reason as fits into a control frame.
///
/// A reason that is too long is cut between two characters.
pub fn close_payload(code: CloseCode, reason: &str) -> Vec<u8> {
    let end = reason.floor_char_boundary(super::MOST_REASON_BYTES);
    [&code.0.to_be_bytes(), &reason.as_bytes()[..end]].concat()
}
