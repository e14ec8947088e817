//! How many storages are examined at once: each examination makes dozens of requests to a server that a user
//! chose.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use insitu_model::id::UserId;

use crate::error::{ApiError, ApiResult};

/// Examinations of the whole hub at the same time.
const ALL_MAX: usize = 16;
/// Of one user.
const OF_USER_MAX: usize = 4;
/// When to come again, in seconds: an examination takes ten at most.
const COME_AGAIN_S: u64 = 10;

/// Counts those who examine at this moment.
#[derive(Debug, Default, Clone)]
pub struct Examinations(Arc<Mutex<HashMap<UserId, usize>>>);

/// A place among them, until it is dropped.
#[derive(Debug)]
pub struct Place {
    all: Examinations,
    user: UserId,
}

impl Examinations {
    /// A place for this user; an error while there is none.
    pub fn enter(&self, user: UserId) -> ApiResult<Place> {
        let mut users = self.users();
        let (of_user, all) = (
            users.get(&user).copied().unwrap_or(0),
            users.values().sum::<usize>(),
        );
        let whose = match (of_user < OF_USER_MAX, all < ALL_MAX) {
            (true, true) => {
                users.insert(user, of_user + 1);
                return Ok(Place {
                    all: self.clone(),
                    user,
                });
            }
            (false, _) => "for you",
            (true, false) => "for everybody",
        };
        let message = format!(
            "The hub tests as many storages at once as it does {whose}. Try again when one of them is done."
        );
        Err(ApiError::too_many(
            "storage.too_many_tries",
            message,
            COME_AGAIN_S,
        ))
    }

    fn users(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut users = self.all.users();
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
        let examinations = Examinations::default();
        let mut places = Vec::new();
        for user in &users[..4] {
            places.extend((0..OF_USER_MAX).map(|_| examinations.enter(*user).unwrap()));
            assert_eq!(examinations.enter(*user).unwrap_err().status.as_u16(), 429);
        }
        assert!(examinations.enter(users[4]).is_err(), "the hub is full");
        drop(places.pop());
        let place = examinations.enter(users[4]).unwrap();
        drop(place);
        drop(places);
        assert!(examinations.users().is_empty());
    }
}
