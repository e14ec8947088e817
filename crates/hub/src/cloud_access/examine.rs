//! What the doctor examines, made of a storage or of a form, and what it examines it with.

use std::sync::Arc;
use std::time::Duration;

use insitu_cloud::connect::{AllowedEndpoints, Lookup, Outbound, Patience, Reach};
use insitu_cloud::credentials::{Credentials, Grant, RoleGrant, session_name};
use insitu_cloud::doctor::{self, Decoded, Diagnosis, LeftOut, Patient, Sample, Target, Tell, Tools, Wanted};
use insitu_cloud::presign::Signer;
use insitu_cloud::{Retry, policy, s3, sts};
use insitu_formats::image::{HeaderError, size_as_shown};
use insitu_model::address::{Address, ObjectAddress};
use insitu_model::ambient::{Clock, Random};
use insitu_model::arn::RoleArn;
use insitu_model::bucket::BucketName;
use insitu_model::credentials::{AccessKeyId, SecretAccessKey};
use insitu_model::endpoint::Endpoint;
use insitu_model::external_id::ExternalId;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::prefix::{self, Prefix};
use insitu_model::region::Region;
use insitu_store::organizations;

use super::ReachedStorage;
use crate::error::{ApiError, ApiResult};
use crate::failure::{Failure, Outcome};
use crate::hub::Hub;

/// The most buckets that are examined at once.
const BUCKETS_MAX: usize = 5;
/// The most pixels of a picture that browsers decode: four bytes each make 2 GiB.
const PIXELS_MAX: u64 = 1 << 29;

/// Clients that try once and are brief, because somebody watches.
pub(super) struct Instruments {
    s3: s3::Client,
    sts: sts::Client,
    outbound: Outbound,
}

impl Instruments {
    pub fn new(
        allowed: AllowedEndpoints,
        sts_endpoint: Option<Endpoint>,
        names: &Arc<dyn Lookup>,
        clock: &Arc<dyn Clock>,
        random: &Arc<dyn Random>,
    ) -> Outcome<Self> {
        let open = |reach| Outbound::with_lookup(reach, Patience::BRIEF, names.clone()).map_err(Failure::new);
        let outbound = open(Reach::Storages(allowed))?;
        let s3 = s3::Client::new(outbound.clone(), clock.clone(), random.clone());
        let for_operator = open(Reach::Operator)?;
        let sts = sts::Client::new(for_operator, clock.clone(), random.clone(), sts_endpoint);
        Ok(Self {
            s3: s3.with_retry(Retry::NONE),
            sts: sts.with_retry(Retry::NONE),
            outbound,
        })
    }
}

/// What somebody wants examined: buckets, an object, or whatever is found.
#[derive(Debug, Default)]
pub struct Wish {
    pub buckets: Vec<String>,
    pub object: Option<String>,
}

/// An examination with the right to read headers known.
pub struct Examining<'a> {
    hub: &'a Hub,
    may_read: bool,
}

impl std::fmt::Debug for Examining<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Examining")
            .field("may_read", &self.may_read)
            .finish_non_exhaustive()
    }
}

impl<'a> Examining<'a> {
    /// Bytes of objects are read only where the operator and the organization let header probes run.
    pub async fn of(hub: &'a Hub, organization: OrganizationId) -> ApiResult<Self> {
        let is_on = hub
            .db
            .read(move |tx| organizations::header_probes(tx, organization))
            .await?;
        Ok(Self {
            hub,
            may_read: is_on && hub.config.header_probes,
        })
    }

    /// Whether bytes of objects may be read.
    pub fn may_read(&self) -> bool {
        self.may_read
    }

    /// Runs every check of a storage.
    pub async fn examine(&self, patient: &Patient, tell: &mut Tell<'_>) -> (Diagnosis, Option<Sample>) {
        doctor::examine(patient, &self.tools(doctor::WHOLE_MAX), tell).await
    }

