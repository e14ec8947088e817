//! Runs: neighbouring places that have the same to say are written and noted together.

/// Consecutive places and what is said of each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run<T> {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) value: T,
}

/// Ascending places as runs.
pub(crate) fn runs<T: PartialEq>(places: impl IntoIterator<Item = (i64, T)>) -> Vec<Run<T>> {
    let mut runs: Vec<Run<T>> = Vec::new();
    for (place, value) in places {
        match runs.last_mut() {
            Some(run) if run.last + 1 == place && run.value == value => run.last = place,
            _ => runs.push(Run {
                first: place,
                last: place,
                value,
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::{Run, runs};

    #[test]
    fn neighbours_that_are_alike_are_one_run() {
        let run = |first, last, value| Run { first, last, value };
        let found = runs([(1, 'a'), (2, 'a'), (3, 'b'), (7, 'b'), (9, 'b'), (10, 'b')]);
        assert_eq!(
            found,
            [run(1, 2, 'a'), run(3, 3, 'b'), run(7, 7, 'b'), run(9, 10, 'b')]
        );
        assert!(runs::<()>([]).is_empty());
    }
}
