//! Claims about roles that are taken away, and given back.

use super::*;

#[tokio::test]
async fn a_role_that_was_taken_away_stops_signing_within_a_minute_of_use() {
    let world = World::new(None);
    world.sts.max_s.store(43_200, Ordering::SeqCst);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    world.sts.denies.store(true, Ordering::SeqCst);
    let mut signed_ms = 0;
    while world.key_id().await.is_ok() {
        assert!(signed_ms < MINUTE_MS, "it still signs after a minute");
        world.clock.advance_ms(5_000);
        signed_ms += 5_000;
        // Whatever was begun in the background comes to its end.
        world
            .until_confirmations(usize::from(signed_ms > ASK_AGAIN_MS))
            .await;
    }
    assert_eq!(world.key_id().await.unwrap_err().code(), "cloud.access_denied");
    // Whoever repairs it does not wait long.
    world.sts.denies.store(false, Ordering::SeqCst);
    world.clock.advance_ms(MINUTE_MS);
    assert_eq!(world.key_id().await.unwrap(), "session-2");
}

#[tokio::test]
async fn what_failed_for_a_moment_hides_no_role_that_was_taken_away() {
    let world = World::new(None);
    world.key_id().await.unwrap();
    world.clock.advance_ms(ASK_AGAIN_MS);
    world.sts.is_gone.store(true, Ordering::SeqCst);
    world.key_id().await.unwrap();
    world.until_confirmations(1).await;
    world.sts.is_gone.store(false, Ordering::SeqCst);
    world.sts.denies.store(true, Ordering::SeqCst);
    world.clock.advance_ms(FIRST_WAIT_MS);
    world.key_id().await.unwrap();
    world.until_confirmations(2).await;
    assert_eq!(world.key_id().await.unwrap_err().code(), "cloud.access_denied");
}

#[tokio::test]
async fn after_a_pause_nothing_is_signed_before_the_role_was_asked() {
    let world = World::new(None);
    world.key_id().await.unwrap();
    world.clock.advance_ms(TRUSTED_MS);
    assert_eq!(world.key_id().await.unwrap(), "session-1");
    assert_eq!((world.calls(), world.confirmations()), (1, 1));
    world.sts.denies.store(true, Ordering::SeqCst);
    world.clock.advance_ms(TRUSTED_MS);
    assert_eq!(world.key_id().await.unwrap_err().code(), "cloud.access_denied");
}

#[tokio::test]
async fn a_clock_that_is_set_back_lets_no_role_sign_for_longer() {
    for back_ms in [1, MINUTE_MS, 10 * MINUTE_MS, 2 * HOUR_MS] {
        let world = World::new(None);
        world.key_id().await.unwrap();
        world.sts.denies.store(true, Ordering::SeqCst);
        world.clock.advance_ms(-back_ms);
        assert_eq!(
            world.key_id().await.unwrap_err().code(),
            "cloud.access_denied",
            "{back_ms} ms back"
        );
        // Nor does it keep anybody waiting for longer who has given the role back.
        world.sts.denies.store(false, Ordering::SeqCst);
        world.clock.advance_ms(-back_ms);
        world.key_id().await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_a_little_moves_no_renewal_behind_the_end_of_a_session() {
    let world = World::new(None);
    world.key_id().await.unwrap();
    world.clock.advance_ms(HOUR_MS / 4);
    world.clock.advance_ms(-HOUR_MS / 2);
    // The session seems to be of a time to come.
    world.key_id().await.unwrap();
    world.until_calls(2).await;
    assert_eq!(world.key_id().await.unwrap(), "session-2");
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn a_role_that_was_seen_to_let_the_hub_in_again_is_asked_at_once() {
    let world = World::new(None);
    world.sts.denies.store(true, Ordering::SeqCst);
    // It is refused for long by now.
    for _ in 0..8 {
        assert_eq!(world.key_id().await.unwrap_err().code(), "cloud.access_denied");
        world.clock.advance_ms(MINUTE_MS);
    }
    world.key_id().await.unwrap_err();
    world.sts.denies.store(false, Ordering::SeqCst);
    assert!(world.key_id().await.is_err(), "nobody knows yet");
    world.cache.was_let_in(STORAGE);
    world.key_id().await.unwrap();
}
