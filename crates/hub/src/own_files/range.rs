//! The part of a file that a request asks for (RFC 9110, section 14).

/// What a `Range` header comes down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: nothing was asked for, or something that servers may ignore, such as several parts.
    Whole,
    /// Bytes `first` to `last`, both within the file.
    Bytes { first: u64, last: u64 },
    /// Nothing of what was asked for is within the file.
    Outside,
}

/// The part of a file of `length` bytes that this header means.
pub fn part(header: Option<&str>, length: u64) -> Part {
    let Some((first, last)) = header
        .and_then(|text| text.strip_prefix("bytes="))
        .filter(|range| !range.contains(','))
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    match (number(first), number(last)) {
        (Number::Is(first), _) if first >= length => Part::Outside,
        (Number::Is(first), Number::Is(last)) if last < first => Part::Whole,
        (Number::Is(first), Number::Is(last)) => Part::Bytes {
            first,
            last: last.min(length - 1),
        },
        (Number::Is(first), Number::Absent) => Part::Bytes {
            first,
            last: length - 1,
        },
        (Number::Absent, Number::Is(0)) => Part::Outside,
        (Number::Absent, Number::Is(_)) if length == 0 => Part::Outside,
        (Number::Absent, Number::Is(count)) => Part::Bytes {
            first: length.saturating_sub(count),
            last: length - 1,
        },
        _ => Part::Whole,
    }
}

enum Number {
    Absent,
    Is(u64),
    Wrong,
}

fn number(text: &str) -> Number {
    if text.is_empty() {
        return Number::Absent;
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Number::Wrong;
    }
    // What is too large for a number is behind the end of every file.
    Number::Is(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_within_the_file_is_answered_and_others_are_not() {
        for (header, expected) in [
            ("bytes=0-3", Part::Bytes { first: 0, last: 3 }),
            ("bytes=4-", Part::Bytes { first: 4, last: 9 }),
            ("bytes=-3", Part::Bytes { first: 7, last: 9 }),
            ("bytes=-30", Part::Bytes { first: 0, last: 9 }),
            (
                "bytes=8-99999999999999999999999",
                Part::Bytes { first: 8, last: 9 },
            ),
            ("bytes=10-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=5-3", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=-", Part::Whole),
            ("rows=1-2", Part::Whole),
        ] {
            assert_eq!(part(Some(header), 10), expected, "{header}");
        }
        assert_eq!(part(None, 10), Part::Whole);
        assert_eq!(part(Some("bytes=0-"), 0), Part::Outside);
        assert_eq!(part(Some("bytes=-5"), 0), Part::Outside);
    }
}
