//! Terms of answers that were kept before there were terms: looked through once, a bounded part at a time.
//!
//! How far a project is stands in its row and is committed together with what was found so far. Whoever saves meanwhile
//! writes their own terms; the row goes away at the end, and until then nobody is told what the project's answers are.

use std::collections::HashSet;

use insitu_model::{answer::Terms, schema::CategorySchema};

use super::{place, terms};
use crate::{Error, Result, Tx, tasks, value::params};

/// Answers that one step looks at.
const ANSWERS_PER_STEP: u32 = 256;
/// Places that one step looks over, whether they have answers or not.
const PLACES_PER_STEP: i64 = 4_096;
/// Bytes of answers after which a step ends.
const BYTES_PER_STEP: usize = 4 * 1024 * 1024;

/// Looks through the next answers of a project; false when there is none left that nobody else looks through. Run it in
/// [`crate::Db::claim`].
pub fn fill_terms_step(tx: &mut Tx) -> Result<bool> {
    let found = tx.row(
        "SELECT project, next_place, last_place FROM answer_fills ORDER BY project LIMIT 1 /*claim*/",
        &[],
        |row| Ok((row.next::<i64>()?, row.next::<i64>()?, row.next::<i64>()?)),
    )?;
    let Some((project, first, last)) = found else {
        return Ok(false);
    };
    // In this order, as deleting assets and completing imports have it.
    place::lock(tx, project)?;
    tasks::lock(tx, project)?;
    let mut step = Step {
        schema: schema_of(tx, project)?,
        first,
        last: last.min(first.saturating_add(PLACES_PER_STEP - 1)),
        found: Vec::new(),
    };
    step.end_behind_answers(tx)?;
    if has_pre_labels(tx, project)? {
        step.pre_labels(tx, project)?;
    }
    step.answers(tx)?;
    for (place, found) in step.found.iter().filter(|(place, _)| *place <= step.last) {
        terms::set(tx, *place, found)?;
    }
    if step.last < last {
        tx.execute(
            "UPDATE answer_fills SET next_place = ?2 WHERE project = ?1",
            params![project, step.last + 1],
        )?;
    } else {
        tx.execute("DELETE FROM answer_fills WHERE project = ?1", params![project])?;
    }
    Ok(true)
}

/// Whether every project's answers of before are looked through.
pub fn are_terms_filled(tx: &mut Tx) -> Result<bool> {
    let left: Option<i64> = tx.cell("SELECT project FROM answer_fills LIMIT 1", &[])?;
    Ok(left.is_none())
}

/// [`Error::NotReady`] while the project's answers of before are being looked through.
pub(super) fn check(tx: &mut Tx, project: i64) -> Result<()> {
    let left = tx.row(
        "SELECT next_place, last_place FROM answer_fills WHERE project = ?1",
        params![project],
        |row| Ok((row.next::<i64>()?, row.next::<i64>()?)),
    )?;
    let Some((next, last)) = left else { return Ok(()) };
    let (first, _) = place::of_project(project);
    let percent = (next - first) * 100 / (last - first + 1);
    Err(Error::NotReady {
        what: "filter by answers",
        problem: format!(
            "the hub is still looking through the answers that the project had before there was this filter \
             ({percent} % done); ask again in a minute"
        ),
    })
}

/// Whether assets of a project may have come with labels.
pub(super) fn has_pre_labels(tx: &mut Tx, project: i64) -> Result<bool> {
    let kind: Option<i64> = tx.cell(
        "SELECT kind FROM asset_kinds WHERE project = ?1 AND is_pre_labeled = 1 LIMIT 1",
        params![project],
    )?;
    Ok(kind.is_some())
}

pub(super) fn schema_of(tx: &mut Tx, project: i64) -> Result<CategorySchema> {
    let text: Option<String> = tx.cell(
        "SELECT category_schema FROM projects WHERE number = ?1",
        params![project],
    )?;
    Ok(CategorySchema::stored(&text.unwrap_or_default()))
}

struct Step {
    schema: CategorySchema,
    first: i64,
    /// Nearer wherever the step has done enough.
    last: i64,
    found: Vec<(i64, Terms)>,
}

impl Step {
    fn end_behind_answers(&mut self, tx: &mut Tx) -> Result<()> {
        let places: Vec<i64> = tx.rows(
            "SELECT place FROM task_answers WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3",
            params![self.first, self.last, ANSWERS_PER_STEP],
            |row| row.next(),
        )?;
        if places.len() == ANSWERS_PER_STEP as usize {
            self.last = places.last().copied().unwrap_or(self.last);
        }
        Ok(())
    }

    /// Those that nobody has worked on.
    fn pre_labels(&mut self, tx: &mut Tx, project: i64) -> Result<()> {
        let sql = "SELECT a.place, a.extra FROM assets a WHERE a.place BETWEEN ?1 AND ?2
             AND a.kind IN (SELECT kind FROM asset_kinds WHERE project = ?3 AND is_pre_labeled = 1)
             AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.place = a.place) ORDER BY a.place";
        let (mut bytes, mut end) = (0, self.last);
        let (found, schema) = (&mut self.found, &self.schema);
        tx.visit(sql, params![self.first, self.last, project], |row| {
            let (place, extra): (i64, Option<String>) = (row.next()?, row.next()?);
            let answer = tasks::answer_of_pre_labels(extra.as_deref()).unwrap_or_default();
            found.push((place, Terms::of_stored(&answer, schema)));
            bytes += answer.len();
            if bytes < BYTES_PER_STEP {
                return Ok(true);
            }
            end = place;
            Ok(false)
        })?;
        self.last = end;
        Ok(())
    }

    fn answers(&mut self, tx: &mut Tx) -> Result<()> {
        // Who saves one of them now comes first or waits; who answers for the first time meanwhile brings their own terms.
        let held: HashSet<i64> = tx
            .rows(
                "UPDATE tasks SET revision = revision WHERE place IN
                     (SELECT a.place FROM task_answers a WHERE a.place BETWEEN ?1 AND ?2) RETURNING place",
                params![self.first, self.last],
                |row| row.next(),
            )?
            .into_iter()
            .collect();
        let (mut bytes, mut end) = (0, self.last);
        let (found, schema) = (&mut self.found, &self.schema);
        tx.visit(
            "SELECT place, answer FROM task_answers WHERE place BETWEEN ?1 AND ?2 ORDER BY place",
            params![self.first, self.last],
            |row| {
                let (place, answer): (i64, String) = (row.next()?, row.next()?);
                if held.contains(&place) {
                    found.push((place, Terms::of_stored(&answer, schema)));
                }
                bytes += answer.len();
                if bytes < BYTES_PER_STEP {
                    return Ok(true);
                }
                end = place;
                Ok(false)
            },
        )?;
        self.last = end;
        Ok(())
    }
}
