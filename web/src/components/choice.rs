//! One knob with named positions.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What a choice needs.
#[derive(Properties, PartialEq)]
pub struct ChoiceProps {
    /// What is chosen.
    pub label: AttrValue,
    /// What there is to choose from.
    pub options: Vec<AttrValue>,
    /// The number of the one that is in force; none if it is none of them.
    pub chosen: Option<usize>,
    /// Said in place of an option where none is in force.
    #[prop_or("as you left it".into())]
    pub otherwise: AttrValue,
    /// Whether it only shows.
    #[prop_or_default]
    pub disabled: bool,
    /// Told the number of the option.
    pub on_change: Callback<usize>,
}

/// A labelled list of options.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let ChoiceProps { label, options, chosen, otherwise, disabled, on_change } = props;
    let onchange = on_change.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        if let Ok(number) = select.value().parse() {
            onchange.emit(number);
        }
    });
    let options = options.iter().enumerate().map(|(number, text)| {
        html! { <option value={number.to_string()} selected={*chosen == Some(number)}>{ text }</option> }
    });
    html! {
        <label class="choice">
            <span>{ label }</span>
            <select {onchange} disabled={*disabled}>
                if chosen.is_none() {
                    <option value="" selected={true}>{ otherwise }</option>
                }
                { for options }
            </select>
        </label>
    }
}
