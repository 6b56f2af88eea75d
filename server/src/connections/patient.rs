//! A client's stream on which a write does not wait for ever: whoever takes nothing of an answer for too long has
//! neither its connection nor what is ready for it held any longer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// A stream whose writes fail once nothing could be written for so long. Reading waits as long as it takes.
#[derive(Debug)]
pub(crate) struct PatientStream {
    stream: TcpStream,
    stuck: Stuck,
}

/// Since when writes have come to nothing.
#[derive(Debug)]
struct Stuck {
    patience: Duration,
    /// When patience ends; made when a write is first stuck, which most connections never see.
    end: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl PatientStream {
    pub(crate) fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, stuck: Stuck::new(patience) }
    }

    pub(crate) fn into_inner(self) -> TcpStream {
        self.stream
    }

    fn judge(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if outcome.is_pending() {
            let end = ready!(self.stuck.poll_end(context));
            // What the system still has for the client goes, too, instead of waiting for it in vain.
            let _ = self.stream.set_zero_linger();
            return Poll::Ready(Err(end));
        }
        self.stuck.is_waiting = false;
        outcome
    }
}

impl Stuck {
    fn new(patience: Duration) -> Self {
        Self { patience, end: None, is_waiting: false }
    }

    /// A write is stuck: for too long once this is ready.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        if !std::mem::replace(&mut self.is_waiting, true) {
            end.as_mut().reset(Instant::now() + self.patience);
        }
        ready!(end.as_mut().poll(context));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client reads nothing"))
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // A socket has nothing to flush, and shuts down at once.

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn patience_begins_anew_with_whatever_is_written() {
        let mut stuck = Stuck::new(PATIENCE);
        for _ in 0..3 {
            let since = Instant::now();
            let error = poll_fn(|context| stuck.poll_end(context)).await;
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(since.elapsed() >= PATIENCE);
            // It stays so until something is written.
            assert!(poll_fn(|context| Poll::Ready(stuck.poll_end(context))).await.is_ready());
            stuck.is_waiting = false;
        }
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_cut_and_told_by_a_reset() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = PatientStream::new(stream, PATIENCE);
        let all = vec![0; 64 << 20];
        let error = stream.write_all(&all).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(stream);
        let mut read = Vec::new();
        let error = client.read_to_end(&mut read).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert!(read.len() < all.len());
    }
}
