//! The commands to try the same thing outside the browser, against the server's own ID service.

use crate::components::CopyCommand;
use yew::prelude::*;

/// An ID that can be decoded wherever this lab is: worker 5's eighth one of the first millisecond that JavaScript's
/// numbers do not hold.
const SOME_ID: &str = "9007199254761479";

/// A command twice: for a shell and for PowerShell.
struct Pair {
    what: &'static str,
    curl: String,
    powershell: String,
}

fn pairs(origin: &str) -> [Pair; 4] {
    let ids = format!("{origin}/api/unique-id");
    let make = |query: &str| {
        (
            format!("curl -s -X POST '{ids}?{query}'"),
            format!("Invoke-RestMethod '{ids}?{query}' -Method Post | ConvertTo-Json"),
        )
    };
    let pair = |what, (curl, powershell)| Pair { what, curl, powershell };
    let decode = (
        format!("curl -s {ids}/{SOME_ID}"),
        format!("Invoke-RestMethod {ids}/{SOME_ID} | ConvertTo-Json -Depth 5"),
    );
    let unique = (
        format!(
            "for i in 1 2 3 4; do curl -s -X POST '{ids}?kind=snowflake&count=10000'; done | \
             grep -oE '[0-9]{{15,}}' | sort | uniq -d | wc -l"
        ),
        format!(
            "1..4 | ForEach-Object {{ (Invoke-RestMethod '{ids}?kind=snowflake&count=10000' -Method Post).ids }} | \
             Group-Object | Where-Object Count -gt 1 | Measure-Object"
        ),
    );
    [
        pair("three snowflakes", make("kind=snowflake&count=3")),
        pair("three UUIDs, version 7", make("kind=uuid_v7&count=3")),
        pair("what an ID says", decode),
        pair("40,000 IDs, and how many of them twice", unique),
    ]
}

/// The commands.
#[component]
pub fn Commands() -> Html {
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    html! {
        <>
            <div class="prose">
                <h3>{ "The real ID service from a terminal" }</h3>
                <p>{ "The server beside this page makes IDs for anybody on its machine. It sends them as strings, and it takes \
                      one apart that you send." }</p>
            </div>
            <div class="unique-id-commands">
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
