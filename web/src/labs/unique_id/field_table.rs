//! The fields of a key as a table, each with the tile that it has in the picture.

use super::fields::Field;
use super::signs::swatch;
use std::rc::Rc;
use yew::prelude::*;

/// What the table needs.
#[derive(Properties, PartialEq)]
pub struct FieldTableProps {
    /// What the key is.
    pub caption: AttrValue,
    /// Its fields, the highest first.
    pub fields: Rc<[Field]>,
}

/// A row a field.
#[component]
pub fn FieldTable(props: &FieldTableProps) -> Html {
    let FieldTableProps { caption, fields } = props;
    let rows = fields.iter().map(|field| {
        html! {
            <tr key={field.high}>
                <th scope="row">{ swatch(field.tone) }{ &field.name }</th>
                <td class="unique-id-place">{ field.place() }</td>
                <td class="unique-id-value">{ &field.value }</td>
                <td>{ &field.meaning }</td>
            </tr>
        }
    });
    html! {
        <div class="unique-id-fields" tabindex="0" role="group" aria-label={caption.clone()}>
            <table>
                <caption class="visually-hidden">{ caption }</caption>
                <thead><tr>
                    <th scope="col">{ "Field" }</th><th scope="col">{ "Bits" }</th>
                    <th scope="col">{ "Value" }</th><th scope="col">{ "What it means" }</th>
                </tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </div>
    }
}
