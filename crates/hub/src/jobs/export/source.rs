//! Where an export's tasks come from: the project's, page by page, with the names that they are written with.

use std::collections::HashMap;
use std::sync::Arc;

use insitu_formats::labels::People;
use insitu_model::id::{BatchId, OrganizationId, ProjectId, UserId};
use insitu_model::schema::CategorySchema;
use insitu_store::tasks::{self, Condition, ExportTask};
use insitu_store::{Error, Tx, batches, members, projects, users};

use super::options::ExportOptions;
use crate::hub::Hub;

/// Tasks that are read at once at most.
const MAX_TASKS_PER_PAGE: u32 = 128;
/// Bytes of answers that a page should have; one larger than that is read alone.
const BYTES_PER_PAGE: usize = 4 << 20;

/// The tasks of one export, in the order of their assets.
pub struct Source {
    hub: Arc<Hub>,
    organization: OrganizationId,
    project: ProjectId,
    conditions: Arc<[Condition]>,
    with_history: bool,
    people: Arc<People>,
    next_limit: u32,
}

/// Some tasks, and who is named in them.
#[derive(Debug)]
pub struct Page {
    pub tasks: Vec<ExportTask>,
    pub people: Arc<People>,
}

/// What the whole project shares.
#[derive(Debug)]
pub struct Shared {
    pub schema: CategorySchema,
    pub batches: HashMap<BatchId, String>,
}

impl Source {
    /// The tasks that these options ask for, and what they share.
    pub async fn open(
        hub: Arc<Hub>,
        organization: OrganizationId,
        project: ProjectId,
        options: &ExportOptions,
    ) -> Result<(Self, Shared), Error> {
        let (shared, people) = hub
            .db
            .read(move |tx| {
                let schema = projects::get(tx, organization, project)?.category_schema;
                let shared = Shared {
                    schema: CategorySchema::stored(&schema),
                    batches: batches::list(tx, organization, project)?
                        .into_iter()
                        .map(|batch| (batch.id, batch.name))
                        .collect(),
                };
                Ok::<_, Error>((shared, people(tx, organization)?))
            })
            .await?;
        let source = Self {
            hub,
            organization,
            project,
            conditions: options.conditions().into(),
            // Where an object was drawn is seen from what its task was before.
            with_history: options.include_history || options.include_metadata,
            people: Arc::new(people),
            next_limit: 1,
        };
        Ok((source, shared))
    }

    /// The next tasks behind a position (0: from the beginning), at most `most`; none at the end.
    pub async fn page(&mut self, position: i64, most: u64) -> Result<Page, Error> {
        let limit = self.next_limit.min(u32::try_from(most).unwrap_or(u32::MAX));
        let (organization, project) = (self.organization, self.project);
        let (conditions, with_history) = (self.conditions.clone(), self.with_history);
        let known = self.people.clone();
        let (tasks, found) = self
            .hub
            .db
            .read(move |tx| {
                let tasks = tasks::for_export(
                    tx,
                    organization,
                    project,
                    &conditions,
                    (position, limit),
                    with_history,
                )?;
                let found = others(tx, &known, &tasks)?;
                Ok::<_, Error>((tasks, found))
            })
            .await?;
        if !found.is_empty() {
            Arc::make_mut(&mut self.people).extend(found);
        }
        self.next_limit = next_limit(limit, &tasks);
        Ok(Page {
            tasks,
            people: self.people.clone(),
        })
    }
}

/// How many tasks to read next, so that a page has about as many bytes as it should.
fn next_limit(limit: u32, tasks: &[ExportTask]) -> u32 {
    let bytes: usize = tasks
        .iter()
        .map(|task| {
            let history: usize = task.history.iter().map(|left| left.answer.len()).sum();
            task.answer.len() + history + task.task.asset.extra.as_ref().map_or(0, String::len)
        })
        .sum();
    let each = (bytes / tasks.len().max(1)).max(1);
    let fitting = u32::try_from(BYTES_PER_PAGE / each).unwrap_or(u32::MAX);
    fitting.clamp(1, MAX_TASKS_PER_PAGE).min(limit.saturating_mul(4))
}

/// The members of an organization by their ids.
fn people(tx: &mut Tx, organization: OrganizationId) -> Result<People, Error> {
    let members = members::addresses(tx, organization)?;
    Ok(members
        .into_iter()
        .map(|(id, email)| (id.to_string(), email))
        .collect())
}

/// Those who are named in tasks and are not known yet, because they are no members any more.
fn others(tx: &mut Tx, known: &People, tasks: &[ExportTask]) -> Result<Vec<(String, String)>, Error> {
    let mut found: HashMap<UserId, String> = HashMap::new();
    for task in tasks {
        let left = task.history.iter().filter_map(|left| left.completed_by);
        for id in task.task.people().chain(left) {
            if found.contains_key(&id) || known.contains_key(&id.to_string()) {
                continue;
            }
            if let Some(user) = users::find(tx, id)? {
                found.insert(id, user.email);
            }
        }
    }
    Ok(found
        .into_iter()
        .map(|(id, email)| (id.to_string(), email))
        .collect())
}
