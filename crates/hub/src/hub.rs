//! What every request can reach: the database, the vault, the clouds, the clock.

use std::sync::Arc;

use insitu_model::ambient::{Clock, Random};
use insitu_store::Db;

use crate::auth::at_once::Examinations;
use crate::auth::peer::TrustedProxies;
use crate::auth::standings::Standings;
use crate::auth::throttle::{RoleThrottle, Throttle};
use crate::cloud_access::CloudAccess;
use crate::config::Config;
use crate::jobs::Jobs;
use crate::ledger::Ledger;
use crate::own_files::OwnFiles;
use crate::vault::Vault;

/// One running hub.
pub struct Hub {
    pub db: Db,
    pub vault: Vault,
    pub cloud: CloudAccess,
    pub files: Arc<OwnFiles>,
    pub jobs: Jobs,
    pub ledger: Ledger,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub config: Config,
    /// The origin that browsers use, without a trailing slash.
    pub public_url: String,
    pub trusted_proxies: TrustedProxies,
    pub sign_in_throttle: Throttle,
    pub role_throttle: RoleThrottle,
    /// Tests of storages.
    pub examinations: Examinations,
    /// Ways to assets that are being followed.
    pub ways: Examinations,
    pub standings: Standings,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}
