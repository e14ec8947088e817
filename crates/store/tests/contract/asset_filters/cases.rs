//! The filters whose lists are made by hand, and what each lets through.

use insitu_model::{
    answer::Term,
    id::AssetId,
    task::{ReviewStatus, Stage, TaskStatus},
};
use insitu_store::{
    assets::{AnswerCondition, AssetFilter, TaskFilter, Times},
    tasks::Task,
};

use super::World;

pub(super) fn of_task(task: TaskFilter) -> AssetFilter {
    AssetFilter {
        task,
        ..AssetFilter::default()
    }
}

fn stages(stages: &[Stage]) -> TaskFilter {
    TaskFilter {
        stages: stages.to_vec(),
        ..TaskFilter::default()
    }
}

fn statuses(statuses: &[TaskStatus]) -> TaskFilter {
    TaskFilter {
        statuses: statuses.to_vec(),
        ..TaskFilter::default()
    }
}

fn reviews(reviews: &[ReviewStatus]) -> TaskFilter {
    TaskFilter {
        reviews: reviews.to_vec(),
        ..TaskFilter::default()
    }
}

fn answers(conditions: &[(&str, Option<&str>, bool)]) -> AssetFilter {
    let conditions = conditions.iter().map(|(id, choice, exists)| AnswerCondition {
        schema_id: (*id).to_owned(),
        choice: choice.map(str::to_owned),
        exists: *exists,
    });
    AssetFilter {
        answers: conditions.collect(),
        ..AssetFilter::default()
    }
}

fn task_filters(world: &World) -> Vec<TaskFilter> {
    let times = |from, until| Times { from, until };
    let done = world.tasks.iter().filter_map(|task| task.completed_at);
    let (first, last) = (done.clone().min().unwrap(), done.max().unwrap());
    let of = |assignee| TaskFilter {
        assignee: Some(assignee),
        ..TaskFilter::default()
    };
    let completed = |completed| TaskFilter {
        completed,
        ..TaskFilter::default()
    };
    vec![
        stages(&[Stage::Label]),
        stages(&[Stage::Review]),
        stages(&[Stage::Complete]),
        stages(&[Stage::Review, Stage::Complete]),
        statuses(&[TaskStatus::ToDo]),
        statuses(&[TaskStatus::InProgress]),
        statuses(&[TaskStatus::Labeled]),
        statuses(&[TaskStatus::Reviewed, TaskStatus::InProgress]),
        reviews(&[ReviewStatus::Rejected]),
        reviews(&[ReviewStatus::Todo]),
        reviews(&[ReviewStatus::Accepted, ReviewStatus::Rejected]),
        of(Some(world.ada)),
        TaskFilter {
            stages: vec![Stage::Label],
            ..of(Some(world.bob))
        },
        of(None),
        completed(times(Some(first + 1), None)),
        completed(times(None, Some(last))),
        TaskFilter {
            reviews: vec![ReviewStatus::Accepted],
            ..completed(times(Some(first), Some(last + 1)))
        },
    ]
}

pub(super) fn filters(world: &World) -> Vec<AssetFilter> {
    let times = |from, until| Times { from, until };
    let mut all: Vec<AssetFilter> = task_filters(world).into_iter().map(of_task).collect();
    let prefix = |prefix: &str| AssetFilter {
        external_id_prefix: Some(prefix.to_owned()),
        ..AssetFilter::default()
    };
    all.extend(["a", "a000", "b", "b1", "c"].map(prefix));
    all.push(AssetFilter {
        external_id: Some("b1".to_owned()),
        ..of_task(statuses(&[TaskStatus::ToDo]))
    });
    all.push(AssetFilter {
        task: stages(&[Stage::Complete]),
        ..prefix("a1")
    });
    all.push(AssetFilter {
        created: times(Some(world.noon), None),
        ..AssetFilter::default()
    });
    all.push(AssetFilter {
        created: times(None, Some(world.noon)),
        ..of_task(stages(&[Stage::Label]))
    });
    all.push(AssetFilter {
        created: times(Some(i64::MAX - 1), None),
        ..AssetFilter::default()
    });
    let except: Vec<AssetId> = world.tasks.iter().step_by(3).map(|task| task.asset.id).collect();
    all.push(AssetFilter {
        except: except.clone(),
        ..AssetFilter::default()
    });
    all.push(AssetFilter {
        except,
        ..of_task(stages(&[Stage::Complete]))
    });
    let (cat, mood, calm) = (
        ("cat", None, true),
        ("mood", None, true),
        ("mood", Some("calm"), true),
    );
    all.extend([
        answers(&[cat]),
        answers(&[calm]),
        answers(&[cat, mood, ("late", None, true)]),
        answers(&[("cat", None, false)]),
        answers(&[cat, ("mood", None, false)]),
        answers(&[cat, ("cat", None, false)]),
        answers(&[("dog", None, true)]),
        answers(&[("dog", None, false)]),
        AssetFilter {
            external_id_prefix: Some("b".to_owned()),
            ..answers(&[cat])
        },
        AssetFilter {
            task: TaskFilter {
                stages: vec![Stage::Complete],
                assignee: Some(None),
                ..TaskFilter::default()
            },
            ..answers(&[mood, ("mood", Some("calm"), false)])
        },
    ]);
    all
}

/// Whether a filter lets a task's asset through.
pub(super) fn fits(world: &World, task: &Task, filter: &AssetFilter) -> bool {
    let within = |times: Times, at: Option<i64>| {
        times == Times::default()
            || at.is_some_and(|at| {
                times.from.is_none_or(|from| at >= from) && times.until.is_none_or(|until| at < until)
            })
    };
    let status = match task.stage {
        Stage::Review => TaskStatus::Labeled,
        Stage::Complete => TaskStatus::Reviewed,
        Stage::Label if task.is_draft || task.assignee.is_some() && task.opened_at.is_some() => {
            TaskStatus::InProgress
        }
        Stage::Label => TaskStatus::ToDo,
    };
    let (name, wanted) = (task.asset.external_id.as_deref().unwrap_or(""), &filter.task);
    (wanted.stages.is_empty() || wanted.stages.contains(&task.stage))
        && (wanted.statuses.is_empty() || wanted.statuses.contains(&status))
        && (wanted.reviews.is_empty() || wanted.reviews.contains(&task.review_status))
        && wanted.assignee.is_none_or(|wanted| wanted == task.assignee)
        && within(wanted.completed, task.completed_at)
        && within(filter.created, Some(task.asset.created_at))
        && filter.external_id.as_deref().is_none_or(|wanted| wanted == name)
        && filter
            .external_id_prefix
            .as_deref()
            .is_none_or(|prefix| name.starts_with(prefix))
        && !filter.except.contains(&task.asset.id)
        && filter.answers.iter().all(|condition| {
            let term = Term::new(&condition.schema_id, condition.choice.as_deref());
            let terms = world.terms.get(&task.asset.id);
            terms.is_some_and(|terms| terms.contains(term)) == condition.exists
        })
}
