//! Tidying up: leftovers on the disk, uploads whose hub is gone, rows that will never be seen, and files, sessions,
//! knowledge of objects and notes of changes that expired.

use std::sync::Arc;
use std::time::Duration;

use insitu_model::ambient::age_ms;
use insitu_store::assets::probes;
use insitu_store::{DatabaseUrl, Error, Tx, asset_changes, exports, imports, role_proofs, sessions};
use tokio::sync::watch;

use super::{becomes_true, export, import};
use crate::hub::Hub;

/// How often the keeper looks around without being called.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often the folders are looked through for what nobody goes on with, beginning at the start: what another hub left
/// that shares them stays no longer.
const SWEEP_EVERY_MS: i64 = 60 * 60 * 1000;

/// How long what was read of an object is known.
const OBJECTS_KNOWN_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Opens the workshop, unless it is open, and keeps it tidy until the hub stops.
pub async fn keep(
    hub: Arc<Hub>,
    started: i64,
    opened: watch::Sender<bool>,
    mut stopping: watch::Receiver<bool>,
) {
    // What is left over was left by the process before: once somebody works, the same things belong to them.
    if !*opened.borrow() {
        if let Err(error) = free_leases(&hub, started).await {
            tracing::error!(%error, "jobs that were interrupted have to wait until their leases run out");
        }
        opened.send_replace(true);
    }
    let mut swept_ms = i64::MIN;
    while !*stopping.borrow() {
        let now_ms = hub.clock.now_ms();
        if age_ms(now_ms, swept_ms) >= SWEEP_EVERY_MS {
            swept_ms = now_ms;
            import::keep::sweep(&hub).await;
            sweep_files(&hub).await;
            export::keep::sweep(&hub).await;
            sweep_parts(&hub, now_ms).await;
            if let Err(error) = forget_expired(&hub, now_ms, &stopping).await {
                tracing::error!(%error, "sessions and knowledge of objects that expired could not be removed yet");
            }
        }
        if let Err(error) = tidy(&hub, &stopping).await {
            tracing::error!(%error, "what ended jobs left could not be removed yet");
        }
        tokio::select! {
            () = hub.jobs.untidy.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = becomes_true(&mut stopping) => {}
        }
    }
}

/// A hub on SQLite is the only one: whatever has a lease at its start was interrupted and goes on at once.
async fn free_leases(hub: &Hub, started: i64) -> Result<(), Error> {
    match hub.db.url() {
        DatabaseUrl::Sqlite(_) => {
            let free = move |tx: &mut Tx| {
                imports::free_all(tx, started)?;
                exports::free_all(tx, started)?;
                asset_changes::free_all(tx)?;
                role_proofs::free_all(tx)?;
                probes::free_all(tx)
            };
            hub.db.claim(free).await
        }
        DatabaseUrl::Postgres(_) => Ok(()),
    }
}

/// Removes what uploads of files left that were not ended.
async fn sweep_files(hub: &Hub) {
    let files = hub.files.clone();
    let swept = tokio::task::spawn_blocking(move || files.sweep()).await;
    match swept.map_err(std::io::Error::other).flatten() {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "removed uploads of files that did not end"),
        Err(error) => tracing::warn!(%error, "the folder of arriving files could not be tidied"),
    }
}

/// Removes parts of files that nobody went on with.
async fn sweep_parts(hub: &Hub, now_ms: i64) {
    let files = hub.files.clone();
    let swept = tokio::task::spawn_blocking(move || files.sweep_parts(now_ms)).await;
    match swept.map_err(std::io::Error::other).flatten() {
        Ok(0) => {}
        Ok(parts) => tracing::info!(parts, "removed parts of files whose rest never came"),
        Err(error) => tracing::warn!(%error, "the folder of parts of files could not be tidied"),
    }
}

async fn forget_expired(hub: &Hub, now_ms: i64, stopping: &watch::Receiver<bool>) -> Result<(), Error> {
    hub.db
        .claim(move |tx| sessions::delete_expired(tx, now_ms))
        .await?;
    let forget = move |tx: &mut Tx| probes::forget_older(tx, now_ms - OBJECTS_KNOWN_MS);
    while !*stopping.borrow() && hub.db.claim(forget).await? {}
    Ok(())
}

async fn tidy(hub: &Arc<Hub>, stopping: &watch::Receiver<bool>) -> Result<(), Error> {
    import::keep::expire_uploads(hub).await?;
    export::keep::expire(hub).await?;
    while !*stopping.borrow() && hub.db.claim(imports::tidy_step).await? {}
    let now = hub.clock.now_ms();
    let forget = move |tx: &mut Tx| asset_changes::forget_step(tx, now);
    while !*stopping.borrow() && hub.db.claim(forget).await? {}
    Ok(())
}
