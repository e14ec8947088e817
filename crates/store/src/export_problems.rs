//! What an export could not write, or wrote with a remark: a line for each, with its task and its reason.

use insitu_model::id::{ExportId, OrganizationId, TaskId};

use crate::{Result, Tx, exports, import_report::without_nul, value::params};

/// One reason why a task or an object is not in the file, or one remark about one that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// It was exported nevertheless.
    pub is_notice: bool,
    pub task: TaskId,
    /// The asset's external ID, or empty.
    pub external_id: String,
    /// The object's id, or empty for the whole task.
    pub object: String,
    /// A stable dotted code.
    pub code: String,
    pub message: String,
}

/// Problems read at once.
pub const MAX_PROBLEMS_PER_READ: u32 = 10_000;

/// The problems of an export in the order of its tasks, beginning with number `from` (0 is the first).
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ExportId,
    from: u64,
    limit: u32,
) -> Result<Vec<Problem>> {
    exports::get(tx, organization, id)?;
    tx.rows(
        "SELECT is_notice, task, external_id, object, code, message FROM export_problems
         WHERE export = ?1 AND position >= ?2 ORDER BY position LIMIT ?3",
        params![&id, from, limit.clamp(1, MAX_PROBLEMS_PER_READ)],
        |row| {
            Ok(Problem {
                is_notice: row.next()?,
                task: row.next()?,
                external_id: row.next()?,
                object: row.next()?,
                code: row.next()?,
                message: row.next()?,
            })
        },
    )
}

/// Appends problems behind the `position` that are there.
pub(crate) fn append(tx: &mut Tx, export: ExportId, position: u64, problems: &[Problem]) -> Result<()> {
    for (number, p) in (position..).zip(problems) {
        let [external_id, object, message] =
            [&p.external_id, &p.object, &p.message].map(|text| without_nul(text));
        tx.execute(
            "INSERT INTO export_problems (export, position, is_notice, task, external_id, object, code, message)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                &export,
                number,
                p.is_notice,
                &p.task,
                &*external_id,
                &*object,
                &p.code,
                &*message
            ],
        )?;
    }
    Ok(())
}
