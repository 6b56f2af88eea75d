//! A share of a whole as a bar and as a number.

use yew::prelude::*;

/// Whose number it is. Both tones differ in fill as well as in colour.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum MeterTone {
    /// The way that the lab is about: filled.
    #[default]
    Ours,
    /// What it is compared with: outlined.
    Peer,
}

impl MeterTone {
    pub(super) fn class(self) -> &'static str {
        match self {
            MeterTone::Ours => "tone-ours",
            MeterTone::Peer => "tone-peer",
        }
    }
}

/// What a meter needs.
#[derive(Properties, PartialEq)]
pub struct MeterProps {
    /// What is measured.
    pub label: AttrValue,
    /// How much of the whole.
    pub value: u64,
    /// The whole.
    pub of: u64,
    /// Whose number it is.
    #[prop_or_default]
    pub tone: MeterTone,
    /// The number in words, as it stands beside the bar.
    pub text: AttrValue,
}

/// A labelled bar.
#[component]
pub fn Meter(props: &MeterProps) -> Html {
    let MeterProps { label, value, of, tone, text } = props;
    let value = (*value).min(*of);
    let share = if *of == 0 { 0.0 } else { value as f64 / *of as f64 };
    html! {
        <div class={classes!("meter", tone.class())}>
            <span class="meter-label" aria-hidden="true">{ label }</span>
            <span class="meter-text" aria-hidden="true">{ text }</span>
            <svg class="meter-bar" role="meter" aria-label={label.clone()} aria-valuemin="0"
                aria-valuemax={of.to_string()} aria-valuenow={value.to_string()} aria-valuetext={text.clone()}>
                <rect class="meter-whole" width="100%" height="100%" />
                <svg class="meter-part" width={format!("{:.2}%", share * 100.0)} height="100%">
                    <rect class="meter-share" width="100%" height="100%" />
                </svg>
            </svg>
        </div>
    }
}
