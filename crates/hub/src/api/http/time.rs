//! Times as the API writes them: ISO 8601 with milliseconds and `Z`.

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// When the year 9999 begins, with which calendars end.
const YEAR_9999_MS: i64 = 253_370_764_800_000;

/// `2026-01-31T12:00:00.000Z` for milliseconds since 1970.
pub fn iso(ms: i64) -> String {
    if (0..YEAR_9999_MS).contains(&ms) {
        return written(ms);
    }
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| format!("{time:.3}"))
}

/// The same without a calendar library: pages and signed URLs are full of times.
fn written(ms: i64) -> String {
    let (day, rest) = (ms / DAY_MS, ms % DAY_MS);
    let (year, month, day) = date_of(day);
    let mut text = String::with_capacity(24);
    let mut put = |number: i64, digits: u32, after: char| {
        for digit in (0..digits).rev() {
            let value = number / 10_i64.pow(digit) % 10;
            text.push(char::from_digit(u32::try_from(value).unwrap_or(0), 10).unwrap_or('0'));
        }
        text.push(after);
    };
    put(year, 4, '-');
    put(month, 2, '-');
    put(day, 2, 'T');
    put(rest / 3_600_000, 2, ':');
    put(rest / 60_000 % 60, 2, ':');
    put(rest / 1000 % 60, 2, '.');
    put(rest % 1000, 3, 'Z');
    text
}

/// Year, month and day of a day since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"): years are
/// counted from March, so that the leap day is the last one, in eras of 400 years, which all have 146,097 days.
fn date_of(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, day_of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_month)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_three_decimals() {
        assert_eq!(super::iso(1_692_792_698_027), "2023-08-23T12:11:38.027Z");
        assert_eq!(super::iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(super::iso(super::YEAR_9999_MS - 1), "9998-12-31T23:59:59.999Z");
        assert_eq!(super::iso(super::YEAR_9999_MS), "9999-01-01T00:00:00.000Z");
        assert_eq!(super::iso(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn days_are_written_as_the_calendar_has_them() {
        const DAYS_OF_400_YEARS: i64 = 146_097;
        let later = (DAYS_OF_400_YEARS..super::YEAR_9999_MS / super::DAY_MS).step_by(97);
        for day in (0..DAYS_OF_400_YEARS).chain(later) {
            let ms = day * super::DAY_MS + day % super::DAY_MS;
            let time = jiff::Timestamp::from_millisecond(ms).unwrap();
            assert_eq!(super::iso(ms), format!("{time:.3}"));
        }
    }
}
