//! Pages of tasks.

use insitu_model::{
    id::{OrganizationId, ProjectId},
    task::Stage,
};

use super::{
    Task,
    counts::of_project,
    filter::{Compiled, Condition, Field, Operand, Order, Param, Test, compile, order_by},
    read,
};
use crate::{Listed, Page, Result, Tx, projects};

/// A page of the tasks that fulfil all conditions. Without conditions, or with one on the stage, the total is known;
/// otherwise it is counted.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    conditions: &[Condition],
    orders: &[Order],
    page: Page,
) -> Result<Listed<Task>> {
    let number = projects::number(tx, organization, project)?;
    let compiled = compile(tx, number, conditions)?;
    let (places, total) = if compiled.matches.is_empty() {
        let total = match known_total(tx, number, conditions)? {
            Some(total) => total,
            None => counted(tx, &compiled)?,
        };
        (page_of(tx, compiled, orders, page)?, total)
    } else {
        tested(tx, &compiled, orders, page)?
    };
    let rows = read::at_places(tx, number, &places)?;
    Ok(Listed {
        rows: rows.into_iter().map(|(_, task)| task).collect(),
        total,
    })
}

/// The total where it follows from the counts by stage.
fn known_total(tx: &mut Tx, project: i64, conditions: &[Condition]) -> Result<Option<u64>> {
    let counts = of_project(tx, project)?;
    Ok(match conditions {
        [] => Some(counts.total()),
        [Condition::Of(Field::Stage, Test::In(words))] => {
            let named = |stage: &&Stage| words.contains(&Operand::Text(stage.as_str().to_owned()));
            Some(
                Stage::ALL
                    .iter()
                    .filter(named)
                    .map(|stage| counts.of(*stage))
                    .sum(),
            )
        }
        _ => None,
    })
}

fn counted(tx: &mut Tx, compiled: &Compiled) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) {}", compiled.from_where);
    Ok(tx.cell(&sql, &compiled.values())?.unwrap_or(0))
}

fn page_of(tx: &mut Tx, mut compiled: Compiled, orders: &[Order], page: Page) -> Result<Vec<i64>> {
    let limit = compiled.bind(Param::Int(page.limit().into()));
    let offset = compiled.bind(Param::Int(i64::try_from(page.offset()).unwrap_or(i64::MAX)));
    let sql = format!(
        "SELECT a.place {}{} LIMIT {limit} OFFSET {offset}",
        compiled.from_where,
        order_by(orders)
    );
    tx.rows(&sql, &compiled.values(), |row| row.next())
}

/// A page where the program has to test every row.
fn tested(tx: &mut Tx, compiled: &Compiled, orders: &[Order], page: Page) -> Result<(Vec<i64>, u64)> {
    let sql = format!(
        "SELECT a.place, a.external_id {}{}",
        compiled.from_where,
        order_by(orders)
    );
    let (offset, limit) = (page.offset(), page.limit() as usize);
    let (mut places, mut total) = (Vec::new(), 0);
    tx.visit(&sql, &compiled.values(), |row| {
        let (place, external_id): (i64, String) = (row.next()?, row.next()?);
        if compiled.matches.iter().all(|matches| matches(&external_id)) {
            if total >= offset && places.len() < limit {
                places.push(place);
            }
            total += 1;
        }
        Ok(true)
    })?;
    Ok((places, total))
}