    /// Follows a signer's way to one object, for so long at most.
    pub async fn follow(
        &self,
        patient: &Patient,
        signer: &Signer,
        time: Duration,
        tell: &mut Tell<'_>,
    ) -> Diagnosis {
        doctor::follow(patient, signer.credentials(), &self.tools(time), tell).await
    }

    fn tools(&self, time: Duration) -> Tools<'_> {
        let (cloud, instruments) = (&self.hub.cloud, &self.hub.cloud.instruments);
        Tools {
            s3: instruments.s3.clone(),
            sts: instruments.sts.clone(),
            outbound: instruments.outbound.clone(),
            identity: &cloud.identity,
            clock: &*self.hub.clock,
            random: &*self.hub.random,
            decode: self.may_read.then_some(&decode),
            time,
        }
    }
}

/// Reads the header of a picture out of the first bytes of a file.
pub fn decode(first: &[u8], is_all: bool) -> Decoded {
    match size_as_shown(first) {
        Ok(size) if u64::from(size.width) * u64::from(size.height) > PIXELS_MAX => {
            Decoded::NotShown(format!(
                "its header says {} × {} pixels, which no browser decodes",
                size.width, size.height
            ))
        }
        Ok(size) => Decoded::Picture {
            width: size.width,
            height: size.height,
        },
        Err(HeaderError::CutOff) if !is_all => Decoded::LongHeader,
        Err(error) => Decoded::NotShown(error.to_string()),
    }
}

/// A storage as it is saved.
pub async fn patient_of(
    hub: &Hub,
    organization: OrganizationId,
    id: StorageId,
    wish: Wish,
) -> ApiResult<Patient> {
    let storage = ReachedStorage::get(hub, organization, id).await?;
    let wants_sample = wish.object.is_none() && wish.buckets.is_empty();
    let sample = match wants_sample {
        true => {
            hub.db
                .read(move |tx| insitu_store::assets::sample(tx, organization, id))
                .await?
        }
        false => None,
    };
    let place = Place {
        endpoint: storage.endpoint.as_ref(),
        prefixes: &storage.prefixes,
    };
    let (targets, left_out) = place.targets(&wish, sample.as_deref())?;
    Ok(Patient {
        region: storage.region.clone(),
        endpoint: storage.endpoint.clone(),
        grant: storage.way_in(hub)?,
        is_overruled: storage.is_overruled(hub),
        prefixes: storage.prefixes.clone(),
        targets,
        left_out,
        origin: hub.public_url.clone(),
        url_ttl_s: hub.config.signed_url_ttl,
    })
}

/// A storage that is not saved yet, in types.
#[derive(Debug)]
pub struct Unsaved {
    pub region: Region,
    pub endpoint: Option<Endpoint>,
    pub prefixes: Vec<Prefix>,
    pub way_in: WayIn,
}

/// How such a storage lets the hub in.
#[derive(Debug)]
pub enum WayIn {
    Key(AccessKeyId, SecretAccessKey),
    Role(RoleArn, Option<ExternalId>),
}

/// A storage that is not saved yet: its secret is used and not kept.
pub fn patient_of_unsaved(
    hub: &Hub,
    organization: OrganizationId,
    storage: Unsaved,
    wish: &Wish,
) -> ApiResult<Patient> {
    let Unsaved {
        region,
        endpoint,
        prefixes,
        way_in,
    } = storage;
    let grant = match way_in {
        WayIn::Key(public, private) => Grant::Key(Credentials::permanent(public.as_str(), private.expose())),
        WayIn::Role(role_arn, external_id) => {
            let session_policy = policy::reading_session(&prefixes, role_arn.partition())
                .map_err(|error| ApiError::invalid(error.code(), format!("{error}.")))?;
            Grant::Role(RoleGrant {
                role_arn,
                external_id,
                next_external_id: None,
                region: region.clone(),
                endpoint: endpoint.clone(),
                session_name: session_name(organization, StorageId::new(&*hub.clock, &*hub.random)),
                session_policy: Some(session_policy),
            })
        }
    };
    let place = Place {
        endpoint: endpoint.as_ref(),
        prefixes: &prefixes,
    };
    let (targets, left_out) = place.targets(wish, None)?;
    Ok(Patient {
        region,
        endpoint,
        grant,
        is_overruled: false,
        prefixes,
        targets,
        left_out,
        origin: hub.public_url.clone(),
        url_ttl_s: hub.config.signed_url_ttl,
    })
}

