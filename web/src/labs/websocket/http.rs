//! What each line of a handshake is for.

use playground_core::websocket::handshake::Purpose;

/// The class that gives a line its colour: the key has that of a masking key, its answer another.
pub fn tone(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Key => "websocket-tone-key",
        Purpose::Accept => "websocket-tone-length",
        Purpose::Upgrade | Purpose::Connection => "websocket-tone-opcode",
        Purpose::RequestLine | Purpose::StatusLine => "websocket-tone-fin",
        _ => "websocket-tone-http",
    }
}

/// What a line is for.
pub fn sentence(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::RequestLine => {
            "An ordinary GET over HTTP/1.1. A server that knows nothing of WebSockets answers it as it would \
             any other; proxies let it pass."
        }
        Purpose::StatusLine => {
            "101: the server agrees. These are the last words of HTTP on this connection. With any other status \
             there is no WebSocket, and the browser tells the page only that it failed (code 1006)."
        }
        Purpose::Host => {
            "Which of the server's names the client means, as in every request of HTTP/1.1."
        }
        Purpose::Origin => {
            "Which page asks. Any page may open a WebSocket to anywhere and the browser sends the cookies along, \
             so the server has to look at this header and turn strangers away with 403. A program that is no \
             browser can write here what it likes."
        }
        Purpose::Upgrade => {
            "To which protocol the two change over: websocket, in any mixture of capitals."
        }
        Purpose::Connection => {
            "That Upgrade is meant for the next hop only. A proxy that does not know it drops both headers, and \
             the handshake fails instead of half succeeding."
        }
        Purpose::Key => {
            "16 random bytes in base64, new for every connection. Not a secret: it only makes an answer from a \
             cache, or from a server that does not know WebSockets, recognisable as wrong."
        }
        Purpose::Version => {
            "The version of the protocol. 13 is the only one that was published; to any other the server \
             answers 426 and names 13."
        }
        Purpose::Accept => {
            "The answer to the key, computed as shown below. The client does the same sum and hangs up if the \
             two differ."
        }
        Purpose::Subprotocol => {
            "Which language to speak over the connection. The client lists what it knows, the server picks one. \
             Without it, both just know."
        }
        Purpose::Extensions => {
            "What may be changed about the frames themselves; in practice permessage-deflate, which compresses. \
             This server declines, so the reserved bits stay 0."
        }
        Purpose::Other => "Sent with every request; the handshake does not need it.",
        Purpose::End => {
            "The empty line ends the header. The next byte on this connection belongs to a frame."
        }
    }
}
