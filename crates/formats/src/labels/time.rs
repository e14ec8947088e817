//! Times as exports write them: ISO 8601 with milliseconds and `Z`.

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// Appends `2026-01-31T12:00:00.000Z` for milliseconds since 1970. What lies outside the years 0 to 9999, which that
/// form has no room for, is written as the nearest time within.
pub fn write_iso(ms: i64, out: &mut Vec<u8>) {
    const FIRST: i64 = -62_167_219_200_000;
    const LAST: i64 = 253_402_300_799_999;
    let ms = ms.clamp(FIRST, LAST);
    let (days, in_day) = (ms.div_euclid(MS_PER_DAY), ms.rem_euclid(MS_PER_DAY));
    let (year, month, day) = civil(days);
    digits(year, 4, out);
    out.push(b'-');
    digits(month, 2, out);
    out.push(b'-');
    digits(day, 2, out);
    out.push(b'T');
    digits(in_day / 3_600_000, 2, out);
    out.push(b':');
    digits(in_day / 60_000 % 60, 2, out);
    out.push(b':');
    digits(in_day / 1000 % 60, 2, out);
    out.push(b'.');
    digits(in_day % 1000, 3, out);
    out.push(b'Z');
}

/// Year, month and day of a number of days since 1970: Howard Hinnant's `civil_from_days`
/// (https://howardhinnant.github.io/date_algorithms.html), whose years begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn digits(value: i64, count: u32, out: &mut Vec<u8>) {
    for place in (0..count).rev() {
        let digit = value / 10_i64.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(ms: i64) -> String {
        let mut out = Vec::new();
        write_iso(ms, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_are_written_as_everybody_reads_them() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_692_792_698_027, "2023-08-23T12:11:38.027Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso(ms), text);
        }
    }
}
