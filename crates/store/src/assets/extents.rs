//! Extents: which places hold which assets of which import.

use insitu_model::id::{AssetId, ImportId};

use super::{Times, place::of_project, spans::Span};
use crate::{
    Error, Result, Tx,
    value::{Row, params},
};

/// An extent as it is read.
#[derive(Clone, Copy, Debug)]
struct Extent {
    place: i64,
    length: i64,
    ordinal: i64,
    prefix: [u8; 8],
}

impl Extent {
    fn holds_ordinal(&self, ordinal: i64) -> bool {
        (self.ordinal..self.ordinal + self.length).contains(&ordinal)
    }
}

/// Notes that `length` places from `place` on hold the import's assets from `ordinal` on; hidden until revealed.
pub(super) fn append(tx: &mut Tx, import: i64, place: i64, ordinal: u64, length: u64) -> Result<()> {
    let longer = tx.execute(
        "UPDATE asset_extents SET length = length + ?4 WHERE import = ?1
         AND place = (SELECT place FROM asset_extents WHERE import = ?1 ORDER BY ordinal DESC LIMIT 1)
         AND place + length = ?2 AND ordinal + length = ?3",
        params![import, place, ordinal, length],
    )?;
    if longer == 0 {
        tx.execute(
            "INSERT INTO asset_extents (place, length, import, ordinal, visible) VALUES (?1, ?2, ?3, ?4, 0)",
            params![place, length, import, ordinal],
        )?;
    }
    Ok(())
}

/// The places of a project that hold assets of imports that are not complete, ascending.
pub(super) fn hidden(tx: &mut Tx, project: i64) -> Result<Vec<Span>> {
    let (first, last) = of_project(project);
    tx.rows(
        "SELECT place, length FROM asset_extents WHERE visible = 0 AND place BETWEEN ?1 AND ?2 ORDER BY place",
        params![first, last],
        read_span,
    )
}

/// The places between which lie all assets of a project that were imported within some time; none where there are none.
pub(super) fn imported_within(tx: &mut Tx, project: i64, times: Times) -> Result<Option<Span>> {
    let (first, last) = of_project(project);
    // An import writes its assets between its beginning and its end.
    let begun = times.until.map(|ms| format!(" AND i.created_at < {ms}"));
    let ended = times
        .from
        .map(|ms| format!(" AND (i.finished_at IS NULL OR i.finished_at >= {ms})"));
    let found = tx.row(
        &format!(
            "SELECT MIN(e.place), MAX(e.place + e.length - 1) FROM projects p JOIN imports i ON i.project = p.id
             JOIN asset_extents e ON e.import = i.number
             WHERE p.number = ?1 AND e.visible = 1 AND e.place BETWEEN ?2 AND ?3{}{}",
            begun.unwrap_or_default(),
            ended.unwrap_or_default()
        ),
        params![project, first, last],
        |row| Ok((row.next::<Option<i64>>()?, row.next::<Option<i64>>()?)),
    )?;
    Ok(found
        .and_then(|(first, last)| first.zip(last))
        .map(|(first, last)| Span { first, last }))
}

/// The places of an import's assets, ascending.
pub(super) fn of_import(tx: &mut Tx, import: i64) -> Result<Vec<Span>> {
    tx.rows(
        "SELECT place, length FROM asset_extents WHERE import = ?1 ORDER BY ordinal",
        params![import],
        read_span,
    )
}

fn read_span(row: &mut Row<'_>) -> Result<Span> {
    let (first, length): (i64, i64) = (row.next()?, row.next()?);
    Ok(Span {
        first,
        last: first + length - 1,
    })
}

/// Finds the places of visible assets, remembering the extent that it read: ids asked together are often neighbours.
#[derive(Default)]
pub(super) struct Locator {
    last: Option<Extent>,
}

