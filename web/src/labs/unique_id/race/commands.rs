//! The same race from a terminal.

use super::super::real::connect::API;
use crate::components::CopyCommand;
use playground_core::unique_id::wire::RaceRequest;
use yew::prelude::*;

/// What the commands need.
#[derive(Properties, PartialEq)]
pub struct CommandsProps {
    /// What is run.
    pub request: RaceRequest,
}

/// The commands, each copied with one click.
#[component]
pub fn Commands(props: &CommandsProps) -> Html {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let race = format!("{origin}{API}/race");
    // A request is plain data; there is nothing in it that JSON could not hold.
    let body = serde_json::to_string(&props.request).unwrap_or_default();
    let start = format!("curl -sS {race} -H 'content-type: application/json' -d '{body}'");
    let powershell = format!(
        "Invoke-RestMethod {race} -Method Post -ContentType 'application/json' -Body '{body}'"
    );
    html! {
        <div class="unique-id-live-commands">
            <CopyCommand label="start the race, curl" command={start} />
            <CopyCommand label="how it stands, curl" command={format!("curl -sS {race}")} />
            <CopyCommand label="cancel it, curl" command={format!("curl -sS -X DELETE {race}")} />
            <CopyCommand label="start the race, PowerShell" command={powershell} />
        </div>
    }
}
