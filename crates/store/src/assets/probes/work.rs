//! Who looks at a range, which assets come next, and what became of them.
//!
//! Whatever happens to a worker, what it wrote down stays and the rest is looked at again: the place to go on from is
//! committed together with what was found before it.

use std::collections::BTreeMap;

use super::{
    MEASURED, Range, Trouble, Unmeasured, count, key,
    known::{self, Known, Learned, ObjectKey},
    read_storage,
};
use crate::{
    Error, Result, Tx,
    assets::dimensions,
    organizations,
    value::{Row, params},
};

/// Places that one chunk looks over at most: the work of one transaction stays small where few assets are unknown.
const PLACES_PER_CHUNK: i64 = 16_384;

/// Some assets of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// In the order of their places.
    pub assets: Vec<Unmeasured>,
    /// What is known of their objects.
    pub known: BTreeMap<ObjectKey, Known>,
    /// Where to go on after them.
    next_place: i64,
}

/// What became of a chunk.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// With width and height as shown.
    pub measured: Vec<(Unmeasured, u32, u32)>,
    /// With code and message of the reason.
    pub failed: Vec<(Unmeasured, String, String)>,
    /// Assets that are to be tried again: the first of them is where to go on.
    pub left: Vec<Unmeasured>,
    /// Why they are, and when.
    pub trouble: Option<Trouble>,
    /// What was read meanwhile, for the next who name the same objects.
    pub learned: Vec<Learned>,
}

const COLUMNS: &str = "organization, storage, attempts, import, project, first_place, next_place, last_place";

/// What makes a range one that somebody can take now (`?1`). A storage is looked at by one worker at a time, so that
/// nobody floods it.
const TAKEABLE: &str = "r.visible = 1 AND r.due_at <= ?1 AND r.lease_until < ?1
     AND EXISTS (SELECT 1 FROM organizations o WHERE o.id = r.organization AND o.header_probes = 1)
     AND EXISTS (SELECT 1 FROM projects p WHERE p.number = r.project AND p.deleted_at IS NULL)
     AND NOT EXISTS (SELECT 1 FROM probe_ranges b WHERE b.organization = r.organization AND b.storage = r.storage
         AND b.visible = 1 AND b.lease_until >= ?1)";

/// Takes the range that waits longest. Run it in [`crate::Db::claim`]: two claimers get two ranges.
pub fn claim(tx: &mut Tx, owner: &str, now: i64, lease_until: i64) -> Result<Option<Range>> {
    // Of two who claim at the same moment, the second sees which storage the first took.
    tx.lock_name("ranges of probes")?;
    let found = tx.row(
        &format!("SELECT {COLUMNS} FROM probe_ranges r WHERE {TAKEABLE} ORDER BY r.due_at LIMIT 1 /*claim*/"),
        params![now],
        read,
    )?;
    let Some(range) = found else { return Ok(None) };
    tx.execute(
        "UPDATE probe_ranges SET lease_owner = ?4, lease_until = ?5
         WHERE import = ?1 AND storage = ?2 AND first_place = ?3",
        params![
            range.import,
            key(&range.storage),
            range.first_place,
            owner,
            lease_until
        ],
    )?;
    Ok(Some(range))
}

/// Keeps a range while its assets are looked at. [`Error::Conflict`] when somebody else has it now.
pub fn renew(tx: &mut Tx, range: &Range, owner: &str, lease_until: i64) -> Result<()> {
    let renewed = tx.execute(
        "UPDATE probe_ranges SET lease_until = ?5
         WHERE import = ?1 AND storage = ?2 AND first_place = ?3 AND lease_owner = ?4",
        params![
            range.import,
            key(&range.storage),
            range.first_place,
            owner,
            lease_until
        ],
    )?;
    held(range, renewed)
}

/// The next assets of a range, up to `limit`; none when the organization does not let them be looked at any more.
pub fn chunk(tx: &mut Tx, range: &Range, limit: u32) -> Result<Option<Chunk>> {
    if !organizations::header_probes(tx, range.organization)? {
        return Ok(None);
    }
    let last = range.last_place.min(range.next_place + PLACES_PER_CHUNK - 1);
    let assets = dimensions::unmeasured(tx, range, (range.next_place, last), limit)?;
    let known = known::of_assets(tx, range, &assets)?;
    let next_place = match assets.last() {
        Some(asset) if assets.len() >= limit as usize => asset.place + 1,
        _ => last + 1,
    };
    Ok(Some(Chunk {
        assets,
        known,
        next_place,
    }))
}

