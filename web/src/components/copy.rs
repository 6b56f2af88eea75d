//! A command to take away, copied with one click.

use gloo::timers::callback::Timeout;
use gloo::utils::window;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Node;
use yew::prelude::*;

/// How long "Copied" stays.
const NOTICE_MS: u32 = 4_000;

/// What a command needs.
#[derive(Properties, PartialEq)]
pub struct CopyCommandProps {
    /// Which kind of command, for example `curl`.
    pub label: AttrValue,
    /// The command itself.
    pub command: AttrValue,
}

#[derive(Clone, Copy, PartialEq)]
enum Notice {
    Nothing,
    Copied,
    Selected,
}

/// A command and a button that copies it, or selects it where the browser does not let a page copy.
#[component]
pub fn CopyCommand(props: &CopyCommandProps) -> Html {
    let CopyCommandProps { label, command } = props;
    let notice = use_state(|| Notice::Nothing);
    let code = use_node_ref();
    {
        let setter = notice.setter();
        use_effect_with(*notice, move |notice| {
            let timeout = (*notice != Notice::Nothing)
                .then(|| Timeout::new(NOTICE_MS, move || setter.set(Notice::Nothing)));
            move || drop(timeout)
        });
    }
    let onclick = {
        let (notice, code, command) = (notice.setter(), code.clone(), command.clone());
        Callback::from(move |_: MouseEvent| {
            let (notice, code, command) = (notice.clone(), code.clone(), command.clone());
            spawn_local(async move {
                if copy(&command).await {
                    notice.set(Notice::Copied);
                } else if let Some(code) = code.cast::<Node>() {
                    select(&code);
                    notice.set(Notice::Selected);
                }
            });
        })
    };
    let said = match *notice {
        Notice::Nothing => "",
        Notice::Copied => "Copied",
        Notice::Selected => "Selected: copy it with your keyboard",
    };
    html! {
        <div class="copy-command">
            <div class="copy-command-head">
                <span class="copy-command-label">{ label }</span>
                <span class="copy-command-notice" role="status">{ said }</span>
                <button type="button" {onclick}>
                    { "Copy" }<span class="visually-hidden">{ format!(" the {label} command") }</span>
                </button>
            </div>
            <pre tabindex="0"><code ref={code}>{ command }</code></pre>
        </div>
    }
}

async fn copy(text: &str) -> bool {
    // Outside of a secure context there is no clipboard at all, which the binding does not know.
    if !window().is_secure_context() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

fn select(node: &Node) {
    if let Ok(Some(selection)) = window().get_selection() {
        // It fails only for a node outside of the document, and then there is nothing to select.
        let _ = selection.select_all_children(node);
    }
}
