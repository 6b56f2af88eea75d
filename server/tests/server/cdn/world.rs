//! An origin that a test scripts, a server whose edges stand before it, and readers.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use axum::Router;
use playground_core::cdn::wire;
use playground_server::Config;
use playground_server::cdn::{Cdn, CdnConfig};
use playground_server::connections::Connections;
use playground_server::serve::{Patience, Terms};

use crate::running::{DEADLINE, Server};

pub(crate) const MIB: usize = 1 << 20;

/// A body that is different everywhere.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place / 7 % 251) as u8).collect()
}

/// A message as it was read: its first line, its fields by lower-case name, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) line: String,
    pub(crate) fields: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub(crate) fn status(&self) -> u16 {
        self.line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn is_hit(&self) -> bool {
        self.field("cache-status").contains(";hit")
    }

    /// The method and the path of a request.
    pub(crate) fn asked(&self) -> &str {
        self.line.rsplit_once(' ').unwrap().0
    }
}

/// Reads a head; none if the stream ends before it.
pub(crate) fn read_head(stream: &mut impl BufRead) -> Option<Message> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut fields = HashMap::new();
    loop {
        let mut field = String::new();
        stream.read_line(&mut field).ok().filter(|count| *count > 0)?;
        let Some((name, value)) = field.trim_end().split_once(':') else { break };
        let value = value.trim();
        let all: &mut String = fields.entry(name.to_ascii_lowercase()).or_default();
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(value);
    }
    Some(Message { line: line.trim_end().to_owned(), fields, body: Vec::new() })
}

/// Reads a body by its length or in chunks; an error if it breaks off.
pub(crate) fn read_body(stream: &mut impl BufRead, head: &mut Message) -> std::io::Result<()> {
    if let Some(length) = head.fields.get("content-length") {
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body)?;
        head.body = body;
    } else if head.field("transfer-encoding") == "chunked" {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
            let length = usize::from_str_radix(line.trim(), 16).map_err(|_| broken())?;
            let mut chunk = vec![0; length + 2];
            stream.read_exact(&mut chunk)?;
            head.body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                break;
            }
        }
    }
    Ok(())
}

type Script = dyn Fn(&Message, &mut TcpStream) + Send + Sync;

/// An origin. Each request is counted, then answered by the script; if that writes nothing, the connection ends.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    seen: Arc<(Mutex<Vec<Message>>, Condvar)>,
}

impl Origin {
    pub(crate) fn start(script: impl Fn(&Message, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let origin = Self { address, seen: Arc::default() };
        let (told, script): (_, Arc<Script>) = (origin.clone(), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (told, script) = (told.clone(), script.clone());
                std::thread::spawn(move || told.converse(stream.unwrap(), &*script));
            }
        });
        origin
    }

    fn converse(&self, stream: TcpStream, script: &Script) {
        stream.set_nodelay(true).unwrap();
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        while let Some(mut request) = read_head(&mut reader) {
            if read_body(&mut reader, &mut request).is_err() {
                return;
            }
            self.seen.0.lock().unwrap().push(request.clone());
            self.seen.1.notify_all();
            script(&request, &mut writer);
            if request.field("x-close") == "yes" {
                break;
            }
        }
        let _ = writer.shutdown(std::net::Shutdown::Both);
    }

    /// The requests that have arrived.
    pub(crate) fn seen(&self) -> Vec<Message> {
        self.seen.0.lock().unwrap().clone()
    }

    /// Waits until so many requests have arrived.
    pub(crate) fn until_seen(&self, count: usize) {
        let seen = self.seen.0.lock().unwrap();
        let (_seen, waited) =
            self.seen.1.wait_timeout_while(seen, DEADLINE, |seen| seen.len() < count).unwrap();
        assert!(!waited.timed_out(), "not {count} requests at the origin");
    }
}

/// Writes an answer with its length.
pub(crate) fn reply(stream: &mut TcpStream, status: &str, fields: &[(&str, &str)], body: &str) {
    let mut text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(body);
    // The edge may have gone.
    let _ = stream.write_all(text.as_bytes());
}

