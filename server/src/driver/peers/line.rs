//! A connection to a peer that is kept, and made anew when it must be.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a peer has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connection, if there is one.
#[derive(Default)]
pub(super) struct Line(Option<(SocketAddr, SendRequest<Full<Bytes>>)>);

impl Line {
    /// Posts messages, and tells whether the peer has confirmed them.
    ///
    /// A connection that was kept may have been closed by the other side meanwhile, which shows only when it is
    /// used. So if it breaks, the messages are posted once more over a new one, and may arrive twice.
    pub(super) async fn post(&mut self, address: SocketAddr, body: Bytes) -> bool {
        let exchange = async {
            let kept = self.0.as_mut().filter(|(to, kept)| *to == address && !kept.is_closed());
            if let Some((_, kept)) = kept
                && exchange(kept, address, body.clone()).await.is_ok()
            {
                return Ok(());
            }
            self.0 = None;
            let mut sender = connect(address).await?;
            exchange(&mut sender, address, body).await?;
            self.0 = Some((address, sender));
            anyhow::Ok(())
        };
        match timeout(PATIENCE, exchange).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(%address, %error, "messages were lost");
                self.0 = None;
                false
            }
            Err(_) => {
                tracing::debug!(%address, "messages were not confirmed in time");
                self.0 = None;
                false
            }
        }
    }
}

async fn connect(address: SocketAddr) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.context("cannot connect")?;
    // A message must not wait for company.
    stream.set_nodelay(true).context("cannot send at once")?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends when the sender is dropped; what breaks it is known from the request.
    tokio::spawn(connection);
    Ok(sender)
}

async fn exchange(
    sender: &mut SendRequest<Full<Bytes>>,
    address: SocketAddr,
    body: Bytes,
) -> anyhow::Result<()> {
    let request = Request::post(super::PATH)
        .header(HOST, address.to_string())
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))?;
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    ensure!(response.status() == StatusCode::NO_CONTENT, "the answer is {}", response.status());
    Ok(())
}
