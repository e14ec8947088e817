//! What a record of signed URLs holds: what they were for, and which assets they opened, in few bytes.

mod named;

pub use self::named::NamedObjects;
use crate::id::{AssetId, ID_BYTES};

words! {
    /// What signed URLs were asked for.
    UrlPurpose, "purpose of a URL" {
        /// To show assets of a project.
        Assets = "assets",
        /// To show the asset of a task.
        Task = "task",
        /// To open an object or a file that was named by its address.
        Address = "address",
        /// To upload a file.
        Upload = "upload",
        /// To see whether a browser reaches a storage.
        Test = "test",
        /// To fetch the file of an export, or the uploaded files that it names.
        Export = "export",
    }
}

/// Bytes of an asset's id that all assets of its import share.
const PREFIX_BYTES: usize = ID_BYTES - 4;

/// Writes ids in their order. Assets of one import that follow each other share the bytes that are the same and keep
/// the difference between their ordinals, so that a page of a list takes about a byte for each.
pub fn pack_assets(ids: &[AssetId]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(PREFIX_BYTES + 8 + ids.len());
    for run in ids.chunk_by(|a, b| prefix(a) == prefix(b)) {
        packed.extend_from_slice(run.first().map_or(&[][..], prefix));
        write_number(run.len() as u64, &mut packed);
        let mut before = 0;
        for id in run {
            let ordinal = i64::from(id.ordinal());
            write_number(zigzag(ordinal - before), &mut packed);
            before = ordinal;
        }
    }
    packed
}

/// Reads what [`pack_assets`] wrote; nothing where it is something else.
pub fn unpack_assets(mut packed: &[u8]) -> Option<Vec<AssetId>> {
    let mut ids = Vec::new();
    while !packed.is_empty() {
        let (shared, rest) = packed.split_at_checked(PREFIX_BYTES)?;
        packed = rest;
        let count = read_number(&mut packed)?;
        let mut ordinal = 0_i64;
        for _ in 0..count {
            ordinal = ordinal.checked_add(unzigzag(read_number(&mut packed)?))?;
            let mut bytes = [0; ID_BYTES];
            bytes[..PREFIX_BYTES].copy_from_slice(shared);
            bytes[PREFIX_BYTES..].copy_from_slice(&u32::try_from(ordinal).ok()?.to_be_bytes());
            ids.push(AssetId::from_bytes(bytes));
        }
    }
    Some(ids)
}

fn prefix(id: &AssetId) -> &[u8] {
    &id.as_bytes()[..PREFIX_BYTES]
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)).cast_unsigned()
}

fn unzigzag(n: u64) -> i64 {
    (n >> 1).cast_signed() ^ -(n & 1).cast_signed()
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn write_number(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn read_number(packed: &mut &[u8]) -> Option<u64> {
    let mut n = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = packed.split_first()?;
        *packed = rest;
        n |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ImportId;
    use proptest::prelude::*;

    fn asset(import: u8, ordinal: u32) -> AssetId {
        AssetId::of_import(ImportId::from_bytes([import; ID_BYTES]), ordinal)
    }

    #[test]
    fn a_page_of_a_list_takes_about_a_byte_for_each_asset() {
        let page: Vec<_> = (70_000..70_100).map(|n| asset(1, n)).collect();
        let packed = pack_assets(&page);
        assert!(packed.len() <= 115, "{} bytes", packed.len());
        assert_eq!(unpack_assets(&packed), Some(page));
    }

    #[test]
    fn what_is_cut_or_not_ours_is_nothing() {
        let packed = pack_assets(&[asset(1, 5), asset(1, 9)]);
        for length in 1..packed.len() {
            assert_eq!(unpack_assets(&packed[..length]), None, "{length}");
        }
        assert_eq!(unpack_assets(&[0xff; 30]), None);
        assert_eq!(unpack_assets(&[]), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn ids_come_back_as_they_were_and_in_their_order(
            named in prop::collection::vec((0_u8..3, any::<u32>()), 0..50)
        ) {
            let ids: Vec<_> = named.into_iter().map(|(import, ordinal)| asset(import, ordinal)).collect();
            prop_assert_eq!(unpack_assets(&pack_assets(&ids)), Some(ids));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack_assets(&bytes);
        }
    }
}
