//! The executable: what it prints, what it says when it cannot start, and how it stops.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

use crate::running::{DEADLINE, built_page, shell};

/// The executable with directories of its own, deaf to the environment of whoever runs the tests.
pub(crate) fn command(dir: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_playground-server"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PLAYGROUND_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(dir.path())
        .env("PLAYGROUND_DATA_DIR", dir.path().join("data"))
        .env("PLAYGROUND_LISTEN", "127.0.0.1:0")
        .env("PLAYGROUND_CDN_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null());
    command
}

/// A running executable; killed when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_logging(command, Stdio::null())
    }

    /// With its log written somewhere.
    pub(crate) fn start_logging(command: &mut Command, log: Stdio) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("starts");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").map(str::parse);
        let Some(Ok(address)) = address else { panic!("{line:?}") };
        Self { child, stdout, address }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        ureq::get(format!("http://{}{path}", self.address))
            .call()
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        // The shell's own `kill`: not every system has one as a program.
        let kill = format!("kill {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// What was printed after the first line, and the exit code.
    #[cfg(unix)]
    pub(crate) fn wait(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The output of an executable that must not start, with its standard error, which is all it may print.
pub(crate) fn refusal(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(code), "{stderr}");
    assert!(stdout.is_empty());
    for leak in ["panicked", "backtrace", "Os {", "Error {"] {
        assert!(!stderr.contains(leak), "{stderr}");
    }
    stderr
}

/// The sentence of a refusal to start.
fn sentence(command: &mut Command) -> String {
    let stderr = refusal(command, 1);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr.trim_end().strip_prefix("playground-server: ").expect(&stderr).to_owned()
}

/// Whether nothing is in a data directory but what the nodes of labs write.
fn is_empty_but_for_logs(dir: &Path) -> bool {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    let mut others = entries.filter(|name| {
        !["two-phase-commit", "chat", "cdn", "unique-id"].iter().any(|logs| name == logs)
    });
    others.next().is_none()
}

#[test]
fn the_address_is_printed_and_the_page_served() {
    let dir = TempDir::new().unwrap();
    let page = built_page();
    let running = Running::start(command(&dir).arg("--page-dir").arg(page.path()));
    assert_ne!(running.address.port(), 0);
    assert_eq!(running.get("/"), shell());
    let health: serde_json::Value = serde_json::from_str(&running.get("/healthz")).unwrap();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["uptime_ms"].is_u64());
    assert!(is_empty_but_for_logs(&dir.path().join("data")), "made, and nothing left in it");
}

#[cfg(not(feature = "embed-page"))]
#[test]
fn a_page_built_below_the_working_directory_is_found() {
    let dir = TempDir::new().unwrap();
    for (place, text) in [("dist", "from dist"), ("target/page", "from target")] {
        fs::create_dir_all(dir.path().join(place)).unwrap();
        fs::write(dir.path().join(place).join("index.html"), text).unwrap();
        assert_eq!(Running::start(&mut command(&dir)).get("/"), text);
    }
}

#[cfg(feature = "embed-page")]
#[test]
fn the_page_inside_the_executable_needs_no_directory() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("dist")).unwrap();
    fs::write(dir.path().join("dist/index.html"), "from dist").unwrap();
    let embedded = fs::read_to_string(concat!(env!("PLAYGROUND_EMBED_DIR"), "/index.html"));
    assert_eq!(Running::start(&mut command(&dir)).get("/"), embedded.unwrap());

    let page = built_page();
    let given = Running::start(command(&dir).arg("--page-dir").arg(page.path()));
    assert_eq!(given.get("/"), shell(), "a directory asked for wins");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_data_directory_the_users_own_is_used() {
    let dir = TempDir::new().unwrap();
    let mut command = command(&dir);
    command.env_remove("PLAYGROUND_DATA_DIR").env("XDG_DATA_HOME", dir.path());
    let _running = Running::start(&mut command);
    assert!(is_empty_but_for_logs(&dir.path().join("playground")), "made, and nothing left in it");
}

#[test]
fn a_flag_wins_over_its_variable() {
    let dir = TempDir::new().unwrap();
    let mut command = command(&dir);
    command.env("PLAYGROUND_LISTEN", "nonsense").args(["--listen", "localhost:0"]);
    assert!(Running::start(&mut command).address.ip().is_loopback());
}

#[test]
fn a_port_in_use_is_told_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let dir = TempDir::new().unwrap();
    assert_eq!(
        sentence(command(&dir).args(["--listen", &address.to_string()])),
        format!(
            "{address} is already in use; stop the other program or choose another port with --listen"
        )
    );
}

