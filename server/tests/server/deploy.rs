//! What is deployed with: nginx with the configuration that comes with the program, before two servers that share a
//! Redis; and what the file for Docker Compose asks of the program.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use playground_core::unique_id::wire::Batch;
use playground_engines::{Durability, Redis};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::process::{Running, command};
use crate::running::DEADLINE;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn help(arguments: &[&str]) -> String {
    let dir = TempDir::new().unwrap();
    let output = command(&dir).args(arguments).arg("--help").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The words of a text that begin like this, without what follows them.
fn words<'a>(text: &'a str, begin: &str, is_part: fn(char) -> bool) -> BTreeSet<&'a str> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let places = lines.flat_map(|line| line.match_indices(begin).map(|(at, _)| &line[at..]));
    places.map(|word| word.split(|it| !is_part(it)).next().unwrap()).collect()
}

#[test]
fn what_the_containers_are_told_is_what_the_program_understands() {
    let compose = fs::read_to_string(root().join("compose.yaml")).unwrap();
    let image = fs::read_to_string(root().join("Dockerfile")).unwrap();
    let known = help(&[]) + &help(&["edge"]) + &help(&["health"]);
    let is_variable = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    let mut told = words(&compose, "PLAYGROUND_", is_variable);
    told.extend(words(&image, "PLAYGROUND_", is_variable));
    assert!(told.len() >= 8, "{told:?}");
    for variable in told {
        let is_told = |end| known.contains(&format!("[env: {variable}{end}"));
        // With a secret in it, its value is not shown.
        assert!(is_told("=") || is_told("]"), "{variable}");
    }

    // Every command that begins with one of the program's own.
    let commands: Vec<&str> =
        compose.lines().filter(|line| line.contains("command: [\"edge\"")).collect();
    assert_eq!(commands.len(), 2, "the shield and the edge");
    let edge = help(&["edge"]);
    for flag in words(&commands.join("\n"), "--", |it| it.is_ascii_lowercase() || it == '-') {
        assert!(edge.contains(&format!("{flag} <")), "{flag}");
    }
    assert!(image.contains("CMD [\"playground-server\", \"health\"]"));
}

/// A real nginx with the configuration of the repository; killed when dropped.
struct Nginx {
    master: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Nginx {
    fn start(servers: [SocketAddr; 2]) -> Self {
        let folder = TempDir::new().unwrap();
        let here = folder.path().display().to_string();
        // Somebody may take the port before nginx does; then it ends, and the wait below says so.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut text = fs::read_to_string(root().join("deploy/nginx.conf")).unwrap();
        for (there, real) in [
            ("/tmp/", format!("{here}/")),
            ("chat-1:3000", servers[0].to_string()),
            ("chat-2:3000", servers[1].to_string()),
            ("listen 8080", format!("listen {address}")),
            ("worker_processes auto", "worker_processes 2".to_owned()),
        ] {
            assert!(text.contains(there), "{there}");
            text = text.replace(there, &real);
        }
        // Its workers must be able to read the folder, which is only its owner's.
        if is_root() {
            text = format!("user root;\n{text}");
        }
        let file = folder.path().join("nginx.conf");
        fs::write(&file, text).unwrap();
        let on_path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .chain(["/usr/sbin".into()])
            .map(|folder| folder.join("nginx"))
            .find(|program| program.is_file());
        let program = on_path.expect("nginx is needed; on Debian it is in the package nginx");
        let mut nginx = Command::new(program);
        nginx.arg("-p").arg(folder.path()).arg("-c").arg(&file).args(["-e", "stderr"]);
        let tried = nginx.arg("-t").output().unwrap();
        assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
        let mut nginx = Command::new(nginx.get_program());
        nginx.arg("-p").arg(folder.path()).arg("-c").arg(&file).args(["-e", "stderr"]);
        nginx.args(["-g", "daemon off;"]).stdin(Stdio::null()).process_group(0);
        let mut master = nginx.spawn().unwrap();
        let end = Instant::now() + DEADLINE;
        while TcpStream::connect(address).is_err() {
            assert!(master.try_wait().unwrap().is_none() && Instant::now() < end, "no nginx");
            std::thread::yield_now();
        }
        Self { master, address, _folder: folder }
    }

    /// The status and the body of an answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(DEADLINE))
            .build();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("content-type", "application/json")
            .body(body.to_owned())
            .unwrap();
        let mut answer = ureq::Agent::from(agent).run(request).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// A WebSocket, as a page from there would open it.
    fn open(&self, path: &str) -> WebSocket<TcpStream> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().unwrap();
        let origin = format!("http://{}", self.address);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        client(request, stream).unwrap().0
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The whole group: its workers would go on.
        let kill = format!("kill -KILL -{}", self.master.id());
        let _ = Command::new("sh").args(["-c", &kill]).status();
        let _ = self.master.wait();
    }
}

