//! Times as the API writes them: ISO 8601 with milliseconds and `Z`.

/// `2026-01-31T12:00:00.000Z` for milliseconds since 1970.
pub fn iso(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_three_decimals() {
        assert_eq!(super::iso(1_692_792_698_027), "2023-08-23T12:11:38.027Z");
        assert_eq!(super::iso(0), "1970-01-01T00:00:00.000Z");
    }
}
