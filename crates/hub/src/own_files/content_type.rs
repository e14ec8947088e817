//! What a file is said to be: only what a browser shows without running anything in it.
//!
//! Pages, scripts and drawings that can hold scripts (HTML, SVG, XML) are among nobody's types here: they come as bytes
//! to save. `X-Content-Type-Options: nosniff` keeps browsers to it.

/// The bytes at the beginning of a file that are looked at.
pub const SNIFFED_BYTES: usize = 16;
/// What is not known, or not to be shown.
pub const UNKNOWN: &str = "application/octet-stream";

/// The type that the name's ending stands for, or else that the first bytes show.
pub fn of(name: &str, first: &[u8]) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match by_ending(&ending.to_ascii_lowercase()) {
        Some(known) => known,
        None => by_first_bytes(first).unwrap_or(UNKNOWN),
    }
}

fn by_ending(ending: &str) -> Option<&'static str> {
    Some(match ending {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "ogg" => "video/ogg",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "pdf" => "application/pdf",
        "txt" | "md" | "csv" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "dcm" => "application/dicom",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        // Named so that what they hold is not looked into.
        "html" | "htm" | "xhtml" | "svg" | "xml" | "js" | "mjs" | "css" => UNKNOWN,
        _ => return None,
    })
}

fn by_first_bytes(first: &[u8]) -> Option<&'static str> {
    match first {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_and_then_the_first_bytes() {
        assert_eq!(of("Möwe.JPG", b"anything"), "image/jpeg");
        assert_eq!(of("scan", b"\x89PNG\r\n\x1a\n...."), "image/png");
        assert_eq!(of("volume.nii.gz", b""), "application/gzip");
        assert_eq!(of("volume.nii", b"\0\0"), UNKNOWN);
        assert_eq!(of("", b""), UNKNOWN);
    }

    #[test]
    fn nothing_that_can_hold_a_script_is_called_what_it_is() {
        for name in ["a.svg", "a.html", "a.HTM", "a.xhtml", "a.xml", "a.js", "a"] {
            assert_eq!(of(name, b"<svg xmlns='x'><script>"), UNKNOWN, "{name}");
        }
        // Not even what pretends to be a picture.
        assert_eq!(of("a.svg", b"\xff\xd8\xff"), UNKNOWN);
    }
}
