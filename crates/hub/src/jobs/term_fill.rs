//! Looks through the answers that were kept before they could be searched, once, a part at a time between other work.

use std::sync::Arc;
use std::time::Duration;

use insitu_store::assets::{are_terms_filled, fill_terms_step};
use tokio::sync::watch;

use super::becomes_true;
use crate::hub::Hub;

/// How long to wait for another hub that looks through what is left, or for a database that does not answer.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Goes on until nothing is left or the hub stops; whoever starts next goes on from there.
pub async fn fill(hub: Arc<Hub>, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        let is_done = match hub.db.claim(fill_terms_step).await {
            Ok(true) => continue,
            Ok(false) => hub.db.read(are_terms_filled).await,
            Err(error) => Err(error),
        };
        match is_done {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "answers of before cannot be looked through yet"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = becomes_true(&mut stopping) => {}
        }
    }
}
