//! The service from a terminal.

use super::super::real::connect::API;
use crate::components::CopyCommand;
use yew::prelude::*;

/// The commands, each copied with one click.
#[component]
pub fn Commands() -> Html {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let api = format!("{origin}{API}");
    let set = |offset_ms: i32| format!("{{\"offset_ms\":{offset_ms}}}");
    let clock = |offset_ms: i32| {
        let body = set(offset_ms);
        format!("curl -sS -X PUT {api}/clock -H 'content-type: application/json' -d '{body}'")
    };
    let powershell = format!(
        "Invoke-RestMethod {api}/clock -Method Put -ContentType 'application/json' -Body '{}'",
        set(0)
    );
    html! {
        <div class="unique-id-live-commands">
            <CopyCommand label="how the service is, curl" command={format!("curl -sS {api}")} />
            <CopyCommand label="its clock 50 ms back, curl" command={clock(-50)} />
            <CopyCommand label="its clock right again, curl" command={clock(0)} />
            <CopyCommand label="its clock right again, PowerShell" command={powershell} />
        </div>
    }
}
