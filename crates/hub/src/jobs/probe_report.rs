//! What is written down of a header probe: what the beginning of a file tells, for every asset that names it.

use insitu_cloud::Seen;
use insitu_cloud::s3::RANGE_BYTES_MAX;
use insitu_formats::image::{HeaderError, size_as_shown};
use insitu_store::assets::Unmeasured;
use insitu_store::assets::probes::{Found, Report};

use crate::cloud_access::Unread;

/// What is kept of a reason, in characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// What the beginning of a file tells. How it is packed is no part of it: that may change while its ETag stays, so that
/// what keeps it from being unpacked is not learned.
pub(super) fn found_in(seen: &Seen) -> Result<Found, Unread> {
    let (bytes, is_all) = match seen {
        Seen::Bytes { bytes, is_all } => (bytes, *is_all),
        Seen::NotAsSaid(encoding) => {
            let message = format!("its Content-Encoding says {encoding}, and it is not packed so");
            return Err(Unread::asset("image.not_unpacked", message));
        }
        Seen::Packed(encoding) => {
            let message = format!(
                "it is packed as its Content-Encoding says ({encoding}), which the hub does not undo"
            );
            return Err(Unread::asset("image.packed", message));
        }
    };
    let nothing = |code: &str, message: String| Found::Nothing {
        code: code.to_owned(),
        message: kept(&message),
    };
    Ok(match size_as_shown(bytes) {
        Ok(size) => Found::Size(size.width, size.height),
        Err(HeaderError::CutOff) if !is_all => nothing(
            "image.header_too_long",
            format!("its header is longer than the {RANGE_BYTES_MAX} bytes that are read"),
        ),
        Err(error) => nothing(error.code(), error.to_string()),
    })
}

/// Notes what was found in an object for all assets that name it.
pub(super) fn note(report: &mut Report, assets: &[&Unmeasured], found: &Found) {
    match found {
        Found::Size(width, height) => {
            let measured = assets.iter().map(|asset| ((*asset).clone(), *width, *height));
            report.measured.extend(measured);
        }
        Found::Nothing { code, message } => give_up(report, assets, code, message),
    }
}

pub(super) fn give_up(report: &mut Report, assets: &[&Unmeasured], code: &str, message: &str) {
    let failed = assets
        .iter()
        .map(|asset| ((*asset).clone(), code.to_owned(), message.to_owned()));
    report.failed.extend(failed);
}

/// A reason as the database takes it.
pub(super) fn kept(message: &str) -> String {
    message
        .chars()
        .filter(|c| *c != '\0')
        .take(MESSAGE_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_kept_short_and_without_nul() {
        assert_eq!(kept("a\0b"), "ab");
        assert_eq!(kept(&"ö".repeat(1000)).chars().count(), MESSAGE_CHARS_MAX);
    }
}
