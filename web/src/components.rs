//! The parts of which every lab's page is made.

mod badge;
mod chart;
mod choice;
mod copy;
mod data_table;
mod download;
mod glyph;
mod goals;
mod keys_sheet;
mod measure;
mod meter;
mod number_field;
mod picture;
mod popup;
mod section;
mod slider;
mod stage;
mod subject;

pub use badge::{Badge, Provenance};
pub use chart::{BarChart, BarTone, Bars, Curve, LineChart};
pub use choice::Choice;
pub use copy::CopyCommand;
pub use data_table::{DataTable, Row};
pub use download::{DownloadButton, download, download_canvas, on_csv};
pub use glyph::{CanvasShapes, Glyph, HUES, Sign};
pub use goals::{Goal, GoalList, Goals, done_count, use_goals};
pub use keys_sheet::{KeyGroup, KeysSheet};
pub use measure::{use_seen, use_width};
pub use meter::{Meter, MeterTone};
pub use number_field::NumberField;
pub use picture::on_svg;
pub use popup::{Leaving, Popup};
pub use section::Section;
pub use slider::{Slider, grouped};
pub use stage::{Painter, Palette, Stage, Surface, Ticker};
pub use subject::{Control, Opened, Opening, Subject, use_opening};
