//! `cargo xtask dist`: the whole playground as one executable, tried before it is handed out.

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, ExitCode},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    command::{self, say},
    page,
    server::{Server, Started},
    workspace::{cargo, target},
};

/// How long the executable may take to end in its trial, where nobody is connected.
const STOP: Duration = Duration::from_secs(15);

pub(crate) fn run() -> Result<ExitCode> {
    let page = page::build()?;
    say("Building the server with the page inside (the first time about 2 minutes)");
    command::run(
        cargo()
            .args(["build", "--quiet", "--release", "--package", "playground-server"])
            .args(["--features", "embed-page"])
            .env("PLAYGROUND_EMBED_DIR", &page),
    )?;
    let name = format!("playground-server{}", env::consts::EXE_SUFFIX);
    let built = target()?.join("release").join(&name);
    let folder = target()?.join("dist");
    fs::create_dir_all(&folder)
        .with_context(|| format!("could not create {}", folder.display()))?;
    let program = folder.join(&name);
    // An executable that is running cannot be overwritten, but it can be replaced.
    let fresh = folder.join(format!("{name}.fresh"));
    fs::copy(&built, &fresh).with_context(|| format!("could not copy {}", built.display()))?;
    fs::rename(&fresh, &program)
        .with_context(|| format!("could not write {}", program.display()))?;

    say("Trying it");
    let data = target()?.join("dist-trial");
    let tried = try_it(&program, &data);
    // The trial's data is of no use to anybody, and a folder that was never made needs no deleting.
    drop(fs::remove_dir_all(&data));
    tried?;
    let size = fs::metadata(&program)
        .with_context(|| format!("could not read {}", program.display()))?
        .len();
    println!("{}: {:.1} MB, the page included; it answers.", program.display(), size as f64 / 1e6);
    Ok(ExitCode::SUCCESS)
}

/// Starts the executable away from the sources, as whoever gets it will, and asks for two things.
fn try_it(program: &Path, data: &Path) -> Result<()> {
    fs::create_dir_all(data).with_context(|| format!("could not create {}", data.display()))?;
    let mut command = Command::new(program);
    command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(data).current_dir(data);
    // The page inside is the one to try.
    command.env_remove("PLAYGROUND_PAGE_DIR");
    let mut server = match Server::start(&mut command)? {
        Started::Listening(server) => server,
        Started::Ended(status) => bail!("`{}` ended at once ({status})", command::line(&command)),
    };
    get(&server.address, "/healthz")?;
    let page = get(&server.address, "/")?;
    ensure!(
        page.to_ascii_lowercase().contains("<!doctype html>"),
        "`/` of the executable is not the page, but begins {:?}",
        page.chars().take(80).collect::<String>()
    );
    server.ask_to_end();
    match server.wait_for(STOP)? {
        Some(status) => ensure!(
            !cfg!(unix) || status.success(),
            "the executable did not end well when it was asked to ({status})"
        ),
        None => bail!("the executable did not end in {STOP:?} when it was asked to"),
    }
    Ok(())
}

/// What the server says to one request.
fn get(address: &str, path: &str) -> Result<String> {
    let ask = || -> std::io::Result<String> {
        let host = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = ask().with_context(|| format!("could not get {address}{path}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    ensure!(status.starts_with("HTTP/1.1 200"), "{address}{path} answers {status:?}");
    Ok(body.to_owned())
}
