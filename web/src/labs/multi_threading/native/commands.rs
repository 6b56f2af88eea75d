//! The same race from a terminal.

use super::PATH;
use crate::components::CopyCommand;
use playground_core::multi_threading::wire::PrimesRequest;
use yew::prelude::*;

/// What the commands need.
#[derive(Properties, PartialEq)]
pub struct CommandsProps {
    /// What is asked for.
    pub request: PrimesRequest,
}

/// The commands, each copied with one click.
#[component]
pub fn Commands(props: &CommandsProps) -> Html {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let url = format!("{origin}{PATH}");
    // A request is plain data; there is nothing in it that JSON could not hold.
    let body = serde_json::to_string(&props.request).unwrap_or_default();
    let stream = format!("curl -sSN {url} -H 'content-type: application/json' -d '{body}'");
    let last = format!("{stream} | tail -n 1");
    let powershell = format!(
        "(Invoke-WebRequest {url} -Method Post -ContentType 'application/json' -Body '{body}').Content -split \"`n\" | \
         Select-Object -Last 2"
    );
    html! {
        <div class="multi-threading-commands">
            <CopyCommand label="count, and see how it goes, curl" command={stream} />
            <CopyCommand label="count, and see what comes of it, curl" command={last} />
            <CopyCommand label="count, PowerShell" command={powershell} />
        </div>
    }
}
