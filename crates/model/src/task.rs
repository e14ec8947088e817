//! Tasks: which stage of the workflow one is in, and what its reviewer said.

words! {
    /// Where a task is in the workflow. Every task has passed `Start`, which only the history names.
    Stage, "stage" {
        /// Waits for a labeler, or is being labeled.
        Label = "Label",
        /// Waits for a reviewer, or is being reviewed.
        Review = "Review",
        /// Done.
        Complete = "Complete",
    }
}

/// The stage that every task has passed before anybody sees it.
pub const START: &str = "Start";

impl Stage {
    /// Where a task goes that is submitted here; it stays where it is complete.
    pub fn next(self) -> Self {
        match self {
            Self::Label => Self::Review,
            Self::Review | Self::Complete => Self::Complete,
        }
    }
}

words! {
    /// What the review of a task came to.
    ReviewStatus, "review status" {
        /// Not reviewed, or to be reviewed again.
        Todo = "Todo",
        /// Good as it was.
        Accepted = "Accepted",
        /// Not good; to be labeled again.
        Rejected = "Rejected",
        /// The reviewer mended it.
        Fixed = "Fixed",
    }
}

words! {
    /// How far the work on a task has come, in Ango's words.
    TaskStatus, "task status" {
        /// Waits for a labeler.
        ToDo = "ToDo",
        /// A labeler has it open, or saved a draft of it.
        InProgress = "InProgress",
        /// Waits for a reviewer, or is being reviewed.
        Labeled = "Labeled",
        /// Done.
        Reviewed = "Reviewed",
    }
}
