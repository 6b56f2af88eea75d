//! Processes that know each other, and readers.

use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use playground_core::cdn::wire;
use tempfile::TempDir;

use crate::cdn::world::{Answer, Message, Origin};
use crate::process::{Running, command};
use crate::running::DEADLINE;

/// Processes that may be killed and started again, each on an address of its own that it keeps.
pub(super) struct Net {
    dir: TempDir,
    pub(super) origin: Origin,
    members: Vec<Member>,
}

/// An edge or a shield.
struct Member {
    name: &'static str,
    address: SocketAddr,
    arguments: Vec<String>,
    running: Mutex<Option<Running>>,
}

/// A port that nobody else takes while its process is away: on an address of this test's own, where the system has
/// those.
fn address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let ip = match cfg!(target_os = "linux") {
        true => {
            let [.., high, low] = std::process::id().to_be_bytes();
            Ipv4Addr::new(127, 64 | (high & 63), low, NEXT.fetch_add(1, Ordering::Relaxed))
        }
        false => Ipv4Addr::LOCALHOST,
    };
    TcpListener::bind((IpAddr::V4(ip), 0)).unwrap().local_addr().unwrap()
}

impl Net {
    /// Shields and edges of these names before an origin, all of them started; the edges know the shields, and
    /// everybody knows everybody.
    pub(super) fn start(origin: Origin, shields: &[&'static str], edges: &[&'static str]) -> Self {
        let names: Vec<_> = shields.iter().chain(edges).copied().collect();
        let addresses: Vec<_> = names.iter().map(|_| address()).collect();
        let members = names.iter().zip(&addresses).map(|(name, address)| {
            let mut arguments = vec![
                "edge".to_owned(),
                format!("--name={name}"),
                format!("--origin=http://{}", origin.address),
                format!("--listen={address}"),
            ];
            for (other, address) in names.iter().zip(&addresses) {
                let is_shield = shields.contains(other) && edges.contains(name);
                let flag = if is_shield { "--shield" } else { "--peer" };
                if other != name {
                    arguments.push(format!("{flag}={other}=http://{address}"));
                }
            }
            Member { name, address: *address, arguments, running: Mutex::default() }
        });
        let members = members.collect();
        let net = Self { dir: TempDir::new().unwrap(), origin, members };
        names.iter().for_each(|name| net.up(name));
        names.iter().for_each(|name| net.until_trusting(name));
        net
    }

    /// Starts a process, again or for the first time.
    pub(super) fn up(&self, name: &str) {
        self.up_with(name, &[], str::to_owned);
    }

    /// … with more flags, and with others in place of the usual ones.
    pub(super) fn up_with(&self, name: &str, more: &[&str], change: impl Fn(&str) -> String) {
        let mut command = command(&self.dir);
        let log = File::options().create(true).append(true).open(self.dir.path().join(name));
        let member = self.member(name);
        command.args(member.arguments.iter().map(|it| change(it))).args(more);
        let running = Running::start_logging(&mut command, log.unwrap().into());
        *member.running.lock().unwrap() = Some(running);
    }

    /// Kills a process (-9), and waits until it is gone.
    pub(super) fn kill(&self, name: &str) {
        drop(self.member(name).running.lock().unwrap().take().expect("it runs"));
    }

    /// Stops a process where it is, or lets it go on.
    #[cfg(unix)]
    pub(super) fn signal(&self, name: &str, signal: &str) {
        self.member(name).running.lock().unwrap().as_ref().unwrap().signal(signal);
    }

    fn member(&self, name: &str) -> &Member {
        self.members.iter().find(|member| member.name == name).unwrap()
    }

    pub(super) fn address(&self, name: &str) -> SocketAddr {
        self.member(name).address
    }

    pub(super) fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str, path: &str) -> Message {
        self.ask(name, "GET", path, &[])
    }

    pub(super) fn ask(
        &self,
        name: &str,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Message {
        self.open(name, method, path, fields).finish()
    }

    /// Sends a request, and reads no further than the head of its answer.
    pub(super) fn open(
        &self,
        name: &str,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let stream = send(self.address(name), method, path, fields, "").unwrap();
        Answer::of(stream, method)
    }

    /// What a process tells of itself.
    pub(super) fn stats(&self, name: &str) -> wire::Stats {
        let answer = self.get(name, "/api/cdn/stats");
        serde_json::from_slice(&answer.body).unwrap()
    }

    pub(super) fn machine(&self, name: &str) -> wire::MachineStats {
        self.stats(name).machine.unwrap()
    }

    pub(super) fn post(
        &self,
        name: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &str,
    ) -> Message {
        let json = [("Content-Type", "application/json")];
        let fields: Vec<_> = json.iter().chain(fields).copied().collect();
        let stream = send(self.address(name), "POST", path, &fields, body).unwrap();
        Answer::of(stream, "POST").finish()
    }

    /// Purges, as whoever runs this process does.
    pub(super) fn purge(&self, name: &str, what: &str) -> wire::Purged {
        let answer = self.post(name, "/api/cdn/purge", &[], what);
        assert_eq!(answer.status(), 200, "{answer:?}");
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Waits until a process trusts its copies.
    pub(super) fn until_trusting(&self, name: &str) {
        self.until("it trusts", |net| net.machine(name).trusts_copies);
    }

    /// Asks again until it is so.
    pub(super) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !is_so(self) {
            assert!(Instant::now() < end, "never: {what}\n{}", self.logs());
            std::thread::yield_now();
        }
    }

    pub(super) fn logs(&self) -> String {
        self.members.iter().map(|it| format!("{}:\n{}", it.name, self.log(it.name))).collect()
    }

    /// The requests at the origin for this path.
    pub(super) fn seen(&self, path: &str) -> Vec<Message> {
        let mut seen = self.origin.seen();
        seen.retain(|request| request.line.split(' ').nth(1) == Some(path));
        seen
    }
}

/// Sends a request with a body.
pub(super) fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    fields: &[(&str, &str)],
    body: &str,
) -> std::io::Result<TcpStream> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.write_all(text.as_bytes())?;
    Ok(stream)
}