/// Writes down what became of a chunk and goes on behind it, or at the first asset that is left. A lease in the past
/// gives the range back. The range as it is then; none when nothing of it is left. [`Error::Conflict`] when somebody
/// else has it now: nothing is written then. Run it in [`crate::Db::claim`].
pub fn settle(
    tx: &mut Tx,
    range: &Range,
    owner: &str,
    (chunk, report): (&Chunk, &Report),
    now: i64,
    lease_until: i64,
) -> Result<Option<Range>> {
    let next_place = report.left.iter().map(|asset| asset.place).min();
    let attempts = match report.trouble {
        Some(_) => range.attempts.saturating_add(1),
        None => 0,
    };
    let settled = Range {
        next_place: next_place.unwrap_or(chunk.next_place),
        attempts,
        ..range.clone()
    };
    advance(tx, &settled, owner, report, now, lease_until)?;
    known::learn(tx, &report.learned, now)?;
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (asset, width, height) in &report.measured {
        if dimensions::measure(tx, asset, *width, *height)? {
            *counts.entry(MEASURED).or_default() += 1;
        }
    }
    for (asset, code, message) in &report.failed {
        *counts.entry(code).or_default() += fail(tx, asset, (code, message), now)?;
    }
    for (outcome, assets) in counts {
        count(tx, range.project, outcome, assets)?;
    }
    if settled.next_place <= settled.last_place {
        return Ok(Some(settled));
    }
    tx.execute(
        "DELETE FROM probe_ranges WHERE import = ?1 AND storage = ?2 AND first_place = ?3",
        params![range.import, key(&range.storage), range.first_place],
    )?;
    Ok(None)
}

fn advance(
    tx: &mut Tx,
    settled: &Range,
    owner: &str,
    report: &Report,
    now: i64,
    lease_until: i64,
) -> Result<()> {
    let looked_at = (report.measured.len() + report.failed.len()) as u64;
    let trouble = report.trouble.as_ref();
    let due_at = trouble.map_or(now, |trouble| trouble.due_at);
    let advanced = tx.execute(
        "UPDATE probe_ranges SET next_place = ?5, unknown = CASE WHEN unknown > ?6 THEN unknown - ?6 ELSE 0 END,
             attempts = ?7, trouble_code = ?8, trouble_message = ?9, due_at = ?10, lease_until = ?11
         WHERE import = ?1 AND storage = ?2 AND first_place = ?3 AND lease_owner = ?4",
        params![
            settled.import,
            key(&settled.storage),
            settled.first_place,
            owner,
            settled.next_place,
            looked_at,
            settled.attempts,
            trouble.map(|trouble| &trouble.code),
            trouble.map(|trouble| &trouble.message),
            due_at,
            lease_until
        ],
    )?;
    held(settled, advanced)?;
    if trouble.is_some() && settled.storage.is_some() {
        // What else lies in the storage waits as well.
        tx.execute(
            "UPDATE probe_ranges SET due_at = ?3
             WHERE organization = ?1 AND storage = ?2 AND visible = 1 AND due_at < ?3",
            params![&settled.organization, key(&settled.storage), due_at],
        )?;
    }
    Ok(())
}

/// Keeps why an asset was given up, unless its size is known by now; how many were.
fn fail(tx: &mut Tx, asset: &Unmeasured, (code, message): (&str, &str), now: i64) -> Result<i64> {
    let failed = tx.execute(
        "INSERT INTO probe_failures (place, code, message, failed_at)
         SELECT place, ?3, ?4, ?5 FROM assets
         WHERE place = ?1 AND data = ?2 AND deleted_at IS NULL AND (width IS NULL OR height IS NULL)
         ON CONFLICT (place) DO NOTHING",
        params![asset.place, &asset.data, code, message, now],
    )?;
    Ok(i64::from(failed > 0))
}

/// Ends all leases, for a hub that knows itself to be the only one.
pub fn free_all(tx: &mut Tx) -> Result<()> {
    tx.execute(
        "UPDATE probe_ranges SET lease_until = 0 WHERE lease_until > 0",
        &[],
    )?;
    Ok(())
}

fn held(range: &Range, rows: u64) -> Result<()> {
    if rows == 0 {
        let what = "is not this worker's any more; stop working on it";
        return Err(Error::conflict("range of probes", range.first_place, what));
    }
    Ok(())
}

fn read(row: &mut Row<'_>) -> Result<Range> {
    Ok(Range {
        organization: row.next()?,
        storage: read_storage(row)?,
        attempts: row.next()?,
        import: row.next()?,
        project: row.next()?,
        first_place: row.next()?,
        next_place: row.next()?,
        last_place: row.next()?,
    })
}
