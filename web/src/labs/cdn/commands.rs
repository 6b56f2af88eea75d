//! The commands to try the same thing outside the browser, against the real edges.

use crate::components::CopyCommand;
use yew::prelude::*;

/// One of the edges that the server has unless it is told otherwise.
const EDGE: &str = "tokyo";

/// A command twice: for a shell and for PowerShell.
struct Pair {
    what: &'static str,
    curl: String,
    powershell: String,
}

fn pairs(origin: &str) -> [Pair; 4] {
    let ask = format!("{origin}/edge/{EDGE}/news");
    let slow = format!("{origin}/edge/{EDGE}/slow");
    let purge = format!("{origin}/api/cdn/purge");
    let entries = format!("{origin}/api/cdn/entries");
    [
        Pair {
            what: "ask twice",
            curl: format!(
                "curl -s -o /dev/null -D - {ask}; sleep 1; curl -s -o /dev/null -D - {ask}"
            ),
            powershell: format!(
                "1..2 | ForEach-Object {{ (Invoke-WebRequest -UseBasicParsing {ask}).Headers; Start-Sleep 1 }}"
            ),
        },
        Pair {
            what: "time to the first byte",
            curl: format!("curl -s -o /dev/null -w '%{{time_starttransfer}} s\\n' {slow}"),
            powershell: format!(
                "(Measure-Command {{ Invoke-WebRequest -UseBasicParsing {slow} }}).TotalMilliseconds"
            ),
        },
        Pair {
            what: "what the edges hold",
            curl: format!("curl -s {entries}"),
            powershell: format!("Invoke-RestMethod {entries} | ConvertTo-Json -Depth 5"),
        },
        Pair {
            what: "purge everything",
            curl: format!(
                "curl -s {purge} -H 'content-type: application/json' -d '{{\"all\":true}}'"
            ),
            powershell: format!(
                "Invoke-RestMethod {purge} -Method Post -ContentType 'application/json' -Body '{{\"all\":true}}'"
            ),
        },
    ]
}

/// The commands.
#[component]
pub fn Commands() -> Html {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    html! {
        <>
            <div class="prose">
                <h3>{ "The real edges from a terminal" }</h3>
                <p>{ "The server beside this page has such edges, each under its own name: " }<code>{ "/edge/tokyo/" }</code>
                   { ". Ask one twice: the second answer has an " }<code>{ "Age" }</code>{ ", and " }
                   <code>{ "Cache-Status" }</code>{ " says hit." }</p>
            </div>
            <div class="cdn-commands">
                { for pairs(&origin).into_iter().map(|pair| html! {
                    <>
                        <CopyCommand label={format!("{}, curl", pair.what)} command={pair.curl} />
                        <CopyCommand label={format!("{}, PowerShell", pair.what)} command={pair.powershell} />
                    </>
                }) }
            </div>
        </>
    }
}