impl Locator {
    pub(super) fn place_of(&mut self, tx: &mut Tx, project: i64, id: AssetId) -> Result<Option<i64>> {
        let prefix = ImportId::from_bytes(*id.as_bytes()).asset_prefix();
        let ordinal = i64::from(id.ordinal());
        let known = self
            .last
            .filter(|extent| extent.prefix == prefix && extent.holds_ordinal(ordinal));
        if known.is_none() {
            let (first, last) = of_project(project);
            self.last = tx.row(
                "SELECT e.place, e.length, e.ordinal, i.asset_prefix
                 FROM imports i JOIN asset_extents e ON e.import = i.number
                 WHERE i.asset_prefix = ?1 AND e.ordinal <= ?2 AND e.visible = 1 AND e.place BETWEEN ?3 AND ?4
                 ORDER BY e.ordinal DESC LIMIT 1",
                params![&prefix, ordinal, first, last],
                read_extent,
            )?;
        }
        let extent = self
            .last
            .filter(|extent| extent.prefix == prefix && extent.holds_ordinal(ordinal));
        Ok(extent.map(|extent| extent.place + ordinal - extent.ordinal))
    }
}

/// Gives the public ids of places, remembering the extents that it read.
#[derive(Default)]
pub(super) struct Namer {
    extents: Vec<Extent>,
}

/// How many extents are read ahead where a page's places lie close together.
const EXTENTS_AHEAD: i64 = 128;

impl Namer {
    /// Prepares for the places of a page. Pages of a list by time lie close together; then their extents come in
    /// one read even when each import held a single asset.
    pub(super) fn for_page(tx: &mut Tx, places: &[i64]) -> Result<Self> {
        let mut namer = Self::default();
        if let (Some(first), Some(last)) = (places.iter().min(), places.iter().max())
            && last - first < 1 << super::blocks::FINE
        {
            namer.extents = read_extents(tx, *first, *last, EXTENTS_AHEAD)?;
        }
        Ok(namer)
    }

    pub(super) fn name(&mut self, tx: &mut Tx, place: i64) -> Result<AssetId> {
        let holds = |extent: &&Extent| (extent.place..extent.place + extent.length).contains(&place);
        let at = self.extents.partition_point(|extent| extent.place <= place);
        let known = at
            .checked_sub(1)
            .and_then(|at| self.extents.get(at))
            .filter(holds)
            .copied();
        let extent = match known {
            Some(extent) => extent,
            None => {
                let read = read_extents(tx, place, place, 1)?;
                let extent = *read
                    .iter()
                    .find(holds)
                    .ok_or_else(|| Error::not_found("extent of place", place))?;
                self.extents.insert(at, extent);
                extent
            }
        };
        let ordinal = u32::try_from(extent.ordinal + place - extent.place).map_err(|_| Error::Refused {
            what: "the asset",
            problem: "its import has more than 2^31 assets",
        })?;
        let [a, b, c, d, e, f, g, h] = extent.prefix;
        Ok(AssetId::of_import(
            ImportId::from_bytes([a, b, c, d, e, f, g, h, 0, 0, 0, 0]),
            ordinal,
        ))
    }
}

/// The extents that hold the places from `first` to `last`.
fn read_extents(tx: &mut Tx, first: i64, last: i64, limit: i64) -> Result<Vec<Extent>> {
    tx.rows(
        "SELECT e.place, e.length, e.ordinal, i.asset_prefix FROM asset_extents e JOIN imports i ON i.number = e.import
         WHERE e.place >= (SELECT COALESCE(MAX(place), 0) FROM asset_extents WHERE place <= ?1) AND e.place <= ?2
         ORDER BY e.place LIMIT ?3",
        params![first, last, limit],
        read_extent,
    )
}

fn read_extent(row: &mut Row<'_>) -> Result<Extent> {
    Ok(Extent {
        place: row.next()?,
        length: row.next()?,
        ordinal: row.next()?,
        prefix: row.next()?,
    })
}
