//! Ends connections in a way that the last word arrives: a socket that is closed while bytes of the client's are
//! unread makes the client's system throw away what the server said (RFC 1122 section 4.2.2.13).

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Permit, TooMany};
use crate::problem::AppError;

/// How many refused connections may linger at once; further ones are closed without that.
const LINGERING: usize = 64;
static MAY_LINGER: Semaphore = Semaphore::const_new(LINGERING);

/// How long a refused client may take to read its answer and close.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long after the client's last byte a connection that is over is closed by the server.
const SILENCE: Duration = Duration::from_millis(200);
/// How much of what a client still sends is read at once, in bytes.
const SWALLOW: usize = 4096;

/// Says that there are too many connections, and closes, without waiting and at no cost that lasts.
pub(crate) fn refuse(stream: TcpStream, why: TooMany) {
    let detail = match why {
        TooMany::FromOneAddress => "Too many connections are open from this address.",
        TooMany::InAll => "Too many connections are open to this server.",
    };
    let answer = answer(&AppError::Busy { detail });
    // A stream that was just accepted takes this much at once.
    if stream.try_write(answer.as_bytes()).is_ok()
        && let Ok(place) = MAY_LINGER.try_acquire()
    {
        tokio::spawn(async move {
            linger(stream, PATIENCE, PATIENCE).await;
            drop(place);
        });
    }
}

/// Ends a connection on which HTTP is over, while the client may still be sending; with the request unanswered
/// if it did not arrive in time.
pub(crate) async fn part(stream: TcpStream, permit: Permit, timed_out: bool) {
    if timed_out {
        // A client that does not even take this has earned no better.
        let _ = stream.try_write(answer(&AppError::TimedOut).as_bytes());
    }
    linger(stream, SILENCE, PATIENCE).await;
    drop(permit);
}

/// Closes the server's direction, then reads and drops what still comes: until the client closes its own, is
/// silent for a while, or `at_most` is over.
pub(crate) async fn linger(mut stream: TcpStream, silence: Duration, at_most: Duration) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let end = Instant::now() + at_most;
    let until_end = async {
        loop {
            match timeout(silence, stream.readable()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
            if is_at_end(&stream) {
                return;
            }
        }
    };
    let _ = timeout_at(end, until_end).await;
}

/// Reads something into a buffer that nobody keeps; whether that was the end.
fn is_at_end(stream: &TcpStream) -> bool {
    match stream.try_read(&mut [0; SWALLOW]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

/// A whole answer, where no HTTP library is at hand.
fn answer(error: &AppError) -> String {
    let problem = error.problem();
    let body = serde_json::to_string(&problem).expect("strings and numbers are always JSON");
    let retry = if problem.status == 503 { "retry-after: 5\r\n" } else { "" };
    format!(
        "HTTP/1.1 {} {}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n{retry}\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        problem.status,
        problem.title,
        body.len()
    )
}
