//! One knob: a native range input over a list of sensible values.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What a slider needs.
#[derive(Properties, PartialEq)]
pub struct SliderProps {
    /// What is being set.
    pub label: AttrValue,
    /// The values it can take, ascending. They need not be evenly spaced.
    pub steps: Vec<u32>,
    /// The present value; shown as it is even if it is none of the steps.
    pub value: u32,
    /// Told the new value.
    pub on_change: Callback<u32>,
    /// What is counted, in the plural, or the symbol of a unit.
    #[prop_or_default]
    pub unit: AttrValue,
    /// Whether it only shows.
    #[prop_or_default]
    pub disabled: bool,
}

/// A labelled range input. Its own scale is the index of the step, so that a key moves by one step.
#[component]
pub fn Slider(props: &SliderProps) -> Html {
    let SliderProps { label, steps, value, on_change, unit, disabled } = props;
    let oninput = {
        let steps = steps.clone();
        let on_change = on_change.clone();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Some(step) = steps.get(input.value_as_number() as usize) {
                on_change.emit(*step);
            }
        })
    };
    let shown = grouped(u64::from(*value));
    let text = if unit.is_empty() { shown } else { format!("{shown} {unit}") };
    let max = steps.len().saturating_sub(1).to_string();
    // The output would be announced a second time, after the input has said its new value itself.
    html! {
        <label class="slider">
            <span class="slider-label">{ label }</span>
            <output class="slider-value" aria-live="off">{ text.clone() }</output>
            <input type="range" min="0" {max} step="1" value={nearest(steps, *value).to_string()} {oninput}
                disabled={*disabled} aria-label={label.clone()} aria-valuetext={text} />
        </label>
    }
}

/// The index of the step that is nearest to `value`; the lower one of two.
fn nearest(steps: &[u32], value: u32) -> usize {
    let by_distance = |(_, step): &(usize, &u32)| step.abs_diff(value);
    steps.iter().enumerate().min_by_key(by_distance).map_or(0, |(index, _)| index)
}

/// A number with a comma between every three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        let shown: Vec<_> = [0, 999, 1_000, 12_345, 1_234_567].map(grouped).into();
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn a_value_between_two_steps_stands_at_the_nearer() {
        let steps = [1, 2, 5, 10];
        assert_eq!(
            [0, 1, 3, 4, 7, 8, 99].map(|value| nearest(&steps, value)),
            [0, 0, 1, 2, 2, 3, 3]
        );
        assert_eq!(nearest(&[], 3), 0);
    }
}
