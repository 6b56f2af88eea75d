//! Takes the lab home: the figure, the data, the run, and the commands to try the same outside the browser.

use super::data::{messages_csv, paths_csv};
use crate::components::{CopyCommand, DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::chat::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawings are.
const NODES: &str = "#lead .chat-nodes svg";
const LEDGER: &str = "#lead .chat-ledger svg";
const WAY: &str = ".chat-way > svg";

/// What is taken home.
#[derive(Properties, PartialEq)]
pub struct HomeProps {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
}

/// The figure, the data, the run, and the commands.
#[component]
pub fn Home(props: &HomeProps) -> Html {
    let HomeProps { player, frame } = props;
    let downloads = html! {
        <>
            <DownloadButton label="Picture as SVG" on_click={on_svg("chat.svg", NODES)} />
            <DownloadButton label="Who has what as SVG" on_click={on_svg("ledger.svg", LEDGER)} />
            <DownloadButton label="Way of a message as SVG" on_click={on_svg("way.svg", WAY)} />
            <DownloadButton label="Messages as CSV" on_click={on_csv("messages.csv", frame, messages_csv)} />
            <DownloadButton label="Ways as CSV" on_click={on_csv("ways.csv", frame, paths_csv)} />
        </>
    };
    html! {
        <TakeHome<Lab> class="chat-home" player={player.clone()} {downloads}>
            <Commands />
        </TakeHome<Lab>>
    }
}

/// The same conversation by hand: the protocol is JSON in text frames.
#[component]
fn Commands() -> Html {
    let location = gloo::utils::window().location();
    let origin = location.origin().unwrap_or_default();
    let socket = origin.replacen("http", "ws", 1);
    html! {
        <>
            <div class="prose">
                <p>{ "The protocol is JSON over a WebSocket, so a few lines of any language make a client. Run one of these \
                      twice: the id is the same, and the second answer says that it had been stored." }</p>
            </div>
            <div class="chat-commands">
                <CopyCommand label="Python" command={python(&location.host().unwrap_or_default())} />
                <CopyCommand label="websocat" command={websocat(&socket)} />
                <CopyCommand label="PowerShell" command={powershell(&socket)} />
            </div>
        </>
    }
}

const HELLO: &str = r#"{"type":"hello","v":1,"name":"Visitor","secret":"a secret of 16 or more"}"#;
const JOIN: &str = r#"{"type":"join","room":"lobby"}"#;
const SEND: &str = r#"{"type":"send","room":"lobby","id":"by-hand-1","text":"Hello, by hand!"}"#;

fn websocat(socket: &str) -> String {
    format!("(printf '%s\\n' '{HELLO}' '{JOIN}' '{SEND}'; sleep 2) | websocat {socket}/ws/chat")
}

/// With nothing but what comes with Python: a handshake, and frames shorter than 126 bytes under a mask of
/// zeros.
fn python(host: &str) -> String {
    const LINES: &str = r#"python3 - <<'END'
import socket
host, port = '@HOST@'.rsplit(':', 1) if ':' in '@HOST@' else ('@HOST@', 80)
chat = socket.create_connection((host, int(port)))
chat.sendall(b'GET /ws/chat HTTP/1.1\r\nHost: @HOST@\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
             b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n')
answers = chat.makefile('rb')
while answers.readline() != b'\r\n': pass
for message in b'@HELLO@', b'@JOIN@', b'@SEND@':
    chat.sendall(bytes([0x81, 0x80 + len(message), 0, 0, 0, 0]) + message)
answer = b''
while b'"type":"ack"' not in answer:
    size = answers.read(2)[1]
    if size > 125: size = int.from_bytes(answers.read(2 if size == 126 else 8), 'big')
    answer = answers.read(size)
    print(answer.decode())
END"#;
    let lines = LINES.replace("@HOST@", host).replace("@HELLO@", HELLO);
    lines.replace("@JOIN@", JOIN).replace("@SEND@", SEND)
}

fn powershell(socket: &str) -> String {
    format!(
        "$chat = [Net.WebSockets.ClientWebSocket]::new()\n\
         $none = [Threading.CancellationToken]::None\n\
         $chat.ConnectAsync('{socket}/ws/chat', $none).Wait()\n\
         foreach ($text in '{HELLO}', '{JOIN}', '{SEND}') {{\n  \
         $bytes = [ArraySegment[byte]]::new([Text.Encoding]::UTF8.GetBytes($text))\n  \
         $chat.SendAsync($bytes, 'Text', $true, $none).Wait()\n}}\n\
         $buffer = [byte[]]::new(65536)\n\
         do {{\n  \
         $got = $chat.ReceiveAsync([ArraySegment[byte]]::new($buffer), $none).Result\n  \
         $answer = [Text.Encoding]::UTF8.GetString($buffer, 0, $got.Count)\n  \
         $answer\n\
         }} until ($answer -like '*\"type\":\"ack\"*')"
    )
}
