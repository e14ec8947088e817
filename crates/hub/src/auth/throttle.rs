//! Slows down whoever guesses passwords: a few tries at once, then one every few seconds, for each account; and more of both
//! for each address that is tried from, so that nobody tries one password on every account. And whoever tries roles: what
//! STS says of them is nothing to go fishing for.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use insitu_cloud::connect::is_public;
use insitu_model::id::UserId;

use super::peer::Peer;
use crate::error::{ApiError, ApiResult};

/// Tries that are allowed at once.
const BURST: NonZeroU32 = TEN;
/// Tries a minute after that.
const PER_MINUTE: NonZeroU32 = TEN;
const TEN: NonZeroU32 = match NonZeroU32::new(10) {
    Some(ten) => ten,
    None => NonZeroU32::MIN,
};
/// The same for one address of the internet, behind which a whole office may sit.
const BURST_OF_ADDRESS: NonZeroU32 = HUNDRED;
const PER_MINUTE_OF_ADDRESS: NonZeroU32 = HUNDRED;
const HUNDRED: NonZeroU32 = match NonZeroU32::new(100) {
    Some(hundred) => hundred,
    None => NonZeroU32::MIN,
};
/// Roles that one user may try at once, and a minute after that.
const ROLES: NonZeroU32 = match NonZeroU32::new(30) {
    Some(thirty) => thirty,
    None => NonZeroU32::MIN,
};
/// Roles of saved storages that one user may have tried at once, and a minute after that: each costs the hub's own account
/// several calls, whose number all organizations share.
const SAVED_ROLES: NonZeroU32 = match NonZeroU32::new(60) {
    Some(sixty) => sixty,
    None => NonZeroU32::MIN,
};
/// Above this many remembered addresses, the idle ones are dropped.
const MAX_REMEMBERED: usize = 100_000;

/// Counts tries.
#[derive(Debug)]
pub struct Throttle {
    by_account: DefaultKeyedRateLimiter<String>,
    by_address: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Throttle {
    fn default() -> Self {
        let of_account = Quota::per_minute(PER_MINUTE).allow_burst(BURST);
        let of_address = Quota::per_minute(PER_MINUTE_OF_ADDRESS).allow_burst(BURST_OF_ADDRESS);
        Self {
            by_account: DefaultKeyedRateLimiter::keyed(of_account),
            by_address: DefaultKeyedRateLimiter::keyed(of_address),
        }
    }
}

impl Throttle {
    /// Counts one try for this account from this address; an error once there were too many of either. Private addresses
    /// are not counted: mostly that is a proxy which nobody said is one, and everybody would wait for one who guesses.
    pub fn check(&self, account: &str, peer: Peer) -> ApiResult<()> {
        if let Some(address) = peer.0.filter(|address| is_public(*address)) {
            count(&self.by_address, &of_one_caller(address), "from this address")?;
        }
        count(&self.by_account, &account.to_lowercase(), "for this account")
    }
}

/// Counts the roles that users try: before they save a storage, and by saving and testing it.
#[derive(Debug)]
pub struct RoleThrottle {
    unsaved: DefaultKeyedRateLimiter<UserId>,
    saved: DefaultKeyedRateLimiter<UserId>,
}

impl Default for RoleThrottle {
    fn default() -> Self {
        Self {
            unsaved: DefaultKeyedRateLimiter::keyed(Quota::per_minute(ROLES)),
            saved: DefaultKeyedRateLimiter::keyed(Quota::per_minute(SAVED_ROLES)),
        }
    }
}

impl RoleThrottle {
    /// Counts one try of a role that is not saved by this user; an error once there were too many.
    pub fn check(&self, user: UserId) -> ApiResult<()> {
        count_role(&self.unsaved, user)
    }

    /// The same of the role of a storage that is saved, or is being saved.
    pub fn check_saved(&self, user: UserId) -> ApiResult<()> {
        count_role(&self.saved, user)
    }
}

fn count_role(limiter: &DefaultKeyedRateLimiter<UserId>, user: UserId) -> ApiResult<()> {
    wait_s(limiter, &user).map_or(Ok(()), |wait| {
        let message = format!("Too many roles tried by this user. Wait {wait} seconds and try again.");
        Err(ApiError::too_many("storage.too_many_tries", message, wait))
    })
}

/// Whoever has an IPv6 address has 2^64 of them.
fn of_one_caller(address: IpAddr) -> IpAddr {
    const OF_THE_NETWORK: u128 = !0 << 64;
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & OF_THE_NETWORK).into(),
    }
}

fn count<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K, whose: &str) -> ApiResult<()> {
    wait_s(limiter, key).map_or(Ok(()), |wait| {
        let message = format!("Too many tries {whose}. Wait {wait} seconds and try again.");
        Err(ApiError::too_many("session.too_many_tries", message, wait))
    })
}

/// Counts one more; how many seconds to wait where that is too many.
pub(super) fn wait_s<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Option<u64> {
    if limiter.len() > MAX_REMEMBERED {
        limiter.retain_recent();
    }
    let not_until = limiter.check_key(key).err()?;
    Some(not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_guess_in_a_row_has_to_wait_and_others_do_not() {
        let throttle = Throttle::default();
        for _ in 0..BURST.get() {
            throttle.check("Ada@example.com", Peer(None)).unwrap();
        }
        assert_eq!(
            throttle.check("ada@example.com", Peer(None)).unwrap_err().code,
            "session.too_many_tries"
        );
        throttle.check("bob@example.com", Peer(None)).unwrap();
    }

    #[test]
    fn whoever_tries_every_account_from_one_address_has_to_wait_and_others_do_not() {
        let throttle = Throttle::default();
        let check = |n: u32, from: &str| throttle.check(&format!("{n}@x"), Peer(from.parse().ok()));
        for (guesser, neighbour, stranger) in [
            ("8.8.8.8", "8.8.8.8", "8.8.4.4"),
            ("2a00:1450::1", "2a00:1450::2", "2a00:1451::1"),
        ] {
            for n in 0..BURST_OF_ADDRESS.get() {
                check(n, guesser).unwrap();
            }
            let refused = check(101, neighbour).unwrap_err();
            assert_eq!(refused.code, "session.too_many_tries");
            assert!(
                refused.message.contains("from this address"),
                "{}",
                refused.message
            );
            check(101, stranger).unwrap();
        }
        for n in 0..BURST_OF_ADDRESS.get() + 1 {
            check(1000 + n, "10.0.0.5").unwrap();
        }
    }
}