/// Where a storage's objects are, and which of them it reaches.
struct Place<'a> {
    endpoint: Option<&'a Endpoint>,
    prefixes: &'a [Prefix],
}

impl Place<'_> {
    /// The object that was named, or the buckets that were, or those of the prefixes and of an asset.
    fn targets(&self, wish: &Wish, sample: Option<&str>) -> ApiResult<(Vec<Target>, LeftOut)> {
        let invalid = |code: &'static str, message: String| ApiError::invalid(code, message);
        let object = match &wish.object {
            Some(text) => Some(self.object(text)?),
            // An asset that cannot be read any more is no reason not to look at the buckets.
            None => sample.and_then(|text| self.object(text).ok()),
        };
        let mut buckets = Vec::new();
        for text in &wish.buckets {
            let bucket: BucketName =
                text.trim()
                    .parse()
                    .map_err(|error: insitu_model::bucket::BucketNameError| {
                        invalid(error.code(), format!("{error}."))
                    })?;
            if !self.prefixes.is_empty() && !self.prefixes.iter().any(|prefix| *prefix.bucket() == bucket) {
                return Err(invalid(
                    "storage.outside_prefixes",
                    format!("{bucket} lies outside of the prefixes that the storage may reach."),
                ));
            }
            buckets.push(bucket);
        }
        if wish.object.is_none() && wish.buckets.is_empty() {
            buckets.extend(self.prefixes.iter().map(|prefix| prefix.bucket().clone()));
        }
        let of_object = object.as_ref().map(|object| object.bucket().clone());
        let mut named = Vec::new();
        for bucket in of_object.into_iter().chain(buckets) {
            if !named.contains(&bucket) {
                named.push(bucket);
            }
        }
        if named.is_empty() {
            return Err(invalid(
                "storage.nothing_to_test",
                "The storage names no bucket and no asset uses it yet. Name a bucket or an object to test."
                    .to_owned(),
            ));
        }
        if wish.buckets.len() > BUCKETS_MAX {
            return Err(invalid(
                "storage.too_many_buckets",
                format!("{} buckets at once; {BUCKETS_MAX} at most.", wish.buckets.len()),
            ));
        }
        let left_out = match named.split_off(named.len().min(BUCKETS_MAX)) {
            more if !more.is_empty() => LeftOut::Buckets(more),
            _ if sample.is_some() && self.prefixes.is_empty() => LeftOut::Unknown,
            _ => LeftOut::Nothing,
        };
        let target = |bucket: BucketName| {
            let object = object.as_ref().filter(|object| *object.bucket() == bucket);
            Target {
                object: object.map(|object| Wanted {
                    key: object.key().to_owned(),
                    version: object.version().map(str::to_owned),
                }),
                bucket,
            }
        };
        Ok((named.into_iter().map(target).collect(), left_out))
    }

    fn object(&self, text: &str) -> ApiResult<ObjectAddress> {
        let parsed = Address::parse_with(text.trim(), self.endpoint)
            .map_err(|error| ApiError::invalid(error.code(), format!("{error}.")))?;
        let Address::Object(object) = parsed.address else {
            return Err(ApiError::invalid(
                "storage.address_elsewhere",
                format!("{text} is no object that this storage reaches. Write it as s3://bucket/key."),
            ));
        };
        if prefix::is_within(self.prefixes, object.bucket(), object.key()) {
            return Ok(object);
        }
        Err(ApiError::invalid(
            "storage.outside_prefixes",
            format!(
                "{}/{} lies outside of the prefixes that the storage may reach.",
                object.bucket(),
                object.key()
            ),
        ))
    }
}
