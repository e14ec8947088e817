//! The two forms in which a signature writes its time: `20260304T050607Z` and the day alone.

use std::fmt;

/// A moment in the form of the header `X-Amz-Date`, whole seconds, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AmzTime([u8; LENGTH]);

const LENGTH: usize = "20260304T050607Z".len();
const DATE_LENGTH: usize = "20260304".len();
/// 9999-12-31T23:59:59Z: the last moment that four digits of a year can name.
const LAST_S: i64 = 253_402_300_799;

impl AmzTime {
    /// The second that a time in milliseconds since 1970 lies in. Times outside 1970 to 9999 become the nearest one inside.
    pub fn of_ms(ms: i64) -> Self {
        let seconds = ms.div_euclid(1000).clamp(0, LAST_S);
        let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil(days);
        let mut text = *b"00000000T000000Z";
        write_digits(&mut text[0..4], year);
        write_digits(&mut text[4..6], month);
        write_digits(&mut text[6..8], day);
        write_digits(&mut text[9..11], second_of_day / 3600);
        write_digits(&mut text[11..13], second_of_day / 60 % 60);
        write_digits(&mut text[13..15], second_of_day % 60);
        Self(text)
    }

    /// The whole, such as `20260304T050607Z`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The day alone, such as `20260304`.
    pub fn date(&self) -> &str {
        self.as_str().get(..DATE_LENGTH).unwrap_or_default()
    }
}

impl fmt::Debug for AmzTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn write_digits(slot: &mut [u8], mut number: i64) {
    for digit in slot.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a number of days since 1970, by Howard Hinnant's `civil_from_days`: years that begin in
/// March put the leap day last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_written_right() {
        for (ms, text) in [
            (0, "19700101T000000Z"),
            (1_709_164_800_000, "20240229T000000Z"),
            (1_709_251_199_999, "20240229T235959Z"),
            (4_107_542_399_000, "21000228T235959Z"),
            (4_107_542_400_000, "21000301T000000Z"),
            (i64::MIN, "19700101T000000Z"),
            (i64::MAX, "99991231T235959Z"),
        ] {
            assert_eq!(AmzTime::of_ms(ms).as_str(), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_agrees_with_a_calendar_library() {
        for day in (0..146_097).step_by(7) {
            let stamp = jiff::Timestamp::from_second(day * 86_400).unwrap();
            let expected = stamp.strftime("%Y%m%dT%H%M%SZ").to_string();
            assert_eq!(AmzTime::of_ms(day * 86_400_000).as_str(), expected);
        }
    }
}
