//! The same run from a terminal.

use super::API;
use crate::components::CopyCommand;
use playground_core::blocking_queue::wire::RunRequest;
use yew::prelude::*;

/// What the commands need.
#[derive(Properties, PartialEq)]
pub struct CommandsProps {
    /// What is run.
    pub request: RunRequest,
}

/// A command for a shell, and one for PowerShell.
pub fn pair(request: &RunRequest) -> (String, String) {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let url = format!("{origin}{API}");
    // A request is plain data; there is nothing in it that JSON could not hold.
    let body = serde_json::to_string(request).unwrap_or_default();
    (
        format!("curl -sSN {url} -H 'content-type: application/json' -d '{body}'"),
        format!(
            "Invoke-RestMethod {url} -Method Post -ContentType 'application/json' -Body '{body}'"
        ),
    )
}

/// The commands, each copied with one click.
#[component]
pub fn Commands(props: &CommandsProps) -> Html {
    let (curl, powershell) = pair(&props.request);
    html! {
        <div class="blocking-queue-live-commands">
            <CopyCommand label="this run, curl" command={curl} />
            <CopyCommand label="this run, PowerShell" command={powershell} />
        </div>
    }
}
