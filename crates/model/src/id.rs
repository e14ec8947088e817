//! The ids of everything that is remembered: twelve bytes, ordered by time, shown as 24 lower-case hexadecimal digits.
//!
//! The first six bytes are milliseconds since 1970, big endian; the other six are random. Twelve bytes in 24 digits is
//! what the public clients of this API have always been given, and they treat it as opaque.

use crate::ambient::{Clock, Random};

/// Bytes of an id.
pub const ID_BYTES: usize = 12;

/// Something that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not an id: an id is 24 hexadecimal digits")]
pub struct IdError {
    /// The beginning of what was found.
    pub found: String,
}

impl IdError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "id.malformed"
    }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; ID_BYTES]);

        impl $name {
            /// A new id: the time of the clock, then random bytes.
            pub fn new(clock: &dyn Clock, random: &dyn Random) -> Self {
                Self(fresh(clock, random))
            }

            /// The id that these bytes are.
            pub const fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
                Self(bytes)
            }

            /// The id in a slice from a database, if it has the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The twelve bytes.
            pub const fn as_bytes(&self) -> &[u8; ID_BYTES] {
                &self.0
            }

            /// When it was made: milliseconds since 1970.
            pub fn created_ms(&self) -> i64 {
                created_ms(&self.0)
            }

            /// The 24 digits as ASCII, without an allocation.
            pub fn hex(&self) -> [u8; 2 * ID_BYTES] {
                to_hex(&self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                from_hex(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let hex = self.hex();
                serializer.serialize_str(std::str::from_utf8(&hex).unwrap_or_default())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::newtype::deserialize_from_str(deserializer)
            }
        }
    )+};
}

ids! {
    /// Names an organization.
    OrganizationId,
    /// Names a user.
    UserId,
    /// Names a project.
    ProjectId,
    /// Names a storage.
    StorageId,
    /// Names an asset; see [`AssetId::of_import`].
    AssetId,
    /// Names a task; see [`TaskId::of_asset`].
    TaskId,
    /// Names an import.
    ImportId,
    /// Names an export.
    ExportId,
    /// Names a change of many assets.
    AssetChangeId,
    /// Names a batch.
    BatchId,
    /// Names an API key (not the key itself).
    ApiKeyId,
    /// Names an invitation.
    InvitationId,
    /// Names an audit record.
    AuditId,
    /// Names a session (not its cookie).
    SessionId,
    /// Names a record of signed URLs.
    UrlRecordId,
}

/// Bytes of an import's id that its assets share.
const IMPORT_PREFIX_BYTES: usize = 8;

impl AssetId {
    /// The id of an import's asset number `ordinal`, counted from 0 over the rows that were imported.
    ///
    /// The first eight bytes are the import's, the last four the ordinal, big endian: an import's assets are one
    /// contiguous range of ids, in the order of the list, and importing a row twice gives the same id twice.
    pub fn of_import(import: ImportId, ordinal: u32) -> Self {
        let mut bytes = import.0;
        bytes[IMPORT_PREFIX_BYTES..].copy_from_slice(&ordinal.to_be_bytes());
        Self(bytes)
    }

    /// The first and the last id that an import can give.
    pub fn range_of_import(import: ImportId) -> std::ops::RangeInclusive<Self> {
        Self::of_import(import, 0)..=Self::of_import(import, u32::MAX)
    }

    /// The ordinal within its import.
    pub fn ordinal(&self) -> u32 {
        let [.., a, b, c, d] = self.0;
        u32::from_be_bytes([a, b, c, d])
    }
}

/// Assets of one import at most: the upper half of the ordinals stands for tasks.
pub const MAX_ASSETS_PER_IMPORT: u64 = 1 << 31;

/// Marks an id as a task's, in the first byte of the ordinal.
const TASK_BIT: u8 = 0x80;

impl TaskId {
    /// The id of an asset's task: the asset's own with one bit set, so that each follows from the other.
    pub fn of_asset(asset: AssetId) -> Self {
        let mut bytes = asset.0;
        bytes[IMPORT_PREFIX_BYTES] |= TASK_BIT;
        Self(bytes)
    }

    /// The asset whose task this is; none where the id is no task's.
    pub fn asset(&self) -> Option<AssetId> {
        let mut bytes = self.0;
        if bytes[IMPORT_PREFIX_BYTES] & TASK_BIT == 0 {
            return None;
        }
        bytes[IMPORT_PREFIX_BYTES] &= !TASK_BIT;
        Some(AssetId(bytes))
    }
}

impl ImportId {
    /// The eight bytes that every asset of this import begins with. Two imports must never share them, or their
    /// assets would share ids: whoever stores imports keeps this prefix unique and takes a new id on a clash.
    pub fn asset_prefix(&self) -> [u8; IMPORT_PREFIX_BYTES] {
        let [prefix @ .., _, _, _, _] = self.0;
        prefix
    }
}

fn fresh(clock: &dyn Clock, random: &dyn Random) -> [u8; ID_BYTES] {
    let mut bytes = [0; ID_BYTES];
    let [_, _, time @ ..] = clock.now_ms().max(0).to_be_bytes();
    bytes[..time.len()].copy_from_slice(&time);
    random.fill(&mut bytes[time.len()..]);
    bytes
}

