//! The commands that the page offers to copy, run as they are but for the port. Where a program is not
//! installed, its command is not run, and the test says so; `cargo xtask test` installs what it can.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{ACCEPT, Peer};
use crate::running::{Server, with_page};

const CURL: &str = include_str!("../../../../web/src/labs/websocket/commands/curl.sh");
const NETCAT: &str = include_str!("../../../../web/src/labs/websocket/commands/netcat.sh");
const POWERSHELL: &str = include_str!("../../../../web/src/labs/websocket/commands/powershell.ps1");
const PYTHON: &str = include_str!("../../../../web/src/labs/websocket/commands/python.py");
const WEBSOCAT: &str = include_str!("../../../../web/src/labs/websocket/commands/websocat.sh");

/// A command for this server instead of the usual port.
fn here(command: &str, server: &Server) -> String {
    assert!(command.contains("3000"), "{command}");
    command.replace("3000", &server.address.port().to_string())
}

/// Whether all the programs are installed; says which is not.
fn installed(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |program: &&&str| {
        let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
    };
    match programs.iter().find(|program| !is_there(program)) {
        Some(missing) => {
            eprintln!("not run: there is no {missing} on PATH");
            false
        }
        None => true,
    }
}

/// What a program prints when it is given this text as its program.
fn run(program: &str, text: &str) -> String {
    let output = Command::new(program)
        .args(["-c", text])
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    String::from_utf8_lossy(&output.stdout).into_owned() + &stderr
}

#[test]
fn curl_shows_the_handshake() {
    let server = Server::start(with_page());
    if installed(&["sh", "curl"]) {
        let printed = run("sh", &here(CURL, &server));
        assert!(printed.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{printed}");
        assert!(printed.to_lowercase().contains(&format!("accept: {ACCEPT}").to_lowercase()));
    }
}

#[test]
fn netcat_says_hello_and_goodbye() {
    let server = Server::start(with_page());
    if installed(&["sh", "nc", "hexdump"]) {
        let printed = run("sh", &here(NETCAT, &server));
        let bytes: String = printed
            .lines()
            .filter_map(|line| line.get(10..58))
            .flat_map(str::split_whitespace)
            .collect();
        let answers = ["81", "05", "48", "65", "6c", "6c", "6f", "88", "02", "03", "e8"].concat();
        assert!(bytes.ends_with(&format!("0d0a0d0a{answers}")), "{printed}");
    }
}

#[test]
fn python_says_hello_and_goodbye() {
    let server = Server::start(with_page());
    if installed(&["python3"]) {
        let printed = run("python3", &here(PYTHON, &server));
        for line in [
            "HTTP/1.1 101 Switching Protocols",
            "accept key is right: True",
            "received 81 05 48 65 6c 6c 6f",
            "echo     Hello",
            "closed   1000",
        ] {
            assert!(printed.lines().any(|printed| printed == line), "{line}:\n{printed}");
        }
    }
}

#[test]
fn websocat_says_hello() {
    let server = Server::start(with_page());
    if installed(&["sh", "websocat"]) {
        assert_eq!(run("sh", &here(WEBSOCAT, &server)), "Hello\n");
    }
}

/// The bytes of `[byte[]]$name = 0x81,0x85,…`.
fn array(script: &str, name: &str) -> Vec<u8> {
    let begin = format!("[byte[]]${name} = ");
    let line = script.lines().find_map(|line| line.strip_prefix(&begin)).expect(name);
    let byte = |text: &str| u8::from_str_radix(text.trim().trim_start_matches("0x"), 16).unwrap();
    line.split(',').map(byte).collect()
}

/// The bytes that a comment promises, as `…: 81-05-48`.
fn promised(script: &str, about: &str) -> Vec<u8> {
    let is_comment = |line: &&str| line.starts_with('#') && line.contains(about);
    let (_, bytes) = script.lines().find(is_comment).unwrap().rsplit_once(": ").unwrap();
    bytes.split('-').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// The text of `$request = "…" + "…"`, as PowerShell would have it.
fn request_of(script: &str) -> String {
    let from = script.find("$request = ").unwrap();
    let literals = script[from..].lines().scan(true, |goes_on, line| {
        let is_part = *goes_on;
        *goes_on = line.ends_with('+');
        is_part.then(|| line.split('"').nth(1).unwrap())
    });
    literals.collect::<String>().replace("`r`n", "\r\n")
}

#[test]
fn the_bytes_of_powershell_are_understood() {
    let server = Server::start(with_page());
    let script = here(POWERSHELL, &server);
    let mut peer = Peer::connect(server.address);
    let request = request_of(&script);
    assert!(request.starts_with("GET /ws/echo HTTP/1.1\r\nHost: localhost:"), "{request}");
    assert!(request.ends_with("\r\n\r\n"), "{request}");
    peer.send(request.as_bytes());
    let head = peer.head();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(script.contains(ACCEPT) && head.contains(ACCEPT), "{head}");
    for (name, about) in [("hello", "masked text frame"), ("close", "close frame")] {
        peer.send(&array(&script, name));
        let answer = promised(&script, about);
        assert_eq!(peer.exactly(answer.len()), answer, "{name}");
    }
    assert_eq!(peer.rest(), b"");
}

#[test]
fn every_command_is_run_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/labs/websocket/commands");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["curl.sh", "netcat.sh", "powershell.ps1", "python.py", "websocat.sh"]);
}