#[test]
fn a_taken_port_of_the_edges_is_told_in_a_sentence_and_everything_else_serves() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let log = dir.path().join("log");
    let mut command = command(&dir);
    command.args(["--cdn-listen", &address.to_string()]);
    let running = Running::start_logging(&mut command, fs::File::create(&log).unwrap().into());
    let log = fs::read_to_string(log).unwrap();
    let told: Vec<&str> = log.lines().filter(|line| line.contains(&address.to_string())).collect();
    let [told] = told.as_slice() else { panic!("{log}") };
    for word in ["WARN", "cannot listen on", "--cdn-listen", "--no-cdn-listener", "/edge/"] {
        assert!(told.contains(word), "no {word}: {told}");
    }
    assert!(running.get("/edge/frankfurt/").contains("<html"));
    let stats: serde_json::Value = serde_json::from_str(&running.get("/api/cdn/stats")).unwrap();
    assert!(stats["listener"].is_null(), "{stats}");
}

#[test]
fn whether_others_may_do_harm_to_the_edges_is_a_flag() {
    let dir = TempDir::new().unwrap();
    let purge = |running: &Running| {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build();
        let agent: ureq::Agent = agent.into();
        let request = agent
            .post(format!("http://{}/api/cdn/purge", running.address))
            .header("content-type", "application/json")
            .header("x-forwarded-for", "192.0.2.7");
        request.send(r#"{"all": true}"#).unwrap().status().as_u16()
    };
    assert_eq!(purge(&Running::start(&mut command(&dir))), 403);
    assert_eq!(purge(&Running::start(command(&dir).arg("--allow-remote-faults"))), 200);
}

#[test]
fn an_unusable_data_directory_is_told_in_a_sentence() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    for path in [file.clone(), file.join("below")] {
        let told = sentence(command(&dir).arg("--data-dir").arg(&path));
        let expected = format!("cannot use the data directory {}; ", path.display());
        assert!(told.starts_with(&expected), "{told}");
        assert!(told.contains("--data-dir"), "{told}");
    }
}

#[test]
fn a_missing_page_is_told_in_a_sentence_if_it_was_asked_for() {
    let dir = TempDir::new().unwrap();
    let missing = dir.path().join("missing");
    let told = sentence(command(&dir).arg("--page-dir").arg(&missing));
    let expected = format!("{} holds no built page: it has no index.html", missing.display());
    assert_eq!(told, expected);
}

#[test]
fn an_address_of_another_machine_is_told_in_a_sentence() {
    let dir = TempDir::new().unwrap();
    // TEST-NET-1, RFC 5737: nobody's.
    let told = sentence(command(&dir).args(["--listen", "192.0.2.1:3000"]));
    assert!(told.starts_with("cannot listen on 192.0.2.1:3000; "), "{told}");
}

#[test]
fn bad_flags_and_variables_are_explained() {
    let dir = TempDir::new().unwrap();
    for bad in ["3000", "localhost", "127.0.0.1:99999", ""] {
        let told = refusal(command(&dir).args(["--listen", bad]), 2);
        assert!(told.contains("--listen") && told.contains("127.0.0.1:3000"), "{told}");
    }
    let told = refusal(command(&dir).env("PLAYGROUND_LOG", "a=b=c"), 2);
    assert!(told.contains("--log"), "{told}");
    let told = refusal(command(&dir).args(["--connections-per-address", "0"]), 2);
    assert!(told.contains("--connections-per-address"), "{told}");
    let told = refusal(command(&dir).args(["--redis", "rediss://127.0.0.1"]), 2);
    assert!(told.contains("--redis") && told.contains("TLS"), "{told}");
    let told = refusal(command(&dir).arg("--unknown"), 2);
    assert!(told.contains("--unknown"), "{told}");
}

