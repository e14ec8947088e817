//! How much was labeled and reviewed, by day and by person: counted as it happens, so that nobody has to read the
//! history.

use insitu_model::{
    id::{OrganizationId, ProjectId, UserId},
    task::Stage,
};

use crate::{Result, Tx, projects, value::params};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What was done on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970, in UTC.
    pub day: i64,
    pub labeled: u64,
    pub reviewed: u64,
}

/// What somebody did on some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub user: UserId,
    /// None where the user is gone.
    pub name: Option<String>,
    pub email: Option<String>,
    pub labeled: u64,
    pub reviewed: u64,
    /// Milliseconds of work on them.
    pub duration: u64,
}

/// The day of a moment.
pub fn day_of(ms: i64) -> i64 {
    ms.div_euclid(DAY_MS)
}

/// Notes that somebody sent a task on from a stage.
pub(super) fn note(
    tx: &mut Tx,
    project: i64,
    by: UserId,
    (from, duration): (Stage, u64),
    now: i64,
) -> Result<()> {
    let (labeled, reviewed) = (from == Stage::Label, from == Stage::Review);
    tx.execute(
        "INSERT INTO task_days (project, day, user_id, labeled, reviewed, duration) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (project, day, user_id) DO UPDATE SET labeled = task_days.labeled + excluded.labeled,
             reviewed = task_days.reviewed + excluded.reviewed, duration = task_days.duration + excluded.duration",
        params![
            project,
            day_of(now),
            &by,
            u32::from(labeled),
            u32::from(reviewed),
            duration
        ],
    )?;
    Ok(())
}

/// What was done in a project from a day on, the first day first; days on which nothing was done are left out.
pub fn days(tx: &mut Tx, organization: OrganizationId, project: ProjectId, since: i64) -> Result<Vec<Day>> {
    let number = projects::number(tx, organization, project)?;
    tx.rows(
        "SELECT day, CAST(SUM(labeled) AS BIGINT), CAST(SUM(reviewed) AS BIGINT) FROM task_days
         WHERE project = ?1 AND day >= ?2 GROUP BY day ORDER BY day",
        params![number, since],
        |row| {
            Ok(Day {
                day: row.next()?,
                labeled: row.next()?,
                reviewed: row.next()?,
            })
        },
    )
}

/// Who did most in a project from a day on, up to `limit` people.
pub fn shares(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    since: i64,
    limit: u32,
) -> Result<Vec<Share>> {
    let number = projects::number(tx, organization, project)?;
    tx.rows(
        "SELECT d.user_id, u.name, u.email, d.labeled, d.reviewed, d.duration FROM (
             SELECT user_id, CAST(SUM(labeled) AS BIGINT) AS labeled, CAST(SUM(reviewed) AS BIGINT) AS reviewed,
                 CAST(SUM(duration) AS BIGINT) AS duration
             FROM task_days WHERE project = ?1 AND day >= ?2 GROUP BY user_id) d
         LEFT JOIN users u ON u.id = d.user_id ORDER BY d.labeled + d.reviewed DESC, d.user_id LIMIT ?3",
        params![number, since, limit],
        |row| {
            Ok(Share {
                user: row.next()?,
                name: row.next()?,
                email: row.next()?,
                labeled: row.next()?,
                reviewed: row.next()?,
                duration: row.next()?,
            })
        },
    )
}
