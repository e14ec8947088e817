//! Who uses whom among the modules of the hub, which are one crate: read from the paths that begin at its root.

use super::policy::{HUB, HUB_MODULES, HUB_ROOT, HUB_STATE};
use crate::paths;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// A use of another module that the table does not have, in whatever is built into the hub.
pub fn check() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let mut met = BTreeSet::new();
    look_into(&paths::root().join(HUB), "", &mut |path, text| {
        let Some(module) = module_of(path) else { return };
        met.insert(module.to_owned());
        for (line, used) in uses(path, text) {
            if !may_use(module, &used) {
                broken.push(format!(
                    "{HUB}/{path}:{line}: {module} may not use {used}: in the hub each module knows only those above it"
                ));
            }
        }
    })?;
    let unknown = met.iter().filter(|module| place_of(module).is_none());
    broken.extend(unknown.map(|module| format!("{HUB}/{module}: which modules it may use is not said")));
    let gone = HUB_MODULES.iter().filter(|(module, _)| !met.contains(*module));
    broken.extend(gone.map(|(module, _)| format!("{HUB}/{module}: is named, but is not there")));
    Ok(broken)
}

fn look_into(folder: &Path, within: &str, each: &mut impl FnMut(&str, &str)) -> Result<()> {
    let listed = std::fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    for entry in listed {
        let entry = entry.context("listing the hub's modules")?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{within}{name}");
        if entry.path().is_dir() {
            look_into(&entry.path(), &format!("{path}/"), each)?;
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(entry.path()).with_context(|| format!("reading {path}"))?;
            each(&path, &text);
        }
    }
    Ok(())
}

/// The module of the root that a file belongs to; none where it is the root itself, or there for tests only.
fn module_of(path: &str) -> Option<&str> {
    let first = path.split('/').next().unwrap_or(path);
    let module = first.strip_suffix(".rs").unwrap_or(first);
    (!HUB_ROOT.contains(&module)).then_some(module)
}

fn place_of(module: &str) -> Option<&'static [&'static str]> {
    HUB_MODULES
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, may)| *may)
}

fn may_use(module: &str, used: &str) -> bool {
    let named = place_of(module).is_none_or(|may| may.contains(&used));
    module == HUB_STATE || module == used || used == HUB_STATE || named
}

/// Modules of the root that a file names, with their lines; its tests are left out, and so is a file `tests.rs`.
fn uses(path: &str, text: &str) -> Vec<(usize, String)> {
    if path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let depth = depth_of(path);
    let to_root = format!("{}::", vec!["super"; depth].join("::"));
    let mut found = Vec::new();
    for (start, line) in lines(code) {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for root in ["crate::", to_root.as_str()] {
            for (at, _) in line.match_indices(root) {
                let is_whole = !line[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
                if is_whole {
                    let behind = &code[start + at + root.len()..];
                    let number = code[..start].matches('\n').count() + 1;
                    found.extend(heads(behind).into_iter().map(|name| (number, name)));
                }
            }
        }
    }
    found
}

/// Lines and where they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        start += line.len();
        (start - line.len(), line)
    })
}

/// How many modules a file is below the root.
fn depth_of(path: &str) -> usize {
    let folders = path.matches('/').count();
    if path.ends_with("/mod.rs") {
        folders
    } else {
        folders + 1
    }
}

/// What stands first in a path, or in each of several in braces: `b` and `d` of `{b::c, d}`.
fn heads(path: &str) -> Vec<String> {
    let Some(within) = path.strip_prefix('{') else {
        return vec![first_name(path)];
    };
    let mut depth = 0_usize;
    let mut is_done = false;
    let several = within.split(|c| {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => is_done = true,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0 && !is_done
    });
    let names = several.map(|one| first_name(one.trim_start()));
    names.filter(|name| !name.is_empty()).collect()
}

fn first_name(path: &str) -> String {
    path.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, text: &str) -> Vec<String> {
        uses(path, text).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn uses_are_read_from_paths_that_begin_at_the_root() {
        let text = "use crate::{auth::{link, token}, error};\n//! crate::ledger\nfn f() { crate::jobs::now() }\n\
                    #[cfg(test)]\nmod tests { use crate::cli; }\n";
        assert_eq!(named("api/mod.rs", text), ["auth", "error", "jobs"]);
        assert_eq!(uses("api/mod.rs", text)[2].0, 3);
        assert_eq!(
            named("api/body.rs", "use super::super::vault;\nuse super::query;"),
            ["vault"]
        );
        assert_eq!(named("jobs/export/tests.rs", text), [""; 0]);
        assert_eq!(named("audit.rs", "use super::hub::Hub;\nuse std::fmt;"), ["hub"]);
    }

    #[test]
    fn nobody_uses_what_stands_below_it() {
        assert!(may_use("api", "jobs") && may_use("jobs", "jobs"));
        assert!(!may_use("jobs", "api") && !may_use("auth", "jobs"));
        // The state holds one of each, and each is handed the state.
        assert!(may_use("auth", "hub") && may_use("hub", "jobs"));
    }

    #[test]
    fn the_ways_lead_up_only() {
        for (at, (module, may)) in HUB_MODULES.iter().enumerate() {
            for used in *may {
                let above = HUB_MODULES[..at].iter().any(|(name, _)| name == used);
                assert!(above, "{module} may use {used}, which does not stand above it");
            }
        }
    }
}
