//! Claims about keeping credentials, with a stand-in for STS.

use std::sync::atomic::{AtomicUsize, Ordering};

use insitu_model::ambient::FixedClock;
use tokio::sync::Notify;

use super::super::grant::{Assuming, RoleGrant};
use super::*;

const STORAGE: StorageId = StorageId::from_bytes([7; 12]);
const HOUR_MS: i64 = 3_600_000;

/// Gives sessions of an hour, or refuses; counts; answers only when let.
struct FakeSts {
    clock: Arc<FixedClock>,
    calls: AtomicUsize,
    refuses: std::sync::atomic::AtomicBool,
    gate: Option<Notify>,
}

impl AssumeRoles for FakeSts {
    fn assume<'a>(&'a self, _: &'a RoleGrant) -> Assuming<'a> {
        Box::pin(async move {
            let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(gate) = &self.gate {
                gate.notified().await;
            }
            if self.refuses.load(Ordering::SeqCst) {
                return Err(CredentialError::NoIdentity);
            }
            let end = self.clock.now_ms() + HOUR_MS;
            Ok(Credentials::of_session(
                format!("session-{call}"),
                "s",
                "t",
                Some(end),
            ))
        })
    }
}

struct World {
    clock: Arc<FixedClock>,
    sts: Arc<FakeSts>,
    cache: CredentialCache,
}

impl World {
    fn new(gate: Option<Notify>) -> Self {
        let clock = Arc::new(FixedClock::at(1_000_000));
        let sts = Arc::new(FakeSts {
            clock: clock.clone(),
            calls: 0.into(),
            refuses: false.into(),
            gate,
        });
        let cache = CredentialCache::new(sts.clone(), clock.clone());
        Self { clock, sts, cache }
    }

    async fn key_id(&self) -> Result<String, CredentialError> {
        let signer = self
            .cache
            .obtain(STORAGE, 1, || Ok::<_, CredentialError>(role()))
            .await?;
        Ok(signer.credentials().access_key_id().to_owned())
    }

    fn calls(&self) -> usize {
        self.sts.calls.load(Ordering::SeqCst)
    }

    /// Lets tasks in the background go on until the count of calls is reached.
    async fn until_calls(&self, wanted: usize) {
        while self.calls() < wanted {
            tokio::task::yield_now().await;
        }
        // The call has begun; its result is in once the lock is free.
        let slot = self.cache.inner.slot(STORAGE, 1).unwrap();
        drop(slot.renewing.lock().await);
    }
}

fn role() -> Grant {
    Grant::Role(RoleGrant {
        role_arn: "arn:aws:iam::123456789012:role/photos".parse().unwrap(),
        external_id: None,
        region: "eu-central-1".parse().unwrap(),
        session_name: "insitu".into(),
        duration_s: 3600,
        session_policy: None,
    })
}

#[tokio::test]
async fn a_session_is_used_again_until_its_last_fifth() {
    let world = World::new(None);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.clock.advance_ms(HOUR_MS / 5 * 4 - 1);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.calls(), 1);
    world.clock.advance_ms(1);
    // Nobody waits for the renewal: the old session still holds.
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(2).await;
    assert_eq!(world.key_id().await.unwrap(), "session-2");
}

#[tokio::test]
async fn however_many_ask_one_call_is_made() {
    let world = Arc::new(World::new(Some(Notify::new())));
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let world = world.clone();
            tokio::spawn(async move { world.key_id().await })
        })
        .collect();
    while world.calls() == 0 {
        tokio::task::yield_now().await;
    }
    world.sts.gate.as_ref().unwrap().notify_one();
    for asked in asking {
        assert_eq!(asked.await.unwrap().unwrap(), "session-1");
    }
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_break_the_call_off() {
    let world = Arc::new(World::new(Some(Notify::new())));
    let caller = tokio::spawn({
        let world = world.clone();
        async move { world.key_id().await }
    });
    while world.calls() == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    world.sts.gate.as_ref().unwrap().notify_one();
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn a_failed_renewal_keeps_the_session_that_holds() {
    let world = World::new(None);
    world.key_id().await.unwrap();
    world.sts.refuses.store(true, Ordering::SeqCst);
    world.clock.advance_ms(HOUR_MS / 5 * 4);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(2).await;
    // Within the wait nobody asks again, after it somebody does.
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.calls(), 2);
    world.clock.advance_ms(FIRST_WAIT_MS);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(3).await;
    world.clock.advance_ms(HOUR_MS);
    assert_eq!(world.key_id().await, Err(CredentialError::NoIdentity));
}

#[tokio::test]
async fn a_broken_role_is_not_asked_in_a_storm() {
    let world = World::new(None);
    world.sts.refuses.store(true, Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(
            world.key_id().await.unwrap_err().code(),
            "credentials.no_identity"
        );
    }
    assert_eq!(world.calls(), 1);
    world.clock.advance_ms(FIRST_WAIT_MS);
    world.sts.refuses.store(false, Ordering::SeqCst);
    assert_eq!(world.key_id().await.unwrap(), "session-2");
}

#[tokio::test]
async fn an_edited_storage_is_asked_anew_at_once() {
    let world = World::new(None);
    world.sts.refuses.store(true, Ordering::SeqCst);
    assert!(world.key_id().await.is_err());
    world.sts.refuses.store(false, Ordering::SeqCst);
    world.cache.invalidate(STORAGE);
    assert_eq!(world.key_id().await.unwrap(), "session-2");
    let changed = world
        .cache
        .obtain(STORAGE, 2, || Ok::<_, CredentialError>(role()))
        .await
        .unwrap();
    assert_eq!(changed.credentials().access_key_id(), "session-3");
}

#[tokio::test]
async fn a_user_key_is_kept_without_a_call_and_unsealed_once() {
    let world = World::new(None);
    let unsealed = AtomicUsize::new(0);
    for _ in 0..3 {
        let grant = || {
            unsealed.fetch_add(1, Ordering::SeqCst);
            Ok::<_, CredentialError>(Grant::Key(Credentials::permanent("AKIA", "secret")))
        };
        let signer = world.cache.obtain(STORAGE, 1, grant).await.unwrap();
        assert_eq!(signer.credentials().access_key_id(), "AKIA");
        world.clock.advance_ms(HOUR_MS * 1000);
    }
    assert_eq!((unsealed.into_inner(), world.calls()), (1, 0));
}