/// The 24 digits of twelve random bytes: the name of something within a document that gave it none.
pub(crate) fn random_hex(random: &dyn Random) -> String {
    let mut bytes = [0; ID_BYTES];
    random.fill(&mut bytes);
    to_hex(&bytes).map(char::from).iter().collect()
}

fn created_ms(id: &[u8; ID_BYTES]) -> i64 {
    let [a, b, c, d, e, f, ..] = *id;
    i64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

fn to_hex(id: &[u8; ID_BYTES]) -> [u8; 2 * ID_BYTES] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = [0; 2 * ID_BYTES];
    for (pair, byte) in hex.chunks_exact_mut(2).zip(id) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    hex
}

fn write_hex(id: &[u8; ID_BYTES], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let hex = to_hex(id);
    f.pad(std::str::from_utf8(&hex).map_err(|_| std::fmt::Error)?)
}

/// Capital digits are accepted, as people copy ids out of other programs; they are never written.
fn from_hex(text: &str) -> Result<[u8; ID_BYTES], IdError> {
    let malformed = || IdError {
        found: crate::newtype::excerpt(text),
    };
    let digits: &[u8; 2 * ID_BYTES] = text.as_bytes().try_into().map_err(|_| malformed())?;
    let mut id = [0; ID_BYTES];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        let high = hex_value(pair[0]).ok_or_else(malformed)?;
        let low = hex_value(pair[1]).ok_or_else(malformed)?;
        *byte = high << 4 | low;
    }
    Ok(id)
}

/// The value of a hexadecimal digit.
pub(crate) const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::{FixedClock, SeededRandom};
    use proptest::prelude::*;

    fn import() -> ImportId {
        ImportId::new(&FixedClock::at(1_700_000_000_123), &SeededRandom::new(1))
    }

    #[test]
    fn an_id_remembers_its_millisecond() {
        assert_eq!(import().created_ms(), 1_700_000_000_123);
    }

    #[test]
    fn ids_made_later_sort_later() {
        let clock = FixedClock::at(1_700_000_000_000);
        let random = SeededRandom::new(9);
        let first = AssetId::new(&clock, &random);
        clock.advance_ms(1);
        let second = AssetId::new(&clock, &random);
        assert!(first < second);
        assert!(first.to_string() < second.to_string());
    }

    #[test]
    fn a_clock_before_1970_gives_the_earliest_id() {
        assert_eq!(
            UserId::new(&FixedClock::at(-5), &SeededRandom::new(1)).created_ms(),
            0
        );
    }

    #[test]
    fn an_id_is_shown_as_24_lower_case_digits() {
        let id = UserId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xab, 0xcd]);
        assert_eq!(id.to_string(), "00010203040506070809abcd");
        assert_eq!(format!("{id:?}"), "00010203040506070809abcd");
        assert_eq!(
            serde_json::to_string(&id).unwrap(),
            "\"00010203040506070809abcd\""
        );
        assert_eq!(id.hex(), *b"00010203040506070809abcd");
    }

    #[test]
    fn capital_digits_are_read() {
        assert_eq!(
            "00010203040506070809ABCD".parse::<UserId>(),
            "00010203040506070809abcd".parse()
        );
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "0001",
            "00010203040506070809abcg",
            "00010203040506070809abcd0",
            "éééééééééééé",
            "\0",
        ] {
            let error = text.parse::<ProjectId>().unwrap_err();
            assert_eq!(error.code(), "id.malformed");
            assert!(error.to_string().contains("24 hexadecimal digits"), "{error}");
        }
        assert!(serde_json::from_str::<ProjectId>("12").is_err());
        assert_eq!(ProjectId::from_slice(&[1; 11]), None);
    }

    #[test]
    fn the_assets_of_an_import_are_one_ordered_range() {
        let ids: Vec<_> = [0, 1, 255, 256, 70_000, u32::MAX]
            .map(|n| AssetId::of_import(import(), n))
            .into();
        assert!(ids.is_sorted());
        assert!(
            ids.iter()
                .all(|id| AssetId::range_of_import(import()).contains(id))
        );
        assert_eq!(ids[4].ordinal(), 70_000);
        assert_eq!(ids[0].as_bytes()[..8], import().asset_prefix());
        assert_eq!(ids[0].created_ms(), import().created_ms());
    }

    #[test]
    fn a_task_and_its_asset_follow_from_each_other() {
        for ordinal in [0, 1, 70_000, (MAX_ASSETS_PER_IMPORT - 1) as u32] {
            let asset = AssetId::of_import(import(), ordinal);
            let task = TaskId::of_asset(asset);
            assert_ne!(task.as_bytes(), asset.as_bytes());
            assert_eq!(task.asset(), Some(asset));
            assert_eq!(TaskId::from_bytes(*asset.as_bytes()).asset(), None);
        }
    }

    proptest! {
        #[test]
        fn every_id_reads_back(bytes: [u8; ID_BYTES]) {
            let id = StorageId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<StorageId>().unwrap(), id);
            prop_assert_eq!(StorageId::from_slice(&bytes), Some(id));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = text.parse::<StorageId>();
        }
    }
}
