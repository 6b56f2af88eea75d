//! Where one types. What is typed is kept by the tab with every letter; the field itself is ahead of that.

use web_sys::{HtmlTextAreaElement, KeyboardEvent};
use yew::prelude::*;

/// So near to the limit, the characters left are counted.
const COUNTED: usize = 200;

/// What a composer needs.
#[derive(Properties, PartialEq)]
pub struct ComposerProps {
    /// Who is spoken to.
    pub to: AttrValue,
    /// What stands in the field at first: what had been typed before.
    pub draft: AttrValue,
    /// The longest text, in characters.
    pub most_chars: usize,
    /// Told what is typed.
    pub on_draft: Callback<AttrValue>,
    /// Told to send this.
    pub on_send: Callback<AttrValue>,
}

/// A field and a button. Enter sends, Shift and Enter begin another line.
#[component]
pub fn Composer(props: &ComposerProps) -> Html {
    let ComposerProps { to, draft, most_chars, on_draft, on_send } = props;
    let typed = use_state(|| draft.clone());
    let field = use_node_ref();
    let oninput = {
        let (typed, on_draft) = (typed.setter(), on_draft.clone());
        Callback::from(move |event: InputEvent| {
            let field: HtmlTextAreaElement = event.target_unchecked_into();
            let text = AttrValue::from(field.value());
            typed.set(text.clone());
            on_draft.emit(text);
        })
    };
    let chars = typed.chars().count();
    let send = {
        let (typed, on_send, field, most_chars) =
            (typed.setter(), on_send.clone(), field.clone(), *most_chars);
        Callback::from(move |()| {
            // The field knows best: a letter may have come since it was drawn.
            let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
            let text = field.value();
            if !text.trim().is_empty() && text.chars().count() <= most_chars {
                field.set_value("");
                typed.set(AttrValue::default());
                on_send.emit(text.into());
            }
        })
    };
    let onsubmit = {
        let send = send.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send.emit(());
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        // While an input method composes a character, Enter belongs to it.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send.emit(());
        }
    });
    let is_sendable = !typed.trim().is_empty() && chars <= *most_chars;
    let left = *most_chars as i64 - chars as i64;
    html! {
        <form class="chat-composer" {onsubmit}>
            <label class="visually-hidden" for="chat-composer">{ format!("Message to {to}") }</label>
            <textarea ref={field} id="chat-composer" rows="2" placeholder={format!("Message to {to}")} enterkeyhint="send"
                autocomplete="off" value={(*typed).clone()} {oninput} {onkeydown}
                aria-describedby="chat-composer-note" />
            <button type="submit" class="chat-primary" disabled={!is_sendable}>{ "Send" }</button>
            <p id="chat-composer-note" class="chat-composer-note">
                if left < 0 {
                    { format!("{} characters too many", -left) }
                } else if left as usize <= COUNTED {
                    { format!("{left} characters left") }
                } else {
                    { "Enter sends, Shift + Enter begins another line." }
                }
            </p>
        </form>
    }
}
