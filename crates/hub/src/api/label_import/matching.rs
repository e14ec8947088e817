//! Which assets the rows mean: by external ID through the project's names, by address alone through all of its assets.

use std::collections::HashMap;
use std::sync::Arc;

use insitu_model::address::Address;
use insitu_model::answer::Terms;
use insitu_model::id::{OrganizationId, ProjectId};
use insitu_store::Tx;
use insitu_store::assets::{self, Asset, AssetFilter, AssetSort, PageStart};
use insitu_store::limits::MAX_PAGE_ROWS;

use super::row::Names;
use super::{Matched, Report};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::lookup::{Storages, load_storages};

/// A row whose labels fit.
#[derive(Debug)]
pub(super) struct Wanted {
    pub index: usize,
    pub names: Names,
    /// As it is kept, and what it is found by.
    pub answer: (String, Terms),
}

/// A row and the forms in which its address may be kept.
struct Seeking {
    index: usize,
    filter: AssetFilter,
    forms: Option<Vec<String>>,
    answer: Arc<(String, Terms)>,
}

/// The assets that rows mean, in the order of the rows; rows that mean none are refused.
pub(super) async fn find(
    hub: &Arc<Hub>,
    organization: OrganizationId,
    project: ProjectId,
    wanted: Vec<Wanted>,
    report: &mut Report,
) -> ApiResult<Vec<Matched>> {
    let storages = hub.db.read(move |tx| load_storages(tx, organization)).await?;
    let seeking: Vec<Seeking> = wanted
        .into_iter()
        .map(|wanted| Seeking::new(hub, &storages, wanted))
        .collect();
    let (named, by_address): (Vec<_>, Vec<_>) = seeking.into_iter().partition(Seeking::is_named);
    let all: Vec<usize> = named.iter().chain(&by_address).map(|row| row.index).collect();
    let mut matched = hub
        .db
        .read(move |tx| {
            let mut matched = Vec::new();
            for row in &named {
                let take = |asset: &Asset, matched: &mut Vec<Matched>| {
                    if row.means(asset) {
                        matched.push(row.to(asset));
                    }
                };
                each(tx, (organization, project), &row.filter, |asset| {
                    take(asset, &mut matched)
                })?;
            }
            Ok::<_, ApiError>(matched)
        })
        .await?;
    if !by_address.is_empty() {
        let found = hub
            .db
            .read(move |tx| by_addresses(tx, (organization, project), &by_address))
            .await?;
        matched.extend(found);
    }
    matched.sort_by_key(|one| one.index);
    for index in all {
        if matched.binary_search_by_key(&index, |one| one.index).is_err() {
            let message = "the project has no asset with this externalId and this data; import it first, or correct them".to_owned();
            report.refuse_row(index, vec![(String::new(), "labels.asset_not_found", message)]);
        }
    }
    Ok(matched)
}

/// The assets of rows that name nothing but an address: no index leads to those, so all are looked at once.
fn by_addresses(
    tx: &mut Tx,
    scope: (OrganizationId, ProjectId),
    rows: &[Seeking],
) -> ApiResult<Vec<Matched>> {
    let mut wanted: HashMap<&str, Vec<&Seeking>> = HashMap::new();
    for row in rows {
        for form in row.forms.iter().flatten() {
            wanted.entry(form).or_default().push(row);
        }
    }
    let mut matched = Vec::new();
    each(tx, scope, &AssetFilter::default(), |asset| {
        let rows = wanted.get(asset.data.as_str()).into_iter().flatten();
        matched.extend(rows.map(|row| row.to(asset)));
    })?;
    Ok(matched)
}

/// Every asset that a filter lets through.
fn each(
    tx: &mut Tx,
    (organization, project): (OrganizationId, ProjectId),
    filter: &AssetFilter,
    mut take: impl FnMut(&Asset),
) -> ApiResult<()> {
    let mut start = PageStart::Page(1);
    loop {
        let found = assets::list(
            tx,
            organization,
            project,
            filter,
            AssetSort::OldestFirst,
            &start,
            MAX_PAGE_ROWS,
        )?;
        found.assets.iter().for_each(&mut take);
        match found.next {
            Some(next) => start = PageStart::After(next),
            None => return Ok(()),
        }
    }
}

impl Seeking {
    fn new(hub: &Hub, storages: &Storages, wanted: Wanted) -> Self {
        let Names {
            asset,
            external_id,
            data,
        } = wanted.names;
        Self {
            index: wanted.index,
            filter: AssetFilter {
                ids: asset.into_iter().collect(),
                external_id,
                ..AssetFilter::default()
            },
            forms: data.map(|data| kept_forms(hub, storages, &data)),
            answer: wanted.answer.into(),
        }
    }

    fn is_named(&self) -> bool {
        self.filter.external_id.is_some() || !self.filter.ids.is_empty()
    }

    fn means(&self, asset: &Asset) -> bool {
        self.forms
            .as_ref()
            .is_none_or(|forms| forms.contains(&asset.data))
    }

    fn to(&self, asset: &Asset) -> Matched {
        Matched {
            index: self.index,
            asset: asset.id,
            answer: self.answer.clone(),
        }
    }
}

/// How an address may have been kept: as a file of ours, as AWS's or a public one, or as an object of an endpoint.
fn kept_forms(hub: &Hub, storages: &Storages, text: &str) -> Vec<String> {
    if let Some(file) = hub.files.read_url(text) {
        return file.map(|file| file.kept()).into_iter().collect();
    }
    let endpoints = storages.endpoints().into_iter().map(Some);
    let mut forms: Vec<String> = std::iter::once(None)
        .chain(endpoints)
        .filter_map(|endpoint| Address::parse_with(text, endpoint).ok())
        .map(|parsed| parsed.address.canonical())
        .collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}
