//! Claims about keeping credentials, with a stand-in for STS.

#[path = "replaced_tests.rs"]
mod replaced;
#[path = "taken_away_tests.rs"]
mod taken_away;

use std::sync::atomic::{AtomicUsize, Ordering};

use insitu_model::ambient::FixedClock;
use tokio::sync::Notify;

use super::super::fake_sts::FakeSts;
use super::super::slot::{ASK_AGAIN_MS, FIRST_WAIT_MS, TRUSTED_MS};
use super::*;

const STORAGE: StorageId = StorageId::from_bytes([7; 12]);
const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

struct World {
    clock: Arc<FixedClock>,
    sts: Arc<FakeSts>,
    cache: CredentialCache,
}

impl World {
    fn new(gate: Option<Notify>) -> Self {
        Self::with_urls_of(3 * 3600, gate)
    }

    /// At the beginning of a window, which is a third of their life.
    fn with_urls_of(url_ttl_s: u32, gate: Option<Notify>) -> Self {
        let clock = Arc::new(FixedClock::at(10 * HOUR_MS));
        let sts = Arc::new(FakeSts {
            clock: clock.clone(),
            max_s: 3_600.into(),
            calls: 0.into(),
            confirmations: 0.into(),
            refused_for_length: 0.into(),
            is_gone: false.into(),
            denies: false.into(),
            says: std::sync::Mutex::default(),
            hangs: false.into(),
            takes_ms: 0.into(),
            gate,
        });
        let cache = CredentialCache::new(sts.clone(), clock.clone(), url_ttl_s);
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

    fn confirmations(&self) -> usize {
        self.sts.confirmations.load(Ordering::SeqCst)
    }

    /// Lets tasks in the background go on until the counter is so far.
    async fn until(&self, counter: &AtomicUsize, wanted: usize) {
        while counter.load(Ordering::SeqCst) < wanted {
            tokio::task::yield_now().await;
        }
        // The call has begun; its result is in once the lock is free.
        let slot = self.cache.inner.slot(STORAGE, 1).unwrap();
        drop(slot.asking.lock().await);
    }

    async fn until_calls(&self, wanted: usize) {
        self.until(&self.sts.calls, wanted).await;
    }

    async fn until_confirmations(&self, wanted: usize) {
        self.until(&self.sts.confirmations, wanted).await;
    }
}

fn role() -> Grant {
    Grant::Role(RoleGrant {
        role_arn: "arn:aws:iam::123456789012:role/photos".parse().unwrap(),
        external_id: None,
        next_external_id: None,
        region: "eu-central-1".parse().unwrap(),
        endpoint: None,
        session_name: "insitu".into(),
        session_policy: None,
    })
}

#[tokio::test]
async fn a_session_is_used_again_and_another_is_there_before_its_last_fifth() {
    let world = World::new(None);
    let begun_at_ms = world.clock.now_ms();
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.clock.advance_ms(HOUR_MS / 4 * 3 - 1);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.calls(), 1);
    world.clock.advance_ms(1);
    // Nobody waits for the renewal: the old session still holds.
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(2).await;
    assert!(world.clock.now_ms() < begun_at_ms + HOUR_MS / 5 * 4);
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
    world.sts.is_gone.store(true, Ordering::SeqCst);
    world.clock.advance_ms(HOUR_MS / 4 * 3);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(2).await;
    // Within the wait nobody asks again, after it somebody does.
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.calls(), 2);
    world.clock.advance_ms(FIRST_WAIT_MS);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(3).await;
    world.clock.advance_ms(HOUR_MS);
    assert_eq!(world.key_id().await.unwrap_err().code(), "connect.timeout");
}

