//! External IDs that are not a storage's and resemble it, for seeing whether a role's condition is a pattern.
//!
//! A star that stands for a whole end, a half, or everything between two separators is met by every proof. A question mark
//! is met by an external ID that differs from the right one there and nowhere else, and by no other: so each place of one
//! that is not very long is tried by every proof. Of a longer one, some are, and others by the next proof: there is one
//! every day.

use std::collections::BTreeSet;
use std::ops::Range;

use insitu_model::ambient::Random;
use insitu_model::external_id::ExternalId;

/// External IDs that a pattern in the place of the right one might take. Each has random characters, or such as nobody
/// numbers external IDs with, so that none is by chance another that the role's owner lists.
pub(super) struct Similar {
    /// For `acme-*`.
    pub longer: Option<ExternalId>,
    /// For `*-acme`.
    pub longer_in_front: Option<ExternalId>,
    /// For `acme-????????`.
    pub with_other_half: Option<ExternalId>,
    /// For a comparison without regard to case.
    pub in_other_case: Option<ExternalId>,
    /// For `acme-*-prod`: what stands between two separators is something else of the same length.
    pub with_other_run: Vec<ExternalId>,
    /// For `acme-00?`: one character is another, each in its turn.
    pub with_other_character: Vec<ExternalId>,
}

/// Runs between separators that are tried in one proof; of more, others in the next.
const OTHER_RUNS: usize = 16;
/// Characters that are tried in one proof. What the hub makes, and what people type, is shorter.
const OTHER_CHARACTERS: usize = 64;

impl Similar {
    pub fn to(right: &ExternalId, random: &dyn Random) -> Self {
        let made_up = ExternalId::generate(random);
        let (right, made_up) = (right.as_str(), made_up.as_str());
        let kept = right.len() / 2;
        let rest = made_up.chars().cycle().take(right.len() - kept);
        let other_half: String = right.chars().take(kept).chain(rest).collect();
        let other_case = match right.to_ascii_uppercase() {
            upper if upper == right => right.to_ascii_lowercase(),
            upper => upper,
        };
        // What is too long for AWS, or is the right one, is not tried.
        let usable = |text: String| text.parse().ok().filter(|id: &ExternalId| id.as_str() != right);
        let runs = runs(right, random);
        let places = places(right, &runs, random).into_iter();
        // One run alone is tried by what is made up altogether.
        let others = runs.into_iter().filter(|run| run.len() < right.len());
        Self {
            longer: usable(format!("{right}{made_up}")),
            longer_in_front: usable(format!("{made_up}{right}")),
            with_other_half: usable(other_half),
            in_other_case: usable(other_case),
            with_other_run: others
                .filter_map(|run| usable(with_others_at(right, &run)))
                .collect(),
            with_other_character: places
                .filter_map(|place| usable(with_others_at(right, &(place..place + 1))))
                .collect(),
        }
    }
}

/// Where letters and digits stand that no separator parts, in characters; a few of them where there are many.
fn runs(right: &str, random: &dyn Random) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, c) in right.chars().enumerate() {
        match runs.last_mut() {
            _ if !c.is_ascii_alphanumeric() => {}
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    while runs.len() > OTHER_RUNS {
        runs.swap_remove(below(runs.len(), random));
    }
    runs
}

/// Every character; where there are too many, the last one, that of each run, and some others.
fn places(right: &str, runs: &[Range<usize>], random: &dyn Random) -> BTreeSet<usize> {
    let count = right.chars().count();
    if count <= OTHER_CHARACTERS {
        return (0..count).collect();
    }
    let mut places: BTreeSet<usize> = runs.iter().map(|run| run.end - 1).collect();
    places.insert(count - 1);
    while places.len() < OTHER_CHARACTERS {
        places.insert(below(count, random));
    }
    places
}

fn below(count: usize, random: &dyn Random) -> usize {
    let mut number = [0; 4];
    random.fill(&mut number);
    u32::from_be_bytes(number) as usize % count
}

/// The same with other characters there, which nobody numbers external IDs with.
fn with_others_at(right: &str, places: &Range<usize>) -> String {
    let other = |c| if c == '=' { ',' } else { '=' };
    let characters = right.chars().enumerate();
    characters
        .map(|(at, c)| if places.contains(&at) { other(c) } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use insitu_model::ambient::SeededRandom;

    use super::*;

    #[test]
    fn an_external_id_of_any_length_has_others_that_resemble_it() {
        let random = SeededRandom::new(7);
        for (right, others, places) in [("ab", 4, 2), ("12", 3, 2), (&"x".repeat(1224), 2, 64)] {
            let right: ExternalId = right.parse().unwrap();
            let similar = Similar::to(&right, &random);
            let all = [
                similar.longer,
                similar.longer_in_front,
                similar.with_other_half,
                similar.in_other_case,
            ];
            let tried: Vec<ExternalId> = all.into_iter().flatten().collect();
            assert_eq!(tried.len(), others, "{right}");
            assert!(!tried.contains(&right));
            assert_eq!(similar.with_other_run, [], "it is one run");
            let characters = similar.with_other_character;
            assert_eq!(characters.len(), places, "{right}");
            for other in characters {
                let pairs = other.as_str().chars().zip(right.as_str().chars());
                assert_eq!(pairs.filter(|(a, b)| a != b).count(), 1, "{other}");
            }
        }
    }

    #[test]
    fn every_run_and_every_character_is_tried_and_of_many_some_at_a_time() {
        let tried = |right: &str, seed| {
            let similar = Similar::to(&right.parse().unwrap(), &SeededRandom::new(seed));
            let texts = |ids: Vec<ExternalId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
            (texts(similar.with_other_run), texts(similar.with_other_character))
        };
        let (runs, characters) = tried("acme-001-prod", 7);
        assert_eq!(runs, ["====-001-prod", "acme-===-prod", "acme-001-===="]);
        assert_eq!(characters.len(), "acme-001-prod".len());
        for one in ["=cme-001-prod", "acme=001-prod", "acme-001-pro="] {
            assert!(characters.iter().any(|tried| tried == one), "{characters:?}");
        }
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let (runs, characters) = tried(uuid, 0);
        assert_eq!((runs.len(), characters.len()), (5, uuid.len()));
        let many = "a-".repeat(20);
        let (first, _) = tried(&many, 0);
        assert_eq!(first.len(), OTHER_RUNS);
        assert!((1..20).any(|seed| tried(&many, seed).0 != first));
        // Of a very long one, others in the next proof.
        let long = "x".repeat(1224);
        assert_ne!(tried(&long, 1).1, tried(&long, 2).1);
    }
}
