//! How far a job is that somebody ordered.

words! {
    /// How far an export or a change of many assets is.
    JobState, "state of a job" {
        /// It waits for its turn.
        Queued = "queued",
        /// Somebody works on it.
        Running = "running",
        /// It ended well.
        Completed = "completed",
        /// It ended badly.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::JobState;

    #[test]
    fn a_job_is_over_once_nothing_changes_any_more() {
        let over: Vec<_> = JobState::ALL.iter().filter(|state| state.is_final()).collect();
        assert_eq!(
            over,
            [&JobState::Completed, &JobState::Failed, &JobState::Cancelled]
        );
    }
}
