//! The numbers of a figure as a table: for copying, for reading aloud, and for choosing by keyboard.

use yew::prelude::*;

/// One thing of the figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which thing; unique in the table.
    pub key: AttrValue,
    /// One cell a column. The first names the row.
    pub cells: Vec<AttrValue>,
    /// Whether it is the chosen one.
    pub is_selected: bool,
}

/// What a table needs.
#[derive(Properties, PartialEq)]
pub struct DataTableProps {
    /// What the table is about.
    pub caption: AttrValue,
    /// The columns' names.
    pub columns: Vec<AttrValue>,
    /// The rows, in the order shown.
    pub rows: Vec<Row>,
    /// Told the key of the row whose name is pressed. Without it there is nothing to press.
    #[prop_or_default]
    pub on_select: Option<Callback<AttrValue>>,
}

/// A table that scrolls sideways within itself where there is no room for it.
#[component]
pub fn DataTable(props: &DataTableProps) -> Html {
    let DataTableProps { caption, columns, rows, on_select } = props;
    let heads = columns.iter().map(|column| html! { <th scope="col">{ column }</th> });
    let rows = rows.iter().map(|row| row_of(row, on_select.as_ref()));
    // It can be focused, because without a mouse nothing else would scroll it.
    html! {
        <div class="data-table" tabindex="0" role="group" aria-label={caption.clone()}>
            <table>
                <caption>{ caption }</caption>
                <thead><tr>{ for heads }</tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </div>
    }
}

fn row_of(row: &Row, on_select: Option<&Callback<AttrValue>>) -> Html {
    let mut cells = row.cells.iter();
    let name = cells.next().cloned().unwrap_or_default();
    let name = match on_select {
        None => html! { { name } },
        Some(on_select) => {
            let key = row.key.clone();
            let onclick = on_select.reform(move |_: MouseEvent| key.clone());
            html! {
                <button type="button" {onclick} aria-pressed={row.is_selected.to_string()}>{ name }</button>
            }
        }
    };
    let cells = cells.map(|cell| html! { <td>{ cell }</td> });
    html! {
        <tr key={row.key.as_str()} class={classes!(row.is_selected.then_some("is-selected"))}>
            <th scope="row">{ name }</th>
            { for cells }
        </tr>
    }
}
