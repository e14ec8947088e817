//! Ranges of places, both ends included.

/// The places from `first` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: i64,
    pub(super) last: i64,
}

/// What is left of `span` without the `holes`, which are in ascending order and do not overlap.
pub(super) fn without(span: Span, holes: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut first = span.first;
    let begin = holes.partition_point(|hole| hole.last < span.first);
    for hole in holes[begin..].iter().take_while(|hole| hole.first <= span.last) {
        if hole.first > first {
            left.push(Span {
                first,
                last: hole.first - 1,
            });
        }
        first = hole.last + 1;
    }
    if first <= span.last {
        left.push(Span {
            first,
            last: span.last,
        });
    }
    left
}

/// Whether one of the `holes` (ascending) holds a place.
pub(super) fn holds(holes: &[Span], place: i64) -> bool {
    let at = holes.partition_point(|hole| hole.last < place);
    holes.get(at).is_some_and(|hole| hole.first <= place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_left_is_what_no_hole_holds(
            first in 0i64..50, length in 1i64..50, cuts in proptest::collection::btree_set(0i64..100, 0..20)
        ) {
            let cuts: Vec<i64> = cuts.into_iter().collect();
            let holes: Vec<Span> = cuts.chunks_exact(2).map(|c| Span { first: c[0], last: c[1] }).collect();
            let span = Span { first, last: first + length - 1 };
            let left = without(span, &holes);
            for place in 0..110 {
                let expected = (span.first..=span.last).contains(&place) && !holds(&holes, place);
                let found = left.iter().filter(|s| (s.first..=s.last).contains(&place)).count();
                prop_assert_eq!(found, usize::from(expected));
                prop_assert_eq!(holds(&holes, place), holes.iter().any(|h| (h.first..=h.last).contains(&place)));
            }
            prop_assert!(left.is_sorted_by_key(|s| s.first));
        }
    }
}
