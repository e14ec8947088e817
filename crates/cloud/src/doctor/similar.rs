//! External IDs that are not a storage's and resemble it, for seeing whether a role's condition is a pattern.
//!
//! A star that stands for a whole end, a half, or everything between two separators is met by every proof, and so is a
//! question mark at the end of what separators part. One that stands anywhere else is met when its place comes in turn:
//! each proof tries a few places, and there is one every day.

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
    /// For `acme-00?`: one character is another, at the end of each such run and at places that differ from one proof to
    /// the next.
    pub with_other_character: Vec<ExternalId>,
}

/// Runs between separators that are tried in one proof; of more, others in the next.
const OTHER_RUNS: usize = 4;
/// Characters within external IDs that are tried in one proof, wherever they stand.
const OTHER_CHARACTERS: usize = 2;

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

/// The last character, that of each run, and a few others.
fn places(right: &str, runs: &[Range<usize>], random: &dyn Random) -> Vec<usize> {
    let count = right.chars().count();
    let mut places: Vec<usize> = runs.iter().map(|run| run.end - 1).collect();
    places.push(count - 1);
    places.extend((0..OTHER_CHARACTERS).map(|_| below(count, random)));
    places.sort_unstable();
    places.dedup();
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
        for (right, others) in [("ab", 4), ("12", 3), (&"x".repeat(1224), 2)] {
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
            assert!((1..=3).contains(&characters.len()), "{right}");
            for other in characters {
                let pairs = other.as_str().chars().zip(right.as_str().chars());
                assert_eq!(pairs.filter(|(a, b)| a != b).count(), 1, "{other}");
            }
        }
    }

    #[test]
    fn the_runs_of_an_external_id_are_tried_a_few_at_a_time() {
        let tried = |right: &str, seed| {
            let similar = Similar::to(&right.parse().unwrap(), &SeededRandom::new(seed));
            let texts = |ids: Vec<ExternalId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
            (texts(similar.with_other_run), texts(similar.with_other_character))
        };
        let (runs, characters) = tried("acme-001-prod", 7);
        assert_eq!(runs, ["====-001-prod", "acme-===-prod", "acme-001-===="]);
        for one in ["acm=-001-prod", "acme-00=-prod", "acme-001-pro="] {
            assert!(characters.iter().any(|tried| tried == one), "{characters:?}");
        }
        // A UUID has five, and each comes in its turn.
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let (first, _) = tried(uuid, 0);
        assert_eq!(first.len(), OTHER_RUNS);
        assert!((1..20).any(|seed| tried(uuid, seed).0 != first));
        for seed in 0..20 {
            let (runs, characters) = tried(uuid, seed);
            assert!(5 + runs.len() + characters.len() <= 16, "{runs:?} {characters:?}");
        }
    }
}
