//! Opening a hub: data directory, vault, database, clouds, in this order, each with its own words when it fails.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use insitu_model::ambient::{Clock, Random};
use insitu_store::{DatabaseUrl, Db, Options};
use zeroize::Zeroizing;

use crate::ambient::{SystemClock, SystemRandom};
use crate::auth::at_once::Examinations;
use crate::auth::peer::TrustedProxies;
use crate::auth::standings::Standings;
use crate::auth::throttle::{RoleThrottle, Throttle};
use crate::cloud_access::CloudAccess;
use crate::config::Config;
use crate::disk::sync_folder;
use crate::failure::{Failure, Outcome};
use crate::hub::Hub;
use crate::jobs::Jobs;
use crate::ledger::Ledger;
use crate::own_files::OwnFiles;
use crate::own_storage;
use crate::vault::Vault;

/// Opens a hub that is reached at `bound`, with the real clock and randomness.
pub async fn open(config: Config, bound: SocketAddr) -> Outcome<Arc<Hub>> {
    open_with(config, bound, Arc::new(SystemClock), Arc::new(SystemRandom)).await
}

/// Opens a hub with this clock and this randomness.
pub async fn open_with(
    config: Config,
    bound: SocketAddr,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Outcome<Arc<Hub>> {
    make_private_dir(&config.data_dir)?;
    make_private_dir(&config.spool_dir())?;
    make_private_dir(&config.files_dir())?;
    make_private_dir(&config.exports_dir())?;
    make_private_dir(&config.ledger_dir())?;
    let vault = open_vault(&config, &*random)?;
    let db = open_database(&config).await?;
    let public_url = config.public_url(bound)?;
    let cloud = CloudAccess::new(&config, clock.clone(), random.clone())?;
    let bucket = own_storage::open(&config, cloud.own_identity(), &clock, &random)?;
    let files = OwnFiles::new(config.files_dir(), &public_url, config.max_upload_bytes).with_bucket(bucket);
    let trusted_proxies = TrustedProxies::parse(&config.trusted_proxies).map_err(Failure::new)?;
    Ok(Arc::new(Hub {
        db,
        vault,
        cloud,
        files: Arc::new(files),
        jobs: Jobs::default(),
        ledger: Ledger::new(config.ledger_dir()),
        clock,
        random,
        public_url,
        trusted_proxies,
        sign_in_throttle: Throttle::default(),
        role_throttle: RoleThrottle::default(),
        examinations: Examinations::of_storages(),
        ways: Examinations::of_ways(),
        standings: Standings::default(),
        config,
    }))
}

fn make_private_dir(path: &Path) -> Outcome {
    let made = std::fs::create_dir_all(path);
    #[cfg(unix)]
    let made = made.and_then(|()| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
    });
    made.map_err(|error| Failure::new(format!("cannot use the folder {}: {error}", path.display())))
}

/// The vault of the keys that were given, or of a key file made at the first start.
fn open_vault(config: &Config, random: &dyn Random) -> Outcome<Vault> {
    // A variable that is set to nothing is how a compose file says that there is none.
    let given: Vec<&str> = config
        .secret_keys
        .iter()
        .map(|key| key.trim())
        .filter(|key| !key.is_empty())
        .collect();
    if !given.is_empty() {
        return Vault::new(given).map_err(Failure::new);
    }
    let path = config.vault_key_path();
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_key_file(&path, random),
        read => read.map(Zeroizing::new),
    };
    let text = text.map_err(|error| {
        Failure::new(format!(
            "cannot read or make the vault key {}: {error}",
            path.display()
        ))
    })?;
    Vault::new(text.lines().filter(|line| !line.trim().is_empty())).map_err(Failure::new)
}

/// Writes a new key into a file that only its owner reads, whole and durable before anything depends on it. Of several
/// hubs that start in one folder, one makes the key and the others wait and take it.
fn make_key_file(path: &Path, random: &dyn Random) -> std::io::Result<Zeroizing<String>> {
    use std::io::Write as _;
    let partial = path.with_extension("partial");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&partial)?;
    file.lock()?;
    // What was waited for may have become the key itself, under its own name.
    if path.exists() {
        let _nothing_to_remove = std::fs::remove_file(&partial);
        return std::fs::read_to_string(path).map(Zeroizing::new);
    }
    let key = Vault::generate_key(random);
    file.set_len(0)?;
    file.write_all(key.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&partial, path)?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(key)
}

/// The database that the configuration names.
pub async fn open_database(config: &Config) -> Outcome<Db> {
    let url = match &config.database_url {
        Some(text) => text.parse::<DatabaseUrl>().map_err(Failure::new)?,
        None => DatabaseUrl::Sqlite(config.sqlite_path()),
    };
    tokio::task::spawn_blocking(move || Db::open(&url, Options::default()))
        .await
        .map_err(Failure::new)?
        .map_err(|error| Failure::new(format!("cannot open the database: {error}")))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn hubs_that_start_together_in_one_folder_have_one_key() {
        const HUBS: usize = 8;
        let folder = tempfile::tempdir().unwrap();
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let config = Config::in_folder(folder.path().to_owned(), anywhere);
        // What a hub left that was killed in the middle of it.
        std::fs::write(config.vault_key_path().with_extension("partial"), "x".repeat(100)).unwrap();
        let (path, start) = (config.vault_key_path(), Barrier::new(HUBS));
        let keys: Vec<String> = std::thread::scope(|hubs| {
            let make = || {
                start.wait();
                make_key_file(&path, &SystemRandom).unwrap().trim().to_owned()
            };
            let made: Vec<_> = (0..HUBS).map(|_| hubs.spawn(make)).collect();
            made.into_iter().map(|hub| hub.join().unwrap()).collect()
        });
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(keys.iter().all(|key| key == kept.trim()), "{keys:?}");
        open_vault(&config, &SystemRandom).unwrap();
    }
}
