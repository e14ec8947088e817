//! Tasks on their way out.

use std::collections::HashMap;

use insitu_model::{
    id::{ImportId, OrganizationId, ProjectId, TaskId, UserId},
    task::{ReviewStatus, Stage},
};

use super::{
    HistoryEntry, Located, Task,
    answer::{self, EMPTY, answer_of_pre_labels},
};
use crate::{
    Result, Tx,
    assets::{self, Asset},
    projects,
    value::{Row, Value, params},
};

/// A task as its row has it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    stage: Stage,
    assignee: Option<UserId>,
    is_skipped: bool,
    is_draft: bool,
    is_pre_labeled: bool,
    review_status: ReviewStatus,
    revision: u64,
    duration: u64,
    total_duration: u64,
    labeled_by: Option<UserId>,
    opened_at: Option<i64>,
    updated_at: i64,
    updated_by: Option<UserId>,
    completed_at: Option<i64>,
    completed_by: Option<UserId>,
}

const COLUMNS: &str =
    "place, stage, assignee, is_skipped, is_draft, is_pre_labeled, review_status, revision, duration,
    total_duration, labeled_by, opened_at, updated_at, updated_by, completed_at, completed_by";

fn read(row: &mut Row<'_>) -> Result<(i64, Stored)> {
    Ok((
        row.next()?,
        Stored {
            stage: row.next()?,
            assignee: row.next()?,
            is_skipped: row.next()?,
            is_draft: row.next()?,
            is_pre_labeled: row.next()?,
            review_status: row.next()?,
            revision: row.next()?,
            duration: row.next()?,
            total_duration: row.next()?,
            labeled_by: row.next()?,
            opened_at: row.next()?,
            updated_at: row.next()?,
            updated_by: row.next()?,
            completed_at: row.next()?,
            completed_by: row.next()?,
        },
    ))
}

/// Where a task is, in whichever organization; none when its asset is not visible.
pub fn locate(tx: &mut Tx, id: TaskId) -> Result<Option<Located>> {
    let Some(asset) = id.asset() else { return Ok(None) };
    let found = assets::project_and_place(tx, asset)?;
    Ok(found.map(|(organization, project, _)| Located {
        organization,
        project,
        id,
    }))
}

/// The place of a project's task.
pub(super) fn place(tx: &mut Tx, project: i64, id: TaskId) -> Result<Option<i64>> {
    match id.asset() {
        Some(asset) => assets::place_of(tx, project, asset),
        None => Ok(None),
    }
}

/// The task, touched or not; none when its asset is deleted or not in the project.
pub fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
) -> Result<Option<Task>> {
    let number = projects::number(tx, organization, project)?;
    match place(tx, number, id)? {
        Some(place) => at(tx, number, place),
        None => Ok(None),
    }
}

/// The task at a place.
pub(super) fn at(tx: &mut Tx, project: i64, place: i64) -> Result<Option<Task>> {
    Ok(at_places(tx, project, &[place])?.pop().map(|(_, task)| task))
}

/// The tasks at `places`, in their order; those of deleted assets are left out.
pub(super) fn at_places(tx: &mut Tx, project: i64, places: &[i64]) -> Result<Vec<(i64, Task)>> {
    let mut assets = assets::at(tx, project, places)?;
    assets.retain(|(_, asset)| asset.deleted_at.is_none());
    let mut rows = stored(tx, places)?;
    let creators = assets::creators(tx, assets.iter().map(|(_, asset)| &asset.id))?;
    Ok(assets
        .into_iter()
        .map(|(place, asset)| {
            let prefix = ImportId::from_bytes(*asset.id.as_bytes()).asset_prefix();
            let created_by = creators.get(&prefix).copied();
            (place, join(asset, rows.remove(&place), created_by))
        })
        .collect())
}

/// Tasks that one statement reads; as for assets, there are statements for this number and for one.
const TASKS_PER_STATEMENT: usize = 128;

