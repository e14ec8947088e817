//! What is asked of a bucket: where it is, what it holds, which browsers may read it.

use s3s::dto::ETag;
use s3s::dto::{
    Bucket as BucketOut, BucketLocationConstraint, CORSRule, CommonPrefix, EncodingType, GetBucketCorsOutput,
    GetBucketLocationOutput, HeadBucketOutput, ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output,
    Object as ObjectOut, ObjectStorageClass, Owner, PutBucketCorsOutput,
};

use super::timestamp;
use crate::access::Admitted;
use crate::cors::CorsRule;
use crate::listing::{Listing, MAX_KEYS, Page, place_of, token_of, url_encoded};
use crate::refusal::Refusal;
use crate::world::{Bucket, World};

pub(super) fn list(world: &World, admitted: &Admitted) -> Result<ListBucketsOutput, Refusal> {
    let identity = admitted.identity.as_ref().ok_or_else(Refusal::access_denied)?;
    let owned = world.buckets_of(identity.account());
    let buckets = owned.iter().map(|bucket| BucketOut {
        name: Some(bucket.name.clone()),
        creation_date: Some(timestamp(bucket.created_ms)),
        bucket_region: Some(bucket.region.clone()),
    });
    Ok(ListBucketsOutput {
        buckets: Some(buckets.collect()),
        owner: Some(owner(identity.account())),
        ..ListBucketsOutput::default()
    })
}

pub(super) fn head(region: &str) -> HeadBucketOutput {
    HeadBucketOutput {
        bucket_region: Some(region.to_owned()),
        ..HeadBucketOutput::default()
    }
}

/// The constraint is empty for us-east-1, as it has been since there was only one region.
pub(super) fn location(region: &str) -> GetBucketLocationOutput {
    let elsewhere = region != "us-east-1";
    GetBucketLocationOutput {
        location_constraint: elsewhere.then(|| BucketLocationConstraint::from(region.to_owned())),
    }
}

pub(super) fn list_objects(
    bucket: &Bucket,
    input: &ListObjectsV2Input,
) -> Result<ListObjectsV2Output, Refusal> {
    let asked_max = input.max_keys.unwrap_or(1000);
    let max_keys = usize::try_from(asked_max).map_err(|_| {
        let message = "Argument maxKeys must be an integer between 0 and 2147483647";
        Refusal::invalid_argument("maxKeys", &asked_max.to_string(), message)
    })?;
    let resumed = input.continuation_token.as_deref().map(|token| {
        let message = "The continuation token provided is incorrect";
        place_of(token).ok_or_else(|| Refusal::invalid_argument("continuation-token", token, message))
    });
    let resumed = resumed.transpose()?;
    let encode = match input.encoding_type.as_ref().map(EncodingType::as_str) {
        None => false,
        Some("url") => true,
        Some(other) => {
            let message = "Invalid Encoding Method specified in Request";
            return Err(Refusal::invalid_argument("encoding-type", other, message));
        }
    };
    let listing = Listing {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input
            .delimiter
            .as_deref()
            .filter(|delimiter| !delimiter.is_empty()),
        after: resumed.as_deref().or(input.start_after.as_deref()),
        max_keys: max_keys.min(MAX_KEYS),
    };
    let page = bucket.objects.with_ordered(|keys| listing.page(keys));
    Ok(listed(bucket, input, &listing, page, encode))
}

fn listed(
    bucket: &Bucket,
    input: &ListObjectsV2Input,
    listing: &Listing<'_>,
    page: Page,
    encode: bool,
) -> ListObjectsV2Output {
    let text = |text: &str| {
        if encode {
            url_encoded(text)
        } else {
            text.to_owned()
        }
    };
    let with_owner = input.fetch_owner == Some(true);
    let count = page.objects.len() + page.common_prefixes.len();
    let contents: Vec<ObjectOut> = page
        .objects
        .iter()
        .map(|(key, object)| ObjectOut {
            key: Some(text(key)),
            size: i64::try_from(object.content.size_bytes()).ok(),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(timestamp(object.modified_ms)),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
            owner: with_owner.then(|| owner(&bucket.owner)),
            ..ObjectOut::default()
        })
        .collect();
    let prefixes = page.common_prefixes.iter().map(|prefix| CommonPrefix {
        prefix: Some(text(prefix)),
    });
    ListObjectsV2Output {
        name: Some(bucket.name.clone()),
        prefix: Some(text(listing.prefix)),
        delimiter: listing.delimiter.map(text),
        max_keys: i32::try_from(listing.max_keys).ok(),
        key_count: i32::try_from(count).ok(),
        continuation_token: input.continuation_token.clone(),
        start_after: input.start_after.as_deref().map(text),
        encoding_type: input.encoding_type.clone(),
        is_truncated: Some(page.next_after.is_some()),
        next_continuation_token: page.next_after.as_deref().map(token_of),
        contents: Some(contents),
        common_prefixes: Some(prefixes.collect()),
        ..ListObjectsV2Output::default()
    }
}

pub(super) fn cors(bucket: &Bucket) -> Result<GetBucketCorsOutput, Refusal> {
    let rules = bucket.cors();
    if rules.is_empty() {
        return Err(Refusal::no_cors_configuration(&bucket.name));
    }
    Ok(GetBucketCorsOutput {
        cors_rules: Some(rules.iter().cloned().map(written).collect()),
    })
}

pub(super) fn set_cors(bucket: &Bucket, rules: Vec<CORSRule>) -> Result<PutBucketCorsOutput, Refusal> {
    let rules: Vec<CorsRule> = rules.into_iter().map(read).collect();
    for rule in &rules {
        rule.check()
            .map_err(|message| Refusal::bad_request("InvalidRequest", message))?;
    }
    bucket.set_cors(rules);
    Ok(PutBucketCorsOutput::default())
}

fn read(rule: CORSRule) -> CorsRule {
    CorsRule {
        id: rule.id,
        allowed_origins: rule.allowed_origins,
        allowed_methods: rule.allowed_methods,
        allowed_headers: rule.allowed_headers.unwrap_or_default(),
        expose_headers: rule.expose_headers.unwrap_or_default(),
        max_age_seconds: rule.max_age_seconds,
    }
}

fn written(rule: CorsRule) -> CORSRule {
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    CORSRule {
        id: rule.id,
        allowed_origins: rule.allowed_origins,
        allowed_methods: rule.allowed_methods,
        allowed_headers: some(rule.allowed_headers),
        expose_headers: some(rule.expose_headers),
        max_age_seconds: rule.max_age_seconds,
    }
}

fn owner(account: &str) -> Owner {
    Owner {
        id: Some(account.to_owned()),
        ..Owner::default()
    }
}
