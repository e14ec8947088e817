//! Names of entries: what every program unpacks into the folder that it was told, and nowhere else.

use super::error::ZipError;

/// Refuses a name that is none, or that some program would unpack elsewhere or not at all.
pub(super) fn check(name: &str) -> Result<(), ZipError> {
    if name.is_empty() {
        return Err(ZipError::NameEmpty);
    }
    if name.len() > usize::from(u16::MAX) {
        return Err(ZipError::NameTooLong { bytes: name.len() });
    }
    let is_bad = |c: char| c.is_control() || matches!(c, '\\' | ':');
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..");
    if name.contains(is_bad) || !name.split('/').all(is_segment) {
        return Err(ZipError::NameUnsafe {
            name: name.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        for name in ["a", "export.json", "masks/ä b/1.png", "a..b/.c"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in [
            "/a", "a/", "a//b", "../a", "a/..", "./a", "a\\b", "c:a", "a\0", "a\nb",
        ] {
            assert!(matches!(check(name), Err(ZipError::NameUnsafe { .. })), "{name}");
        }
        assert!(matches!(check(""), Err(ZipError::NameEmpty)));
        assert!(check(&"a".repeat(65_535)).is_ok());
        assert!(matches!(
            check(&"a".repeat(65_536)),
            Err(ZipError::NameTooLong { bytes: 65_536 })
        ));
    }
}
