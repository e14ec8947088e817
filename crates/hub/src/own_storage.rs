//! The settings of the own storage, read once at the start, and the look whether its bucket does what it has to.

use std::sync::Arc;

use insitu_cloud::connect::{Outbound, Patience, Reach};
use insitu_cloud::credentials::Credentials;
use insitu_cloud::identity::Identity;
use insitu_model::ambient::{Clock, Random};
use insitu_model::endpoint::Endpoint;
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use secrecy::ExposeSecret as _;

use crate::cloud_access::names;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::hub::Hub;
use crate::own_files::{BucketPlace, Keys};

/// The bucket that the settings name; none where files stay in the data directory.
pub fn open(
    config: &Config,
    identity: Identity,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Outcome<Option<BucketPlace>> {
    // A variable that is set to nothing is how a compose file says that there is none.
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let Some(place) = given(&config.own_storage) else {
        return Ok(None);
    };
    let wrong = |what: &str, error: &dyn std::fmt::Display| {
        Failure::new(format!(
            "the own storage cannot be opened: {what} is wrong: {error}"
        ))
    };
    if place.ends_with('*') {
        let star = "it ends with a star; name a bucket, or a folder of one, such as s3://my-bucket/insitu";
        return Err(wrong("--own-storage", &star));
    }
    let place: Prefix = place.parse().map_err(|error| wrong("--own-storage", &error))?;
    let endpoint = given(&config.own_storage_endpoint)
        .map(|text| text.trim_end_matches('/').parse::<Endpoint>())
        .transpose()
        .map_err(|error| wrong("--own-storage-endpoint", &error))?;
    let region = given(&config.own_storage_region).unwrap_or_else(|| config.aws_region.clone());
    let region =
        Region::parse(&region, endpoint.is_some()).map_err(|error| wrong("--own-storage-region", &error))?;
    let secret = config.own_storage_secret_access_key.as_ref();
    let secret = secret
        .map(|secret| secret.expose_secret())
        .filter(|secret| !secret.is_empty());
    let keys = match (given(&config.own_storage_access_key_id), secret) {
        (Some(id), Some(secret)) => Keys::Given(Arc::new(Credentials::permanent(id, secret))),
        (None, None) => Keys::Own(identity),
        _ => {
            return Err(wrong(
                "its access key",
                &"an id and a secret belong together: give both, or neither and the hub's own AWS identity opens it",
            ));
        }
    };
    let outbound = Outbound::with_lookup(Reach::Operator, Patience::UPLOAD, names(config, random))
        .map_err(Failure::new)?;
    let bucket = BucketPlace::new(
        place,
        region,
        endpoint,
        keys,
        outbound,
        clock.clone(),
        random.clone(),
    );
    Ok(Some(bucket))
}

/// Says at the start what is wrong with the bucket of the own storage, if anything is. The hub answers all the same: what
/// lies in customers' buckets does not need it, and it may be back in a moment.
pub async fn check(hub: Arc<Hub>) {
    let Some(bucket) = hub.files.bucket() else {
        return;
    };
    match bucket.check(&hub.public_url).await {
        Ok(()) => tracing::info!("the bucket of the own storage can be written and read"),
        Err(error) => {
            tracing::error!(code = error.code(), %error, "files cannot be uploaded, or not be shown")
        }
    }
}
