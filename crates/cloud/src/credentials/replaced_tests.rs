//! Claims about sessions that are replaced though their role was asked and is as it was.

use super::super::super::slot::{DOUBTED_AGAIN_MS, NEW_MS};
use super::*;

#[tokio::test]
async fn a_session_is_replaced_in_the_window_after_its_own_and_not_before() {
    let world = World::with_urls_of(900, None);
    let window_ms = 300_000;
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.clock.advance_ms(window_ms - 1);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!((world.calls(), world.confirmations()), (1, 1));
    world.clock.advance_ms(ASK_AGAIN_MS);
    // The role is to be asked anyway. Nobody waits for it, and one call is made.
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.until_calls(2).await;
    assert_eq!(world.key_id().await.unwrap(), "session-2");
    world.clock.advance_ms(ASK_AGAIN_MS);
    world.key_id().await.unwrap();
    world.until_confirmations(2).await;
    assert_eq!(
        world.key_id().await.unwrap(),
        "session-2",
        "its window is not over"
    );
    // Where STS is away, the old one goes on.
    world.sts.is_gone.store(true, Ordering::SeqCst);
    world.clock.advance_ms(2 * window_ms);
    assert_eq!(world.key_id().await.unwrap(), "session-2");
}

impl World {
    async fn signer(&self) -> Arc<Signer> {
        let obtained = self.cache.obtain(STORAGE, 1, || Ok::<_, CredentialError>(role()));
        obtained.await.unwrap()
    }
}

#[tokio::test]
async fn a_session_that_a_bucket_refuses_is_replaced_once_a_minute_at_most() {
    let world = World::new(None);
    let first = world.signer().await;
    assert!(!world.cache.doubt(STORAGE, Some(&first)), "it is new");
    world.clock.advance_ms(NEW_MS);
    assert!(world.cache.doubt(STORAGE, Some(&first)));
    // Whoever met the same refusal at the same time waits for the same answer.
    assert!(world.cache.doubt(STORAGE, Some(&first)));
    assert_eq!(world.key_id().await.unwrap(), "session-2");
    assert_eq!((world.calls(), world.confirmations()), (2, 0));
    assert!(
        world.cache.doubt(STORAGE, Some(&first)),
        "there is another already"
    );
    assert_eq!(world.calls(), 2);
    world.clock.advance_ms(DOUBTED_AGAIN_MS - 1);
    assert!(
        !world.cache.doubt(STORAGE, None),
        "it refuses whatever session comes"
    );
    world.clock.advance_ms(1);
    assert!(world.cache.doubt(STORAGE, None));
    assert_eq!(world.key_id().await.unwrap(), "session-3");
}

#[tokio::test]
async fn a_bucket_that_refuses_whatever_session_comes_has_it_replaced_ever_more_seldom() {
    let world = World::new(None);
    world.signer().await;
    world.clock.advance_ms(NEW_MS);
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert!(world.cache.doubt(STORAGE, None));
        world.signer().await;
        world.clock.advance_ms(minutes * MINUTE_MS - 1);
        assert!(!world.cache.doubt(STORAGE, None), "{minutes} minutes");
        world.clock.advance_ms(1);
    }
    let is_doubted_after = async |minutes: i64| {
        world.clock.advance_ms(minutes * MINUTE_MS);
        let is_doubted = world.cache.doubt(STORAGE, None);
        world.signer().await;
        is_doubted
    };
    assert!(is_doubted_after(0).await);
    assert!(!is_doubted_after(1).await);
    // Another session was what it took.
    world.cache.was_rightly_doubted(STORAGE);
    assert!(is_doubted_after(0).await);
    // So is one after a long rest as the first was.
    assert!(!is_doubted_after(1).await);
    assert!(is_doubted_after(HOUR_MS / MINUTE_MS).await);
    assert!(is_doubted_after(1).await);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_doubted_while_sts_is_away_signs_on() {
    let world = World::new(None);
    world.signer().await;
    world.clock.advance_ms(NEW_MS);
    world.sts.hangs.store(true, Ordering::SeqCst);
    assert!(world.cache.doubt(STORAGE, None));
    let begun = tokio::time::Instant::now();
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert!(!world.cache.doubt(STORAGE, None));
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!(begun.elapsed(), PATIENCE);
}

#[tokio::test]
async fn a_key_of_a_user_and_a_storage_that_nobody_used_are_not_doubted() {
    let world = World::new(None);
    assert!(!world.cache.doubt(STORAGE, None));
    let grant = || Ok::<_, CredentialError>(Grant::Key(Credentials::permanent("AKIA", "secret")));
    world.cache.obtain(STORAGE, 1, grant).await.unwrap();
    world.clock.advance_ms(HOUR_MS);
    assert!(!world.cache.doubt(STORAGE, None));
}
