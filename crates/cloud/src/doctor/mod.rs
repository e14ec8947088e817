//! The doctor: asks a storage's servers one small question after the other and names the one cause of what fails.

pub mod trust;
