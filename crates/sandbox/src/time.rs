//! The ways in which S3 and STS write a moment.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// `2026-01-31T23:59:59Z`, as STS and error elements write it.
pub(crate) fn iso8601(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%SZ")
}

/// `20260131T235959Z`, as `x-amz-date` writes it.
pub(crate) fn basic(ms: i64) -> String {
    format(ms, "%Y%m%dT%H%M%SZ")
}

/// `Sat, 31 Jan 2026 23:59:59 GMT`, as the `Date` of an answer is written.
pub(crate) fn http_date(ms: i64) -> String {
    format(ms, "%a, %d %b %Y %H:%M:%S GMT")
}

/// The moment that an `x-amz-date` names, or `None` if it is not one.
pub(crate) fn parse_basic(text: &str) -> Option<i64> {
    let moment = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(TimeZone::UTC.to_timestamp(moment).ok()?.as_millisecond())
}

fn format(ms: i64, pattern: &str) -> String {
    Timestamp::from_millisecond(ms)
        .unwrap_or_default()
        .strftime(pattern)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_and_read_back() {
        assert_eq!(iso8601(1_769_903_999_000), "2026-01-31T23:59:59Z");
        assert_eq!(basic(1_769_903_999_000), "20260131T235959Z");
        assert_eq!(http_date(1_769_903_999_000), "Sat, 31 Jan 2026 23:59:59 GMT");
        assert_eq!(parse_basic("20260131T235959Z"), Some(1_769_903_999_000));
    }

    #[test]
    fn what_is_no_moment_is_not_read() {
        for text in [
            "",
            "2026-01-31T23:59:59Z",
            "20261331T000000Z",
            "20260131T235959",
            "20260131T235959Z ",
        ] {
            assert_eq!(parse_basic(text), None, "{text:?}");
        }
    }
}
