//! The real server with its real processes, or with databases in their place.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Client;

const ORDERS: &str = "/api/two-phase-commit/orders";

/// A server, stopped when it is dropped.
pub(crate) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(crate) async fn start(data: &Path, arguments: &[String]) -> Result<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_playground-server"))
            .args(["--listen", "127.0.0.1:0", "--log", "off", "--data-dir"])
            .arg(data)
            .args(arguments)
            .args(["--two-phase-commit-stock", "burger=4000000000,courier=4000000000"])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().context("it was asked for")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.with_context(|| format!("the server said {line:?}"))?.to_owned();
        let server = Server { process, address };
        server.wait_for_the_nodes().await?;
        Ok(server)
    }

    pub(crate) async fn client(&self, _number: usize) -> Result<Orders> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Orders { sender, host: self.address.clone() })
    }

    async fn wait_for_the_nodes(&self) -> Result<()> {
        for _ in 0..200 {
            let mut client = self.client(0).await?;
            if client.commit().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        anyhow::bail!("the nodes did not start")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The nodes end with the server.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) struct Orders {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Client for Orders {
    async fn commit(&mut self) -> Result<()> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(ORDERS)
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from_static(br#"{"item":"burger","quantity":1}"#)))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let text = String::from_utf8_lossy(&body);
        ensure!(status != StatusCode::ACCEPTED && status.is_success(), "{status}: {text}");
        ensure!(text.contains(r#""status":"committed""#), "{text}");
        Ok(())
    }
}
