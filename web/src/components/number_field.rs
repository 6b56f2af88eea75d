//! A number that can be typed while the page around it is drawn again and again.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What a number field needs.
#[derive(Properties, PartialEq)]
pub struct NumberFieldProps {
    /// What the number is.
    pub label: AttrValue,
    /// The number that is in force.
    pub value: u64,
    /// The smallest one.
    #[prop_or_default]
    pub min: u64,
    /// The greatest one.
    pub max: u64,
    /// Whether it can be changed.
    #[prop_or_default]
    pub disabled: bool,
    /// Told when another number is in force; what is no number changes nothing.
    pub on_change: Callback<u64>,
}

/// A labelled field for a whole number.
#[component]
pub fn NumberField(props: &NumberFieldProps) -> Html {
    let NumberFieldProps { label, value, min, max, disabled, on_change } = props;
    // What is being typed: without it, drawing again would put the number in force over it.
    let draft = use_state(|| None::<AttrValue>);
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            draft.set(Some(input.value().into()));
        })
    };
    let onchange = {
        let (draft, on_change, min, max) = (draft.clone(), on_change.clone(), *min, *max);
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            draft.set(None);
            let number = input.value_as_number();
            if number.is_finite() {
                on_change.emit((number.max(0.0) as u64).clamp(min, max));
            }
        })
    };
    let shown = (*draft).clone().unwrap_or_else(|| value.to_string().into());
    html! {
        <label class="number-field">{ label }{ " " }
            <input type="number" min={min.to_string()} max={max.to_string()} step="1" value={shown}
                disabled={*disabled} {oninput} {onchange} />
        </label>
    }
}
