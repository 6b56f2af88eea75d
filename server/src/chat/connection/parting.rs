//! How a connection ends: with a close frame that says why, and a moment to read it.

use std::io::{self, ErrorKind};
use std::time::Duration;

use playground_core::websocket::CloseCode;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::{Connection, Ending, READ};

/// How long the client has to read and answer a close frame.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(2);

impl Connection {
    /// Says why the connection is over, if anybody is left to hear it, and gives the client a moment to read it.
    pub(super) async fn part(&mut self, ending: Ending) {
        let parting = async {
            if let Ending::Cut(farewell) = ending {
                while self.flush()? {
                    self.stream.writable().await?;
                }
                // Fails only after another close frame.
                let _ = self.endpoint.close(CloseCode(farewell.code()), farewell.reason());
            }
            while !self.write_outgoing()? {
                self.stream.writable().await?;
            }
            // Were the stream closed with something unread, the client might never see what was written last.
            self.stream.shutdown().await?;
            loop {
                self.stream.readable().await?;
                self.discard()?;
            }
        };
        if ending != Ending::Broken {
            // It always ends with an error: the end of the stream is one.
            let _: Result<io::Result<()>, _> = timeout(FAREWELL_PATIENCE, parting).await;
        }
    }

    fn discard(&self) -> io::Result<()> {
        READ.with_borrow_mut(|buffer| match self.stream.try_read(buffer) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        })
    }
}
