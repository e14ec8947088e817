//! How much is examined at once, and in a minute: each examination makes requests, some of them dozens, to a server that a
//! user chose.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota};
use insitu_model::id::UserId;

use super::throttle::wait_s;
use crate::error::{ApiError, ApiResult};

/// Tests of storages of one user at the same time.
const TESTS_OF_USER_MAX: usize = 4;
/// Ways of one user at the same time: a tab asks for three, and people look at several.
const WAYS_OF_USER_MAX: usize = 12;
/// Tests of storages that one user may begin at once, and a minute after that.
const TESTS: NonZeroU32 = match NonZeroU32::new(120) {
    Some(many) => many,
    None => NonZeroU32::MIN,
};
/// Ways to assets: the interface asks for every picture in sight that it cannot show.
const WAYS: NonZeroU32 = match NonZeroU32::new(300) {
    Some(many) => many,
    None => NonZeroU32::MIN,
};
/// When to come again, in seconds: an examination takes ten at most.
const COME_AGAIN_S: u64 = 10;

/// Counts those who examine at this moment, and how often they did.
#[derive(Debug)]
pub struct Examinations {
    /// What is examined, as messages call it.
    what: &'static str,
    /// Of one user at the same time.
    of_user_max: usize,
    /// Of the whole hub at the same time.
    all_max: usize,
    places: Places,
    begun: DefaultKeyedRateLimiter<UserId>,
}

type Places = Arc<Mutex<HashMap<UserId, usize>>>;

/// A place among them, until it is dropped.
#[derive(Debug)]
pub struct Place {
    all: Places,
    user: UserId,
}

impl Examinations {
    /// Tests of storages.
    pub fn of_storages() -> Self {
        Self::new("storages", (TESTS_OF_USER_MAX, 16), TESTS)
    }

    /// Ways to single assets.
    pub fn of_ways() -> Self {
        Self::new("assets", (WAYS_OF_USER_MAX, 32), WAYS)
    }

    /// So many of one user and of the hub at the same time, and by one user so many at once and a minute after that.
    fn new(what: &'static str, (of_user_max, all_max): (usize, usize), a_minute: NonZeroU32) -> Self {
        Self {
            what,
            of_user_max,
            all_max,
            places: Places::default(),
            begun: DefaultKeyedRateLimiter::keyed(Quota::per_minute(a_minute)),
        }
    }

    /// A place for this user; an error while there is none.
    pub fn enter(&self, user: UserId) -> ApiResult<Place> {
        let place = self.place(user)?;
        match wait_s(&self.begun, &user) {
            None => Ok(place),
            Some(wait) => Err(ApiError::too_many(
                "storage.too_many_tries",
                format!(
                    "Too many {} tested by this user. Wait {wait} seconds and try again.",
                    self.what
                ),
                wait,
            )),
        }
    }

    fn place(&self, user: UserId) -> ApiResult<Place> {
        let mut users = lock(&self.places);
        let (of_user, all) = (
            users.get(&user).copied().unwrap_or(0),
            users.values().sum::<usize>(),
        );
        let whose = match (of_user < self.of_user_max, all < self.all_max) {
            (true, true) => {
                users.insert(user, of_user + 1);
                return Ok(Place {
                    all: self.places.clone(),
                    user,
                });
            }
            (false, _) => "for you",
            (true, false) => "for everybody",
        };
        let message = format!(
            "The hub tests as many {} at once as it does {whose}. Try again when one of them is done.",
            self.what
        );
        Err(ApiError::too_many(
            "storage.too_many_tries",
            message,
            COME_AGAIN_S,
        ))
    }
}

fn lock(places: &Places) -> MutexGuard<'_, HashMap<UserId, usize>> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut users = lock(&self.all);
        match users.get_mut(&self.user) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(users.remove(&self.user)),
        }
    }
}

#[cfg(test)]
mod tests {
    use insitu_model::ambient::{FixedClock, SeededRandom};

    use super::*;

    #[test]
    fn a_user_has_four_places_and_the_hub_sixteen_until_they_are_left() {
        let (clock, random) = (FixedClock::at(0), SeededRandom::new(1));
        let users: Vec<UserId> = (0..5).map(|_| UserId::new(&clock, &random)).collect();
        let examinations = Examinations::of_storages();
        let mut places = Vec::new();
        for user in &users[..4] {
            places.extend((0..TESTS_OF_USER_MAX).map(|_| examinations.enter(*user).unwrap()));
            assert_eq!(examinations.enter(*user).unwrap_err().status.as_u16(), 429);
        }
        assert!(examinations.enter(users[4]).is_err(), "the hub is full");
        drop(places.pop());
        let place = examinations.enter(users[4]).unwrap();
        drop(place);
        drop(places);
        assert!(lock(&examinations.places).is_empty());
    }

    #[test]
    fn whoever_tests_one_after_the_other_has_to_wait_and_others_do_not() {
        let (clock, random) = (FixedClock::at(0), SeededRandom::new(1));
        let (user, other) = (UserId::new(&clock, &random), UserId::new(&clock, &random));
        let examinations = Examinations::new("storages", (4, 16), NonZeroU32::new(3).unwrap());
        for _ in 0..3 {
            drop(examinations.enter(user).unwrap());
        }
        let refused = examinations.enter(user).unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), &*refused.code),
            (429, "storage.too_many_tries")
        );
        assert!(
            refused.message.starts_with("Too many storages"),
            "{}",
            refused.message
        );
        assert!(
            lock(&examinations.places).is_empty(),
            "who is refused keeps no place"
        );
        examinations.enter(other).unwrap();
    }
}
