//! The commands to try the same thing outside the browser: native queues on the server, and a queue that is in every
//! shell.

use super::native::pair;
use crate::components::CopyCommand;
use playground_core::blocking_queue::wire::{QueueKind, RunRequest};
use yew::prelude::*;

/// A pipe is a bounded queue of bytes between two processes: a writer that is not read from is parked, after 65,536
/// bytes on Linux.
const PIPE: &str = "( i=0; while [ $i -lt 200 ]; do printf '%01023d\\n' $i; i=$((i+1)); echo \"written: $i KiB\" >&2; done ) \
| ( sleep 2; wc -c )";

/// The commands.
#[component]
pub fn Commands() -> Html {
    let run = |queue| pair(&RunRequest { queue, items: 300_000, ..RunRequest::default() });
    let (textbook, textbook_powershell) = run(QueueKind::Textbook);
    let (fast, fast_powershell) = run(QueueKind::Fast);
    html! {
        <>
            <div class="prose">
                <h3>{ "Queues from a terminal" }</h3>
                <p>{ "The server beside this page lets its threads fill and empty a queue, and tells of it line by line. And a pipe \
                      of your shell is a blocking queue, too: the writer stops after 64 KiB, until somebody reads." }</p>
            </div>
            <div class="blocking-queue-home-commands">
                <CopyCommand label="the textbook’s queue, curl" command={textbook} />
                <CopyCommand label="the textbook’s queue, PowerShell" command={textbook_powershell} />
                <CopyCommand label="the fast queue, curl" command={fast} />
                <CopyCommand label="the fast queue, PowerShell" command={fast_powershell} />
                <CopyCommand label="back-pressure in a pipe, shell" command={PIPE} />
            </div>
        </>
    }
}
