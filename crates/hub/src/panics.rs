//! Going on after a panic: a fault in one thing that the hub does costs that thing, and nothing else.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

/// What the work came to, or what it panicked with.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    // What the work held is dropped with it; locks that it leaves poisoned are taken all the same.
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.map_err(|cause| words_of(&*cause).to_owned())
}

/// What a panic says.
pub fn words_of(cause: &(dyn Any + Send)) -> &str {
    cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_in_its_own_words() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let formatted = caught(async { panic!("of {}", 3) }).await;
        assert_eq!(formatted, Err::<(), _>("of 3".to_owned()));
        let fixed = caught(async { panic!("plain") }).await;
        assert_eq!(fixed, Err::<(), _>("plain".to_owned()));
        let silent = caught(async { std::panic::panic_any(7) }).await;
        assert_eq!(silent, Err::<(), _>("a panic without words".to_owned()));
    }
}
