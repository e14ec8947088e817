//! Blocks: how many visible assets of each kind a range of places holds.
//!
//! A block of level `n` is 2ⁿ places. With three levels, the row at any depth of a list is found by adding up a few
//! hundred counts, and a total by adding up one per kind.

use std::collections::BTreeMap;

use super::{
    AssetState,
    kinds::{KindSet, condition},
    place::{COUNTER_BITS, of_project},
};
use crate::{Result, Tx, value::params};

/// The lowest level: what is read row by row at most.
pub(super) const FINE: u32 = 10;
/// The level between.
const COARSE: u32 = 18;
/// One block for the whole project.
pub(super) const WHOLE: u32 = COUNTER_BITS;

/// All levels, lowest first.
pub(super) const LEVELS: [u32; 3] = [FINE, COARSE, WHOLE];

/// Changes to counts, collected and then written once per block: (live, deleted) by (block of the lowest level,
/// kind).
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<(i64, i64), (i64, i64)>);

impl Changes {
    pub(super) fn add(&mut self, place: i64, kind: i64, live: i64, deleted: i64) {
        let entry = self.0.entry((place >> FINE, kind)).or_default();
        entry.0 += live;
        entry.1 += deleted;
    }

    /// Adds the changes to what was counted, at every level.
    pub(super) fn write(self, tx: &mut Tx) -> Result<()> {
        for level in LEVELS {
            let mut sums: BTreeMap<(i64, i64), (i64, i64)> = BTreeMap::new();
            for ((block, kind), (live, deleted)) in &self.0 {
                let sum = sums.entry((block >> (level - FINE), *kind)).or_default();
                sum.0 += live;
                sum.1 += deleted;
            }
            for ((block, kind), (live, deleted)) in sums {
                tx.execute(
                    "INSERT INTO asset_blocks (level, block, kind, live, deleted) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (level, block, kind) DO UPDATE
                     SET live = asset_blocks.live + excluded.live, deleted = asset_blocks.deleted + excluded.deleted",
                    params![level, block, kind, live, deleted],
                )?;
            }
        }
        Ok(())
    }
}

/// A list's assets by their counts.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    pub(super) project: i64,
    pub(super) kinds: Option<&'a KindSet>,
    pub(super) state: AssetState,
    pub(super) descending: bool,
}

/// A block with some of the list's assets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) number: i64,
    pub(super) assets: u64,
}

impl Block {
    pub(super) fn first_place(self) -> i64 {
        self.number << FINE
    }

    pub(super) fn last_place(self) -> i64 {
        self.first_place() + (1 << FINE) - 1
    }

    /// Whether every place of the block is an asset of the list.
    pub(super) fn is_full(self) -> bool {
        self.assets == 1 << FINE
    }
}

impl Counted<'_> {
    /// How many there are.
    pub(super) fn total(self, tx: &mut Tx) -> Result<u64> {
        if self.kinds.is_some_and(KindSet::is_empty) {
            return Ok(0);
        }
        let sql = format!(
            "SELECT CAST(COALESCE(SUM({}), 0) AS BIGINT) FROM asset_blocks WHERE level = ?1 AND block = ?2{}",
            self.column(),
            condition(self.kinds)
        );
        Ok(tx.cell(&sql, params![WHOLE, self.project])?.unwrap_or(0))
    }

    /// The block of the lowest level that holds row `offset` of the list, and how many rows of it come before.
    pub(super) fn locate(self, tx: &mut Tx, offset: u64) -> Result<Option<(i64, u64)>> {
        let (first, last) = of_project(self.project);
        let mut range = (first >> COARSE, last >> COARSE);
        let mut rest = offset;
        for level in [COARSE, FINE] {
            let Some((block, before)) = self.locate_in(tx, level, range, rest)? else {
                return Ok(None);
            };
            rest -= before;
            if level == FINE {
                return Ok(Some((block, rest)));
            }
            let children = COARSE - FINE;
            range = (block << children, ((block + 1) << children) - 1);
        }
        Ok(None)
    }

    fn locate_in(
        self,
        tx: &mut Tx,
        level: u32,
        range: (i64, i64),
        offset: u64,
    ) -> Result<Option<(i64, u64)>> {
        let mut before = 0;
        let mut found = None;
        tx.visit(&self.sql(), params![level, range.0, range.1, i64::MAX], |row| {
            let (block, assets): (i64, u64) = (row.next()?, row.next()?);
            if before + assets > offset {
                found = Some((block, before));
                return Ok(false);
            }
            before += assets;
            Ok(true)
        })?;
        Ok(found)
    }

    /// The blocks from `start` on (in the list's direction) that together hold at least `wanted` rows, not counting
    /// those of the first.
    pub(super) fn blocks_from(self, tx: &mut Tx, start: i64, wanted: u64) -> Result<Vec<Block>> {
        let (first, last) = of_project(self.project);
        let (low, high) = if self.descending {
            (first >> FINE, start)
        } else {
            (start, last >> FINE)
        };
        let mut blocks: Vec<Block> = Vec::new();
        let mut held = 0;
        tx.visit(
            &self.sql(),
            params![FINE, low, high, wanted.saturating_add(1)],
            |row| {
                let block = Block {
                    number: row.next()?,
                    assets: row.next()?,
                };
                held += if blocks.is_empty() { 0 } else { block.assets };
                blocks.push(block);
                Ok(held < wanted)
            },
        )?;
        Ok(blocks)
    }

    fn sql(self) -> String {
        let column = self.column();
        format!(
            "SELECT block, CAST(SUM({column}) AS BIGINT) FROM asset_blocks
             WHERE level = ?1 AND block BETWEEN ?2 AND ?3{} GROUP BY block HAVING SUM({column}) > 0
             ORDER BY block{} LIMIT ?4",
            condition(self.kinds),
            if self.descending { " DESC" } else { "" }
        )
    }

    fn column(self) -> &'static str {
        match self.state {
            AssetState::Active => "live",
            AssetState::Deleted => "deleted",
        }
    }
}