pub(super) fn by_places<T>(
    tx: &mut Tx,
    select: &str,
    places: &[i64],
    mut read: impl FnMut(&mut Row<'_>) -> Result<(i64, T)>,
) -> Result<HashMap<i64, T>> {
    let mut found = HashMap::with_capacity(places.len());
    for chunk in places.chunks(TASKS_PER_STATEMENT) {
        let size = if chunk.len() == 1 { 1 } else { TASKS_PER_STATEMENT };
        let last = chunk.last().copied().unwrap_or(0);
        let padded = chunk.iter().copied().chain(std::iter::repeat(last)).take(size);
        let params: Vec<Value<'_>> = padded.map(Value::from).collect();
        let list: Vec<String> = (1..=size).map(|n| format!("?{n}")).collect();
        tx.visit(
            &format!("{select} WHERE place IN ({})", list.join(", ")),
            &params,
            |row| {
                let (place, value) = read(row)?;
                found.insert(place, value);
                Ok(true)
            },
        )?;
    }
    Ok(found)
}

fn stored(tx: &mut Tx, places: &[i64]) -> Result<HashMap<i64, Stored>> {
    by_places(tx, &format!("SELECT {COLUMNS} FROM tasks"), places, read)
}

/// The answers of the touched ones among `places`.
pub(super) fn answers_at(tx: &mut Tx, places: &[i64]) -> Result<HashMap<i64, String>> {
    by_places(tx, "SELECT place, answer FROM task_answers", places, |row| {
        Ok((row.next()?, row.next()?))
    })
}

fn join(asset: Asset, row: Option<Stored>, created_by: Option<UserId>) -> Task {
    let Some(row) = row else {
        return Task {
            stage: Stage::Label,
            assignee: None,
            is_skipped: false,
            is_draft: false,
            is_pre_labeled: answer_of_pre_labels(asset.extra.as_deref()).is_some(),
            review_status: ReviewStatus::Todo,
            revision: 0,
            duration: 0,
            total_duration: 0,
            labeled_by: None,
            created_by,
            opened_at: None,
            updated_at: asset.created_at,
            updated_by: None,
            completed_at: None,
            completed_by: None,
            asset,
        };
    };
    Task {
        asset,
        stage: row.stage,
        assignee: row.assignee,
        is_skipped: row.is_skipped,
        is_draft: row.is_draft,
        is_pre_labeled: row.is_pre_labeled,
        review_status: row.review_status,
        revision: row.revision,
        duration: row.duration,
        total_duration: row.total_duration,
        labeled_by: row.labeled_by,
        created_by,
        opened_at: row.opened_at,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
        completed_at: row.completed_at,
        completed_by: row.completed_by,
    }
}

/// The answer of a task, as JSON `{"tools","classifications","relations"}` with whatever else was sent beside them.
pub fn answer(tx: &mut Tx, organization: OrganizationId, project: ProjectId, task: &Task) -> Result<String> {
    let number = projects::number(tx, organization, project)?;
    let Some(place) = place(tx, number, task.id())? else {
        return Ok(EMPTY.to_owned());
    };
    if let Some(kept) = answers_at(tx, &[place])?.remove(&place) {
        return Ok(kept);
    }
    Ok(untouched_answer(task))
}

/// The answer of a task of which none is kept: its asset's pre-labels while nobody has touched it.
pub(super) fn untouched_answer(task: &Task) -> String {
    let labels = Some(task)
        .filter(|task| task.is_pre_labeled && task.revision == 0)
        .and_then(|task| answer_of_pre_labels(task.asset.extra.as_deref()));
    labels.unwrap_or_else(|| EMPTY.to_owned())
}

/// What a task was when it left each stage, oldest first.
pub fn history(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    id: TaskId,
) -> Result<Vec<HistoryEntry>> {
    let number = projects::number(tx, organization, project)?;
    match place(tx, number, id)? {
        Some(place) => history_at(tx, place),
        None => Ok(Vec::new()),
    }
}

/// The histories of the tasks at `places`, each oldest first.
pub(super) fn histories_at(tx: &mut Tx, places: &[i64]) -> Result<HashMap<i64, Vec<HistoryEntry>>> {
    let mut entries: Vec<(i64, i64, HistoryEntry)> = Vec::new();
    by_places(
        tx,
        "SELECT place, position, stage, completed_at, completed_by, duration, answer FROM task_history",
        places,
        |row| {
            let (place, position) = (row.next()?, row.next()?);
            entries.push((place, position, read_history(row)?));
            Ok((place, ()))
        },
    )?;
    entries.sort_unstable_by_key(|(place, position, _)| (*place, *position));
    let mut found: HashMap<i64, Vec<HistoryEntry>> = HashMap::with_capacity(places.len());
    for (place, _, entry) in entries {
        found.entry(place).or_default().push(entry);
    }
    Ok(found)
}

pub(super) fn history_at(tx: &mut Tx, place: i64) -> Result<Vec<HistoryEntry>> {
    tx.rows(
        "SELECT stage, completed_at, completed_by, duration, answer FROM task_history WHERE place = ?1
         ORDER BY position",
        params![place],
        read_history,
    )
}

fn read_history(row: &mut Row<'_>) -> Result<HistoryEntry> {
    Ok(HistoryEntry {
        stage: row.next()?,
        completed_at: row.next()?,
        completed_by: row.next()?,
        duration: row.next()?,
        answer: row.next()?,
    })
}

/// The answer that is kept for a touched task.
pub(super) fn kept_answer(tx: &mut Tx, place: i64) -> Result<String> {
    answer::get(tx, place)
}
