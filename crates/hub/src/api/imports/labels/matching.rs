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
use super::{Matched, Report, blocking};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::import::lookup::{Storages, load_storages};

/// Rows whose assets are looked up in one read.
const ROWS_PER_READ: usize = 500;
/// Pages of assets that are looked through in one read.
const PAGES_PER_READ: u32 = 4;

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
    let reader = hub.clone();
    let seeking: Vec<Seeking> = blocking(move || {
        let seeking = wanted
            .into_iter()
            .map(|wanted| Seeking::new(&reader, &storages, wanted));
        seeking.collect()
    })
    .await?;
    let (named, by_address): (Vec<_>, Vec<_>) = seeking.into_iter().partition(Seeking::is_named);
    let all: Vec<usize> = named.iter().chain(&by_address).map(|row| row.index).collect();
    let scope = (organization, project);
    let mut matched = by_name(hub, scope, named).await?;
    if !by_address.is_empty() {
        matched.extend(by_addresses(hub, scope, by_address).await?);
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

/// The assets of rows that name them, some rows at a time: others want to read in between.
async fn by_name(
    hub: &Hub,
    scope: (OrganizationId, ProjectId),
    rows: Vec<Seeking>,
) -> ApiResult<Vec<Matched>> {
    let mut matched = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<Seeking> = rows.by_ref().take(ROWS_PER_READ).collect();
        let read = move |tx: &mut Tx| {
            let mut found = Vec::new();
            for row in &some {
                let take = |asset: &Asset| found.extend(row.means(asset).then(|| row.to(asset)));
                each(tx, scope, &row.filter, (PageStart::Page(1), u32::MAX), take)?;
            }
            Ok::<_, ApiError>(found)
        };
        matched.extend(hub.db.read(read).await?);
    }
    Ok(matched)
}

/// The assets of rows that name nothing but an address: no index leads to those, so all are looked at once, some at a
/// time.
async fn by_addresses(
    hub: &Hub,
    scope: (OrganizationId, ProjectId),
    rows: Vec<Seeking>,
) -> ApiResult<Vec<Matched>> {
    let mut wanted: HashMap<String, Vec<usize>> = HashMap::new();
    for (n, row) in rows.iter().enumerate() {
        for form in row.forms.iter().flatten() {
            wanted.entry(form.clone()).or_default().push(n);
        }
    }
    let sought = Arc::new((rows, wanted));
    let (mut matched, mut start) = (Vec::new(), Some(PageStart::Page(1)));
    while let Some(from) = start {
        let sought = sought.clone();
        let read = move |tx: &mut Tx| {
            let (rows, wanted) = &*sought;
            let mut found = Vec::new();
            let next = each(
                tx,
                scope,
                &AssetFilter::default(),
                (from, PAGES_PER_READ),
                |asset| {
                    let meant = wanted.get(asset.data.as_str()).into_iter().flatten();
                    found.extend(meant.filter_map(|n| Some(rows.get(*n)?.to(asset))));
                },
            )?;
            Ok::<_, ApiError>((found, next))
        };
        let (found, next) = hub.db.read(read).await?;
        matched.extend(found);
        start = next;
    }
    Ok(matched)
}

/// Every asset that a filter lets through, of at most so many pages; where to go on.
fn each(
    tx: &mut Tx,
    (organization, project): (OrganizationId, ProjectId),
    filter: &AssetFilter,
    (mut start, pages): (PageStart, u32),
    mut take: impl FnMut(&Asset),
) -> ApiResult<Option<PageStart>> {
    for _ in 0..pages {
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
            None => return Ok(None),
        }
    }
    Ok(Some(start))
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