#[tokio::test]
async fn a_session_is_as_long_as_its_role_allows_and_that_is_learned_once() {
    for (max_s, refused) in [(43_200, 0), (3_600, 2), (7_200, 6), (5_000, 8)] {
        let found_s = max_s / 60 * 60;
        let world = World::new(None);
        world.sts.max_s.store(max_s, Ordering::SeqCst);
        let end_ms = async || {
            let obtained = world
                .cache
                .obtain(STORAGE, 1, || Ok::<_, CredentialError>(role()));
            obtained.await.unwrap().credentials().expires_at_ms().unwrap()
        };
        end_ms().await;
        // Whether there is a longer one is found out in the background.
        world.until_calls(1).await;
        assert_eq!(end_ms().await, world.clock.now_ms() + i64::from(found_s) * 1000);
        let refusals = || world.sts.refused_for_length.load(Ordering::SeqCst);
        assert_eq!(refusals(), refused, "{max_s}");
        let calls = world.calls();
        world.clock.advance_ms(i64::from(found_s) * 1000);
        assert_eq!(end_ms().await, world.clock.now_ms() + i64::from(found_s) * 1000);
        assert_eq!((world.calls(), refusals()), (calls + 1, refused), "{max_s}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_for_the_first_session() {
    let world = World::new(None);
    world.sts.max_s.store(7_200, Ordering::SeqCst);
    world.sts.takes_ms.store(1_500, Ordering::SeqCst);
    let began = tokio::time::Instant::now();
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    // One call for twelve hours, which is refused, and one for a little more than the usual.
    assert_eq!(began.elapsed(), Duration::from_millis(3_000));
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    let slot = world.cache.inner.slot(STORAGE, 1).unwrap();
    drop(slot.asking.lock().await);
    let Look::Held(signer, None) = slot.look(world.clock.now_ms()) else {
        panic!("it has no session")
    };
    let end_ms = signer.credentials().expires_at_ms();
    assert_eq!(end_ms, Some(world.clock.now_ms() + 7_200_000));
}

#[tokio::test]
async fn ten_minutes_without_sts_interrupt_nobody() {
    let world = World::new(None);
    world.key_id().await.unwrap();
    world.sts.is_gone.store(true, Ordering::SeqCst);
    for _ in 0..120 {
        world.clock.advance_ms(5_000);
        assert_eq!(world.key_id().await.unwrap(), "session-1");
        tokio::task::yield_now().await;
    }
    assert!(
        (5..=20).contains(&world.confirmations()),
        "{}",
        world.confirmations()
    );
    assert_eq!(world.calls(), 1);
    world.sts.is_gone.store(false, Ordering::SeqCst);
    world.clock.advance_ms(MINUTE_MS);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
}

#[tokio::test(start_paused = true)]
async fn an_sts_that_hangs_costs_two_seconds_once() {
    let world = World::new(None);
    world.key_id().await.unwrap();
    world.sts.hangs.store(true, Ordering::SeqCst);
    world.clock.advance_ms(TRUSTED_MS);
    let begun = tokio::time::Instant::now();
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(begun.elapsed(), PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn nobody_stares_at_an_sts_that_hangs_and_its_answer_is_not_lost() {
    let world = World::new(Some(Notify::new()));
    let began = tokio::time::Instant::now();
    let unanswered = CredentialError::Unanswered { seconds: 8 };
    assert_eq!(world.key_id().await, Err(unanswered));
    assert_eq!(began.elapsed(), FIRST_PATIENCE);
    // The call is still under way: whoever comes next waits for the same one.
    world.sts.gate.as_ref().unwrap().notify_one();
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn a_broken_role_is_not_asked_in_a_storm() {
    let world = World::new(None);
    world.sts.denies.store(true, Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(world.key_id().await.unwrap_err().code(), "cloud.access_denied");
    }
    assert_eq!(world.calls(), 1);
    world.clock.advance_ms(FIRST_WAIT_MS);
    world.sts.denies.store(false, Ordering::SeqCst);
    assert_eq!(world.key_id().await.unwrap(), "session-2");
}

#[tokio::test]
async fn only_a_denial_of_the_role_ends_a_session_that_holds() {
    for code in [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "RequestExpired",
        "Throttling",
        "OptInRequired",
        "RegionDisabledException",
        "WhateverComesNext",
    ] {
        let world = World::new(None);
        world.key_id().await.unwrap();
        *world.sts.says.lock().unwrap() = Some(code);
        for _ in 0..10 {
            world.clock.advance_ms(MINUTE_MS);
            assert_eq!(world.key_id().await.unwrap(), "session-1", "{code}");
        }
    }
    for code in ["AccessDenied", "AccessDeniedException"] {
        let world = World::new(None);
        world.key_id().await.unwrap();
        *world.sts.says.lock().unwrap() = Some(code);
        world.clock.advance_ms(MINUTE_MS);
        assert_eq!(
            world.key_id().await.unwrap_err().code(),
            "cloud.access_denied",
            "{code}"
        );
    }
}

#[tokio::test]
async fn an_edited_storage_is_asked_anew_at_once_and_keeps_what_is_still_for_the_same() {
    let world = World::new(None);
    let obtain = async |revision, change: &dyn Fn(&mut RoleGrant)| {
        let Grant::Role(mut role) = role() else {
            unreachable!()
        };
        change(&mut role);
        let grant = || Ok::<_, CredentialError>(Grant::Role(role));
        let signer = world.cache.obtain(STORAGE, revision, grant).await?;
        Ok::<_, CredentialError>(signer.credentials().access_key_id().to_owned())
    };
    world.sts.denies.store(true, Ordering::SeqCst);
    assert!(obtain(1, &|_| {}).await.is_err());
    world.sts.denies.store(false, Ordering::SeqCst);
    assert_eq!(obtain(2, &|_| {}).await.unwrap(), "session-2", "it was edited");
    assert_eq!(
        obtain(3, &|_| {}).await.unwrap(),
        "session-2",
        "in its name alone"
    );
    let other_role = |role: &mut RoleGrant| {
        role.role_arn = "arn:aws:iam::123456789012:role/other".parse().unwrap();
    };
    assert_eq!(obtain(4, &other_role).await.unwrap(), "session-3");
    // Whoever read the storage before is not the one to say what it is.
    assert_eq!(obtain(3, &|_| {}).await.unwrap(), "session-3");
    assert_eq!(obtain(4, &other_role).await.unwrap(), "session-3");
    world.cache.invalidate(STORAGE);
    assert_eq!(obtain(4, &other_role).await.unwrap(), "session-4");
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
