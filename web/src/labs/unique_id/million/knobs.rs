//! What is inserted, how many rows of it, and how much memory there is.

use crate::components::{Choice, Slider};
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::million::{PAGE_BYTES, Plan};
use yew::prelude::*;

/// Rows of each order, on the slider.
const ROWS: [u32; 5] = [10_000, 50_000, 200_000, 500_000, 1_000_000];
/// Memory in MiB, on the slider.
const MEMORIES_MIB: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Which orders are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    /// The kinds of IDs.
    #[default]
    Kinds,
    /// Keys out of order within ever larger windows.
    Windows,
}

impl What {
    /// The usual plan.
    fn plan(self) -> Plan {
        match self {
            What::Kinds => Plan::kinds(),
            What::Windows => Plan::windows(),
        }
    }

    /// The orders, one after the other.
    pub fn orders(self) -> Vec<Arrivals> {
        self.plan().lanes
    }
}

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Which orders.
    pub what: What,
    /// How many rows of each.
    pub rows: u32,
    /// How much of the index is in memory, in MiB.
    pub memory_mib: u32,
}

impl Default for Knobs {
    fn default() -> Self {
        Knobs { what: What::Kinds, rows: 1_000_000, memory_mib: 8 }
    }
}

impl Knobs {
    /// What that means for the model.
    pub fn plan(self) -> Plan {
        let pool_pages = u64::from(self.memory_mib) * 1_048_576 / PAGE_BYTES;
        Plan { rows: self.rows.into(), pool_pages: pool_pages as u32, ..self.what.plan() }
    }
}

/// What the knobs need.
#[derive(Properties, PartialEq)]
pub struct KnobPanelProps {
    /// What is set.
    pub knobs: Knobs,
    /// Whether nothing can be set now.
    pub disabled: bool,
    /// Told what is to be set.
    pub on_change: Callback<Knobs>,
}

/// The knobs.
#[component]
pub fn KnobPanel(props: &KnobPanelProps) -> Html {
    let KnobPanelProps { knobs, disabled, on_change } = props;
    let (knobs, disabled) = (*knobs, *disabled);
    let on_what = on_change.reform(move |number: usize| {
        let what = if number == 0 { What::Kinds } else { What::Windows };
        Knobs { what, ..knobs }
    });
    let on_rows = on_change.reform(move |rows| Knobs { rows, ..knobs });
    let on_memory = on_change.reform(move |memory_mib| Knobs { memory_mib, ..knobs });
    let options = vec![AttrValue::from("kinds of keys"), "keys that come too late".into()];
    let chosen = Some(usize::from(knobs.what == What::Windows));
    html! {
        <div class="figure-controls">
            <Choice label="What is compared" {options} {chosen} {disabled} on_change={on_what} />
            <Slider label="Rows of each" steps={ROWS.to_vec()} value={knobs.rows} {disabled} on_change={on_rows} />
            <Slider label="Memory for the index" unit="MiB" steps={MEMORIES_MIB.to_vec()} value={knobs.memory_mib}
                {disabled} on_change={on_memory} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_knobs_are_the_usual_plans() {
        assert_eq!(Knobs::default().plan(), Plan::kinds());
        assert_eq!(Knobs { what: What::Windows, ..Knobs::default() }.plan(), Plan::windows());
    }
}
