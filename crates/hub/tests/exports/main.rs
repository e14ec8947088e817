//! Exporting labels: what is in the file, who may fetch it and how, and that it is whole or not there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first thing that is not as it should be"
)]

mod at_once;
mod coco;
mod json;
mod links;
mod masks;
mod orders;
mod story;
mod unzip;
