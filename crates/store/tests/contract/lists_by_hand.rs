//! Lists of assets made by hand, for those of the store to be held against.

use insitu_model::id::{AssetId, BatchId, OrganizationId, ProjectId, StorageId};
use insitu_store::assets::{Asset, AssetFilter, AssetSort, AssetState};

/// A project and what was done in it.
pub struct World {
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub storages: [StorageId; 2],
    pub batches: [BatchId; 3],
    /// What must be listed, oldest first.
    pub expected: Vec<Asset>,
}

/// The list that the filter and the order make, by hand.
pub fn by_hand(world: &World, filter: &AssetFilter, sort: AssetSort) -> Vec<Asset> {
    let mut list: Vec<Asset> = world
        .expected
        .iter()
        .filter(|asset| asset.deleted_at.is_some() == (filter.state == AssetState::Deleted))
        .filter(|asset| filter.ids.is_empty() || filter.ids.contains(&asset.id))
        .filter(|asset| filter.external_id.is_none() || asset.external_id == filter.external_id)
        .filter(|asset| filter.storage.is_none_or(|wanted| wanted == asset.storage))
        .filter(|asset| {
            filter
                .is_pre_labeled
                .is_none_or(|wanted| wanted == asset.extra.is_some())
        })
        .filter(|asset| filter.batches.iter().all(|wanted| asset.batches.contains(wanted)))
        .cloned()
        .collect();
    match sort {
        AssetSort::OldestFirst => {}
        AssetSort::NewestFirst => list.reverse(),
        AssetSort::ExternalId => list.sort_by(|a, b| name(a).cmp(name(b))),
        AssetSort::ExternalIdDescending => {
            list.reverse();
            list.sort_by(|a, b| name(b).cmp(name(a)));
        }
        // Nothing of it was completed.
        AssetSort::CompletedFirst
        | AssetSort::CompletedLast
        | AssetSort::ShortestFirst
        | AssetSort::LongestFirst => list.clear(),
    }
    list
}

pub fn name(asset: &Asset) -> &str {
    asset.external_id.as_deref().unwrap_or("")
}

pub fn filters(world: &World) -> Vec<AssetFilter> {
    let [a, b, c] = world.batches;
    let any = AssetFilter::default();
    let some_ids: Vec<AssetId> = world.expected.iter().step_by(97).map(|asset| asset.id).collect();
    vec![
        any.clone(),
        AssetFilter {
            state: AssetState::Deleted,
            ..any.clone()
        },
        AssetFilter {
            batches: vec![a],
            ..any.clone()
        },
        AssetFilter {
            batches: vec![c, b],
            ..any.clone()
        },
        AssetFilter {
            storage: Some(Some(world.storages[1])),
            ..any.clone()
        },
        AssetFilter {
            storage: Some(None),
            batches: vec![b],
            ..any.clone()
        },
        AssetFilter {
            storage: Some(Some(world.storages[0])),
            state: AssetState::Deleted,
            ..any.clone()
        },
        AssetFilter {
            external_id: Some("same".to_owned()),
            ..any.clone()
        },
        AssetFilter {
            external_id: Some("same".to_owned()),
            batches: vec![a],
            ..any.clone()
        },
        AssetFilter {
            external_id: Some("nobody".to_owned()),
            ..any.clone()
        },
        AssetFilter {
            batches: vec![BatchId::from_bytes([9; 12])],
            ..any.clone()
        },
        AssetFilter {
            is_pre_labeled: Some(true),
            ..any.clone()
        },
        AssetFilter {
            is_pre_labeled: Some(false),
            batches: vec![a],
            ..any.clone()
        },
        AssetFilter { ids: some_ids, ..any },
    ]
}