#[test]
fn help_names_every_flag_variable_default_and_exit_code() {
    let dir = TempDir::new().unwrap();
    for flag in ["--help", "-h"] {
        let Output { status, stdout, .. } = command(&dir).arg(flag).output().unwrap();
        assert_eq!(status.code(), Some(0));
        let help = String::from_utf8(stdout).unwrap();
        for word in [
            "--listen <ADDRESS:PORT>",
            "PLAYGROUND_LISTEN",
            "[default: 127.0.0.1:3000]",
            "--data-dir <DIR>",
            "PLAYGROUND_DATA_DIR",
            "--page-dir <DIR>",
            "PLAYGROUND_PAGE_DIR",
            "--log <FILTER>",
            "PLAYGROUND_LOG",
            "[default: info]",
            "--connections-per-address <N>",
            "PLAYGROUND_CONNECTIONS_PER_ADDRESS",
            "[default: 1024]",
            "--redis <URL>",
            "PLAYGROUND_REDIS",
            "--server-name <NAME>",
            "PLAYGROUND_SERVER_NAME",
            "--chat-rate <N>",
            "PLAYGROUND_CHAT_RATE",
            "--chat-text-chars <N>",
            "PLAYGROUND_CHAT_TEXT_CHARS",
            "--chat-room-messages <N>",
            "PLAYGROUND_CHAT_ROOM_MESSAGES",
            "--chat-history-mib <MIB>",
            "PLAYGROUND_CHAT_HISTORY_MIB",
            "--redis <URL>",
            "PLAYGROUND_REDIS",
            "--server-name <NAME>",
            "PLAYGROUND_SERVER_NAME",
            "--unique-id-clock-offset-ms <MS>",
            "PLAYGROUND_UNIQUE_ID_CLOCK_OFFSET_MS",
            "--allow-remote-faults",
            "PLAYGROUND_ALLOW_REMOTE_FAULTS",
            "--two-phase-commit-stock <GOODS>",
            "PLAYGROUND_TWO_PHASE_COMMIT_STOCK",
            "participant",
            "coordinator",
            "health",
            "--help",
            "--version",
            "Exit codes:",
        ] {
            assert!(help.contains(word), "{flag} lacks {word}:\n{help}");
        }
    }
}

#[test]
fn health_is_asked_for_without_a_browser_or_curl() {
    let dir = TempDir::new().unwrap();
    let running = Running::start(&mut command(&dir));
    let mut health = command(&dir);
    health.env("PLAYGROUND_LISTEN", format!("0.0.0.0:{}", running.address.port())).arg("health");
    let Output { status, stdout, stderr } = health.output().unwrap();
    assert_eq!((status.code(), stdout, stderr), (Some(0), vec![], vec![]));

    let address = running.address;
    drop(running);
    let told = sentence(command(&dir).args(["health", "--listen", &address.to_string()]));
    assert!(told.starts_with(&format!("no server answers at {address}: ")), "{told}");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
    });
    let told = sentence(command(&dir).args(["health", "--listen", &address.to_string()]));
    assert!(told.contains("is not well: it says \"HTTP/1.1 503\""), "{told}");
    answering.join().unwrap();
}

#[test]
fn version_is_the_packages() {
    let dir = TempDir::new().unwrap();
    let Output { status, stdout, .. } = command(&dir).arg("--version").output().unwrap();
    assert_eq!(status.code(), Some(0));
    let expected = format!("playground-server {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(stdout).unwrap(), expected);
}

#[cfg(unix)]
#[test]
fn signals_stop_it_in_good_order() {
    for signal in ["-TERM", "-INT"] {
        let dir = TempDir::new().unwrap();
        let running = Running::start(&mut command(&dir));
        // A connection that never asks for anything must not delay the end.
        let _idle = TcpStream::connect_timeout(&running.address, DEADLINE).unwrap();
        running.signal(signal);
        assert_eq!(running.wait(), (String::new(), Some(0)), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_limit_of_open_files_is_raised_and_then_respected() {
    let dir = TempDir::new().unwrap();
    let server = command(&dir);
    let mut limited = Command::new("sh");
    let limits = "ulimit -S -n 80 && ulimit -H -n 400 && exec \"$0\"";
    limited.args(["-c", limits]).arg(server.get_program()).current_dir(dir.path());
    for (name, value) in server.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let running = Running::start(&mut limited);
    let told = fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let files = told.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().collect::<Vec<_>>()[3..5], ["400", "400"], "{files}");

    // Half of them are left for other things than connections.
    let mut streams: Vec<_> =
        (0..250).map(|_| TcpStream::connect(running.address).unwrap()).collect();
    let mut refused = 0;
    for stream in &mut streams {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut begin = [0; 13];
        // Of many that are refused at once, not all may get to hear it.
        let read = stream.read_exact(&mut begin);
        refused += usize::from(read.is_err() || begin == *b"HTTP/1.1 503 ");
    }
    assert_eq!(refused, 50);
    drop(streams);
    let deadline = std::time::Instant::now() + DEADLINE;
    while ureq::get(format!("http://{}/healthz", running.address)).call().is_err() {
        assert!(std::time::Instant::now() < deadline, "no room");
    }
}
