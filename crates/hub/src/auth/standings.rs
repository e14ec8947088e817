//! Who called lately and what they are to which project, so that the next request needs no visit to the database.
//!
//! What this hub changes itself is noticed at once: every commit that may touch people or rights makes everything
//! remembered before it worthless ([`insitu_store::Db::access_changes`]). What another process changes (a hub that
//! shares the database, `insitu admin` beside this one) is noticed after [`KEPT_MS`].

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use insitu_model::id::ProjectId;

use super::access::Standing;
use super::caller::{Caller, Shown};
use crate::hub::Hub;

/// How long another process's change of somebody's rights may go unnoticed, in milliseconds.
pub const KEPT_MS: i64 = 1_000;
/// Above this many, all are forgotten and read again.
const STANDINGS_MAX: usize = 16_384;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Standings {
    kept: RwLock<HashMap<(Shown, ProjectId), Kept>>,
}

#[derive(Debug)]
struct Kept {
    seen: Seen,
    caller: Caller,
    standing: Standing,
}

/// The moment from before something was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    access_changes: u64,
    at_ms: i64,
}

impl Seen {
    fn now(hub: &Hub) -> Self {
        Self {
            access_changes: hub.db.access_changes(),
            at_ms: hub.clock.now_ms(),
        }
    }

    /// Whether what was read then is still to be believed. A clock that was set back makes nothing last longer.
    fn holds_at(self, now: Self) -> bool {
        self.access_changes == now.access_changes && (0..KEPT_MS).contains(&(now.at_ms - self.at_ms))
    }
}

impl Standings {
    /// To be asked for before reading what is then kept: a change in between makes it worthless.
    pub(super) fn before_reading(&self, hub: &Hub) -> Seen {
        Seen::now(hub)
    }

    /// Who shows this, and what they are to the project, where that is remembered and still holds.
    pub(super) fn find(&self, hub: &Hub, shown: Shown, project: ProjectId) -> Option<(Caller, Standing)> {
        let now = Seen::now(hub);
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let known = kept.get(&(shown, project))?;
        let holds = known.seen.holds_at(now) && now.at_ms < known.caller.proof_ends_ms;
        holds.then(|| (known.caller.clone(), known.standing))
    }

    /// Remembers what was read after `seen`.
    pub(super) fn keep(
        &self,
        seen: Seen,
        shown: Shown,
        project: ProjectId,
        caller: &Caller,
        standing: Standing,
    ) {
        let caller = caller.clone();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= STANDINGS_MAX {
            kept.clear();
        }
        kept.insert(
            (shown, project),
            Kept {
                seen,
                caller,
                standing,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_holds_for_a_moment_and_not_past_a_change() {
        let seen = |access_changes, at_ms| Seen {
            access_changes,
            at_ms,
        };
        let read = seen(7, 50_000);
        assert!(read.holds_at(seen(7, 50_000)));
        assert!(read.holds_at(seen(7, 50_000 + KEPT_MS - 1)));
        assert!(
            !read.holds_at(seen(7, 50_000 + KEPT_MS)),
            "another hub may have changed it"
        );
        assert!(!read.holds_at(seen(8, 50_000)), "this hub has changed something");
        assert!(!read.holds_at(seen(7, 49_999)), "the clock was set back");
    }
}
