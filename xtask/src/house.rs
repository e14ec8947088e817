//! The house's rules that a compiler does not know: who may use whom, among the crates and in the hub, where SQL and I/O may stand, how long a file
//! may be, which licences come in. The rules themselves are data, in `policy`.

mod cargo;
mod files;
mod licence;
mod modules;
mod npm;
mod policy;

use anyhow::{Result, bail};

/// Arrows between crates and between modules of the hub, reasons, words that may not stand somewhere, lengths.
pub fn rules() -> Result<()> {
    let graph = cargo::graph()?;
    let mut broken = cargo::arrows(&graph);
    broken.extend(cargo::reasons()?);
    broken.extend(files::check()?);
    broken.extend(modules::check()?);
    report(&broken)
}

/// Licences of all dependencies, the interface's too, and doubled versions of the direct ones.
pub fn licences() -> Result<()> {
    let graph = cargo::graph()?;
    let mut broken = licence::of_crates(&graph);
    broken.extend(licence::of_npm(&npm::packages()?));
    broken.extend(cargo::doubled(&graph));
    report(&broken)
}

fn report(broken: &[String]) -> Result<()> {
    broken.iter().for_each(|line| println!("{line}"));
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{} of the house's rules broken", broken.len())
    }
}
