//! Why the program goes no further, in a sentence for the person at the terminal.

/// Why a command failed, or a hub cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl Failure {
    /// A failure with this sentence.
    pub fn new(message: impl std::fmt::Display) -> Self {
        Self(message.to_string())
    }
}

/// What commands return.
pub type Outcome<T = ()> = Result<T, Failure>;