/// Lets threads wait until a test lets them go on.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    pub(crate) fn pass(&self) {
        let is_open = self.0.0.lock().unwrap();
        let (_open, waited) =
            self.0.1.wait_timeout_while(is_open, DEADLINE, |open| !*open).unwrap();
        assert!(!waited.timed_out(), "the gate stayed shut");
    }
}

/// Edges before this origin.
pub(crate) fn before(origin: &Origin) -> CdnConfig {
    let origin = format!("http://{}", origin.address).parse().unwrap();
    CdnConfig { origin: Some(origin), ..CdnConfig::default() }
}

/// A server whose edges stand before an origin.
pub(crate) struct World {
    pub(crate) server: Server,
    /// The port of the edges.
    pub(crate) edges: SocketAddr,
    /// Those that clients have with either.
    pub(crate) connections: Connections,
}

impl World {
    pub(crate) fn before(origin: &Origin) -> Self {
        Self::with(before(origin))
    }

    pub(crate) fn with(config: CdnConfig) -> Self {
        Self::patient(config, Patience::default())
    }

    /// With so much patience for its readers.
    pub(crate) fn patient(config: CdnConfig, patience: Patience) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let connections = Connections::default();
        let terms = Terms { patience, connections: connections.clone(), ..Terms::default() };
        let make = async move || {
            let cdn = Cdn::start(config).await.unwrap();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let closing = terms.closing.clone();
            cdn.listen(listener, terms);
            Config { cdn: Some(cdn), closing, listens_on_loopback: true, ..Config::default() }
        };
        let server = Server::start_made_bounded(make, Router::new(), patience, connections.clone());
        Self { server, edges: told.recv_timeout(DEADLINE).unwrap(), connections }
    }

    pub(crate) fn get(&self, path: &str) -> Message {
        self.ask("GET", path, &[])
    }

    pub(crate) fn get_with(&self, path: &str, fields: &[(&str, &str)]) -> Message {
        self.ask("GET", path, fields)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Message {
        self.open(method, path, fields).finish()
    }

    /// Sends a request, and reads no further than the head of its answer.
    pub(crate) fn open(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.send(method, path, fields), method)
    }

    pub(crate) fn send(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> TcpStream {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in fields {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        self.send_raw(&text)
    }

    pub(crate) fn send_raw(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.edges).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// The status of the answer to bytes as they are.
    pub(crate) fn status_of(&self, text: &str) -> u16 {
        Answer::of(self.send_raw(text), "GET").head.status()
    }

    pub(crate) fn stats(&self) -> wire::Stats {
        self.server.get("/api/cdn/stats").json()
    }

    pub(crate) fn entries(&self) -> Vec<wire::Entry> {
        self.server.get("/api/cdn/entries").json()
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> crate::running::Answer {
        let json = [("content-type", "application/json")];
        self.server.request("POST", path, &json, body.as_bytes())
    }

    /// Asks again until it is so. What happens behind a reader's back has no other sign.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = std::time::Instant::now() + DEADLINE;
        while !is_so(self) {
            assert!(std::time::Instant::now() < end, "never: {what}");
            std::thread::yield_now();
        }
    }
}

/// An answer whose body is read bit by bit.
pub(crate) struct Answer {
    pub(crate) head: Message,
    stream: BufReader<TcpStream>,
    has_body: bool,
}

impl Answer {
    pub(crate) fn of(stream: TcpStream, method: &str) -> Self {
        let mut stream = BufReader::new(stream);
        let head = read_head(&mut stream).expect("an answer");
        Self { head, stream, has_body: method != "HEAD" }
    }

    /// So many bytes of the body, as they are on the wire.
    pub(crate) fn read(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    pub(crate) fn finish(self) -> Message {
        self.try_finish().unwrap()
    }

    /// The whole answer; an error if it breaks off.
    pub(crate) fn try_finish(mut self) -> std::io::Result<Message> {
        if self.has_body && !matches!(self.head.status(), 204 | 304) {
            read_body(&mut self.stream, &mut self.head)?;
        }
        Ok(self.head)
    }
}

/// Longer than an edge is fresh that says `max-age=1`.
pub(crate) fn until_stale(world: &World, path: &str) {
    world.until("stale", |world| {
        world.entries().iter().any(|entry| entry.url == path && !entry.is_fresh)
    });
}
