//! How to open the same connection by hand, outside the browser.

use crate::components::CopyCommand;
use yew::prelude::*;

/// A way to do it: what it is called, what to know about it, and the text, written for `localhost` and 3000.
struct Command {
    label: &'static str,
    note: &'static str,
    text: &'static str,
}

const COMMANDS: [Command; 5] = [
    Command {
        label: "PowerShell",
        note: "Every byte by hand, over a TcpClient of .NET.",
        text: include_str!("commands/powershell.ps1"),
    },
    Command {
        label: "Python",
        note: "The same, with a random key and a random mask; nothing to install.",
        text: include_str!("commands/python.py"),
    },
    Command {
        label: "netcat",
        note: "The same bytes through a pipe, and what comes back in hexadecimal.",
        text: include_str!("commands/netcat.sh"),
    },
    Command {
        label: "websocat",
        note: "A client for the terminal: it does the handshake and the frames itself.",
        text: include_str!("commands/websocat.sh"),
    },
    Command { label: "curl", note: "The handshake alone.", text: include_str!("commands/curl.sh") },
];

/// The commands, for the server that this page comes from.
#[component]
pub fn Commands() -> Html {
    let location = gloo::utils::window().location();
    let host = location.hostname().unwrap_or_default();
    let port = match location.port() {
        Ok(port) if !port.is_empty() => port,
        _ => "80".to_owned(),
    };
    let command = |command: &Command| {
        html! {
            <div key={command.label} class="websocket-command">
                <CopyCommand label={command.label} command={for_server(command.text, &host, &port)} />
                <p class="websocket-hint">{ command.note }</p>
            </div>
        }
    };
    html! {
        <>
            <div class="prose">
                <h3>{ "By hand, from a terminal" }</h3>
                <p>{ "A WebSocket is bytes over TCP: whatever can open a connection can speak it. Each of these \
                      sends “Hello”, gets it back, and closes; curl stops after the handshake." }</p>
            </div>
            <div class="websocket-commands">{ for COMMANDS.iter().map(command) }</div>
        </>
    }
}

/// A command as it is copied, for another host and port than those it was written for.
fn for_server(text: &str, host: &str, port: &str) -> String {
    text.trim_end().replace("localhost", host).replace("3000", port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_host_and_the_port_and_nothing_else_changes() {
        for Command { label, text, .. } in COMMANDS {
            let changed = for_server(text, "chat.example", "8080");
            assert!(changed.contains("chat.example") && changed.contains("8080"), "{label}");
            assert!(!changed.contains("localhost") && !changed.contains("3000"), "{label}");
            let back = changed.replace("chat.example", "localhost").replace("8080", "3000");
            assert_eq!(back, text.trim_end(), "{label}");
        }
    }
}