fn is_root() -> bool {
    let told = Command::new("id").arg("-u").output().unwrap();
    told.stdout.starts_with(b"0\n")
}

/// What is said until it is what is looked for.
fn expect(socket: &mut WebSocket<TcpStream>, kind: &str) -> Value {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == kind {
                return message;
            }
        }
    }
}

fn say(socket: &mut WebSocket<TcpStream>, message: &Value) {
    socket.send(Message::text(message.to_string())).unwrap();
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
    }
}

/// Two servers that share a Redis, behind nginx.
struct World {
    servers: Vec<Running>,
    nginx: Nginx,
    _redis: Redis,
    _dirs: [TempDir; 2],
}

impl World {
    fn start() -> Self {
        let redis = Redis::start(Durability::EverySecond).unwrap();
        let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let start = |(index, dir)| {
            let name = format!("chat-{}", index + 1);
            let mut command = command(dir);
            command.args(["--redis", &redis.url(), "--server-name", &name]);
            Running::start(&mut command)
        };
        let servers: Vec<Running> = dirs.iter().enumerate().map(start).collect();
        let nginx = Nginx::start([servers[0].address, servers[1].address]);
        Self { servers, nginx, _redis: redis, _dirs: dirs }
    }

    /// Kills the second server.
    fn kill(&mut self) {
        let second = self.servers.remove(1);
        second.signal("-KILL");
        second.wait();
    }
}

#[test]
fn ids_come_from_two_servers_behind_nginx_and_from_one_when_the_other_dies() {
    let mut world = World::start();
    let ask = |world: &World, method, path, body| world.nginx.ask(method, path, body);
    assert_eq!(ask(&world, "GET", "/healthz", "").0, 200);
    assert_eq!(ask(&world, "GET", "/metrics", "").0, 404);
    let clock = r#"{"offset_ms": -5000}"#;
    let (status, told) = ask(&world, "PUT", "/api/unique-id/clock", clock);
    assert_eq!(status, 403, "nobody behind nginx is local: {told}");
    let mut echo = world.nginx.open("/ws/echo");
    echo.send(Message::text("through nginx")).unwrap();
    assert_eq!(echo.read().unwrap(), Message::text("through nginx"));

    let mut numbers = BTreeSet::new();
    let mut all = BTreeSet::new();
    // How many worker numbers were seen so far; none if there is no ID now.
    let mut make = |world: &World| {
        let (status, body) = ask(world, "POST", "/api/unique-id?count=100", "");
        if status != 200 {
            return 0;
        }
        let batch: Batch = serde_json::from_str(&body).unwrap();
        numbers.insert(batch.worker.unwrap().number);
        assert!(batch.ids.into_iter().all(|id| all.insert(id)), "an ID comes twice");
        numbers.len()
    };
    until("IDs of both servers", || make(&world) == 2);
    world.kill();
    until("IDs of who is left", || make(&world) > 0);
    for _ in 0..20 {
        assert_eq!(ask(&world, "GET", "/healthz", "").0, 200, "nobody meets the one that is dead");
    }
}

/// Somebody in the room `lobby`, and at which server.
fn come(nginx: &Nginx, name: &str) -> (String, WebSocket<TcpStream>) {
    let mut socket = nginx.open("/ws/chat");
    let secret = format!("the secret of {name}");
    say(&mut socket, &json!({"type": "hello", "v": 1, "name": name, "secret": secret}));
    let welcome = expect(&mut socket, "welcome");
    say(&mut socket, &json!({"type": "join", "room": "lobby"}));
    expect(&mut socket, "joined");
    (welcome["server"]["name"].as_str().unwrap().to_owned(), socket)
}

#[test]
fn two_people_at_two_servers_behind_nginx_are_in_one_room_and_one_server_may_die() {
    let mut world = World::start();
    let mut people = [come(&world.nginx, "ada"), come(&world.nginx, "grace")];
    let names: BTreeSet<&str> = people.iter().map(|(server, _)| server.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["chat-1", "chat-2"]));
    for (from, to) in [(0, 1), (1, 0)] {
        let text = format!("from-{from}");
        let message = json!({"type": "send", "room": "lobby", "id": text, "text": text});
        say(&mut people[from].1, &message);
        expect(&mut people[from].1, "ack");
        while !expect(&mut people[to].1, "messages").to_string().contains(&text) {}
    }
    // Whoever was at the server that dies comes back to the other.
    let dead = people.iter().position(|(server, _)| server == "chat-2").unwrap();
    world.kill();
    while people[dead].1.read().is_ok() {}
    let (server, _) = come(&world.nginx, ["ada", "grace"][dead]);
    assert_eq!(server, "chat-1");
}
