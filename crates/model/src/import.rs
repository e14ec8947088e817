//! How an import treats what it meets, and how far it is.

words! {
    /// What an import does with a row that cannot be imported.
    OnError, "error policy" {
        /// Report the row and import the others.
        Skip = "skip",
        /// Refuse the whole file: nothing of it becomes visible.
        Refuse = "refuse",
    }
}

words! {
    /// What an import does with a row whose external ID the project already has.
    OnDuplicate, "duplicate policy" {
        /// Import it: external IDs need not be unique.
        Allow = "allow",
        /// Leave the asset that is there as it is.
        Skip = "skip",
        /// Give the asset that is there the new row's properties.
        Update = "update",
    }
}

words! {
    /// How far an import is.
    ImportState, "import state" {
        /// Its file is still arriving.
        Receiving = "receiving",
        /// Its file is here and waits for its turn.
        Queued = "queued",
        /// Its rows are being read.
        Running = "running",
        /// It ended well; its assets are visible.
        Completed = "completed",
        /// It ended badly; nothing of it is visible.
        Failed = "failed",
        /// Somebody stopped it; nothing of it is visible.
        Cancelled = "cancelled",
    }
}

// A choice that nobody made is what users of such hubs expect: bad rows are reported, external IDs need not be unique.
#[expect(
    clippy::derivable_impls,
    reason = "the defaults are a decision, stated beside the words"
)]
impl Default for OnError {
    fn default() -> Self {
        OnError::Skip
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the defaults are a decision, stated beside the words"
)]
impl Default for OnDuplicate {
    fn default() -> Self {
        OnDuplicate::Allow
    }
}

impl ImportState {
    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            ImportState::Completed | ImportState::Failed | ImportState::Cancelled
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_in_json_are_lower_case() {
        assert_eq!(
            serde_json::to_string(OnError::ALL).unwrap(),
            r#"["skip","refuse"]"#
        );
        assert_eq!(
            serde_json::to_string(OnDuplicate::ALL).unwrap(),
            r#"["allow","skip","update"]"#
        );
        assert_eq!(
            serde_json::to_string(ImportState::ALL).unwrap(),
            r#"["receiving","queued","running","completed","failed","cancelled"]"#
        );
    }

    #[test]
    fn every_word_reads_back() {
        for state in ImportState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        assert!("done".parse::<ImportState>().is_err());
    }

    #[test]
    fn nobody_has_to_choose_a_policy() {
        assert_eq!(OnError::default(), OnError::Skip);
        assert_eq!(OnDuplicate::default(), OnDuplicate::Allow);
    }

    #[test]
    fn an_import_is_final_once_it_has_ended() {
        let active: Vec<_> = ImportState::ALL
            .iter()
            .filter(|state| !state.is_final())
            .collect();
        assert_eq!(
            active,
            [
                &ImportState::Receiving,
                &ImportState::Queued,
                &ImportState::Running
            ]
        );
    }
}
