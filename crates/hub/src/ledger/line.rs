//! A line of a journal: `CHECKSUM JSON`, a record as it goes into the database; or, where a line before says the same of
//! other assets, `CHECKSUM ~LINE ID ASSETS` with the number of that line, the first being 0. Most lines are short: one
//! caller asks again and again, and a sixth of the bytes is written sooner.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use insitu_model::id::{ApiKeyId, AssetId, OrganizationId, ProjectId, UrlRecordId, UserId};
use insitu_model::url_record::{UrlPurpose, pack_assets, unpack_assets};
use insitu_store::url_records::UrlRecord;
use serde::{Deserialize, Serialize};

/// Digits of a line's checksum.
const CHECKSUM_DIGITS: usize = 8;
/// So many whole lines are remembered, the newest.
const WHOLE_MAX: usize = 16;

#[derive(Debug, Serialize, Deserialize)]
struct Line<'a> {
    id: UrlRecordId,
    organization: OrganizationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectId>,
    user: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<ApiKeyId>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    address: Option<Cow<'a, str>>,
    expires_at: i64,
    purpose: UrlPurpose,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    object: Option<Cow<'a, str>>,
    /// The packed ids.
    #[serde(borrow)]
    assets: Cow<'a, str>,
}

/// The whole lines that short ones may refer to. Whoever writes and whoever reads comes to the same.
#[derive(Debug, Default)]
struct Whole {
    /// Lines so far.
    lines: u64,
    /// Numbers of lines, and what they say, without assets.
    newest: VecDeque<(u64, UrlRecord)>,
}

impl Whole {
    fn note(&mut self, record: &UrlRecord) {
        if record.object.is_none() {
            self.newest.truncate(WHOLE_MAX - 1);
            let assets = Vec::new();
            let record = UrlRecord {
                assets,
                ..record.clone()
            };
            self.newest.push_front((self.lines, record));
        }
    }
}

/// Writes the lines of a journal.
#[derive(Debug, Default)]
pub(super) struct Writer(Whole);

impl Writer {
    /// Appends the line of a record.
    pub(super) fn write(&mut self, record: &UrlRecord, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        let rest = start + CHECKSUM_DIGITS + 1;
        out.resize(rest, b' ');
        match self.0.newest.iter().find(|(_, whole)| is_alike(whole, record)) {
            Some((line, _)) => write_short(*line, record, out)?,
            None => {
                serde_json::to_writer(&mut *out, &Line::of(record))?;
                self.0.note(record);
            }
        }
        let mut checksum = crc32fast::hash(&out[rest..]);
        for digit in out[start..rest - 1].iter_mut().rev() {
            *digit = b"0123456789abcdef"[(checksum & 15) as usize];
            checksum >>= 4;
        }
        out.push(b'\n');
        self.0.lines += 1;
        Ok(())
    }

    /// Lines so far.
    pub(super) fn lines(&self) -> u64 {
        self.0.lines
    }

    /// Nothing after these lines was kept.
    pub(super) fn go_back(&mut self, lines: u64) {
        self.0.lines = lines;
        self.0.newest.retain(|(line, _)| *line < lines);
    }
}

/// Reads the lines of a journal, in their order.
#[derive(Debug, Default)]
pub(super) struct Reader(Whole);

impl Reader {
    /// Reads a whole line; nothing where it is not what was written.
    pub(super) fn read(&mut self, line: &[u8]) -> Option<UrlRecord> {
        let record = checked(line).and_then(|text| match text.strip_prefix(b"~") {
            Some(short) => self.read_short(short),
            None => {
                let record = parse(text)?;
                self.0.note(&record);
                Some(record)
            }
        });
        self.0.lines += 1;
        record
    }

    fn read_short(&self, text: &[u8]) -> Option<UrlRecord> {
        let mut words = std::str::from_utf8(text).ok()?.split(' ');
        let line: u64 = words.next()?.parse().ok()?;
        let (_, whole) = self.0.newest.iter().find(|(number, _)| *number == line)?;
        Some(UrlRecord {
            id: words.next()?.parse().ok()?,
            assets: assets_of(words.next()?)?,
            ..whole.clone()
        })
    }
}

/// Whether the two differ in nothing but id and assets.
pub(super) fn is_alike(one: &UrlRecord, other: &UrlRecord) -> bool {
    one.user == other.user
        && one.expires_at == other.expires_at
        && one.organization == other.organization
        && one.project == other.project
        && one.api_key == other.api_key
        && one.purpose == other.purpose
        && one.address == other.address
        && one.object == other.object
}

impl<'a> Line<'a> {
    fn of(record: &'a UrlRecord) -> Self {
        Self {
            id: record.id,
            organization: record.organization,
            project: record.project,
            user: record.user,
            api_key: record.api_key,
            address: record.address.as_deref().map(Cow::Borrowed),
            expires_at: record.expires_at,
            purpose: record.purpose,
            object: record.object.as_deref().map(Cow::Borrowed),
            assets: STANDARD_NO_PAD.encode(pack_assets(&record.assets)).into(),
        }
    }
}

fn write_short(line: u64, record: &UrlRecord, out: &mut Vec<u8>) -> io::Result<()> {
    write!(out, "~{line} ")?;
    out.extend_from_slice(&record.id.hex());
    out.push(b' ');
    let assets = STANDARD_NO_PAD.encode(pack_assets(&record.assets));
    out.extend_from_slice(assets.as_bytes());
    Ok(())
}

/// What stands behind a checksum that is right.
fn checked(line: &[u8]) -> Option<&[u8]> {
    let (checksum, rest) = line.split_at_checked(CHECKSUM_DIGITS)?;
    let text = rest.strip_prefix(b" ")?.strip_suffix(b"\n")?;
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    (checksum == crc32fast::hash(text)).then_some(text)
}

fn assets_of(text: &str) -> Option<Vec<AssetId>> {
    unpack_assets(&STANDARD_NO_PAD.decode(text).ok()?)
}

fn parse(json: &[u8]) -> Option<UrlRecord> {
    let line: Line<'_> = serde_json::from_slice(json).ok()?;
    Some(UrlRecord {
        id: line.id,
        organization: line.organization,
        project: line.project,
        user: line.user,
        api_key: line.api_key,
        address: line.address.map(Cow::into_owned),
        expires_at: line.expires_at,
        purpose: line.purpose,
        object: line.object.map(Cow::into_owned),
        assets: assets_of(&line.assets)?,
    })
}

#[cfg(test)]
mod tests {
    use insitu_model::id::{ID_BYTES, ImportId};

    use super::*;

    fn record(n: u8, assets: u32, change: impl Fn(&mut UrlRecord)) -> UrlRecord {
        let mut record = UrlRecord {
            id: UrlRecordId::from_bytes([n; ID_BYTES]),
            organization: OrganizationId::from_bytes([1; ID_BYTES]),
            project: None,
            user: UserId::from_bytes([3; ID_BYTES]),
            api_key: None,
            address: Some("192.0.2.7".to_owned()),
            expires_at: 1_800_000_000_000,
            purpose: UrlPurpose::Assets,
            object: None,
            assets: (0..assets)
                .map(|ordinal| AssetId::of_import(ImportId::from_bytes([7; ID_BYTES]), ordinal))
                .collect(),
        };
        change(&mut record);
        record
    }

    fn written(writer: &mut Writer, record: &UrlRecord) -> Vec<u8> {
        let mut line = Vec::new();
        writer.write(record, &mut line).unwrap();
        line
    }

    fn is_short(line: &[u8]) -> bool {
        line[CHECKSUM_DIGITS + 1] == b'~'
    }

    #[test]
    fn lines_are_read_as_they_were_written_and_none_that_changed() {
        let named = |record: &mut UrlRecord| record.object = Some("a\nb".to_owned());
        let later = |record: &mut UrlRecord| record.expires_at += 1;
        let records = [
            (record(1, 1, |_| {}), false),
            (record(2, 3, |_| {}), true),
            (record(3, 0, named), false),
            (record(4, 0, named), false),
            (record(5, 2, later), false),
            (record(6, 2, |_| {}), true),
            (record(7, 2, later), true),
        ];
        let (mut writer, mut reader) = (Writer::default(), Reader::default());
        for (record, short) in records {
            let line = written(&mut writer, &record);
            assert_eq!(is_short(&line), short);
            assert_eq!(reader.read(&line).as_ref(), Some(&record));
            for at in 0..line.len() {
                let mut broken = line.clone();
                broken[at] ^= 1;
                assert_eq!(Reader::default().read(&broken), None, "{at}");
            }
        }
    }

    #[test]
    fn a_short_line_is_of_its_own_whole_one_or_of_none() {
        let (mut writer, mut reader) = (Writer::default(), Reader::default());
        let expiring = |n: u8| record(n, 1, move |record| record.expires_at += i64::from(n));
        // More callers than are remembered, then each of them once more.
        let twice = |n: u8| n % (WHOLE_MAX as u8 + 3);
        for n in (0..2 * (WHOLE_MAX as u8 + 3)).map(twice) {
            let line = written(&mut writer, &expiring(n));
            assert_eq!(reader.read(&line), Some(expiring(n)));
        }
        // The whole line is damaged, or another stands in its place.
        let (mut writer, mut reader) = (Writer::default(), Reader::default());
        let mut whole = written(&mut writer, &expiring(1));
        whole[20] ^= 1;
        let short = written(&mut writer, &expiring(1));
        assert!(is_short(&short));
        assert_eq!((reader.read(&whole), reader.read(&short)), (None, None));
        assert_eq!(Reader::default().read(&short), None);
    }

    #[test]
    fn what_was_not_kept_is_referred_to_by_none() {
        let (mut writer, mut reader) = (Writer::default(), Reader::default());
        written(&mut writer, &record(1, 1, |_| {}));
        writer.go_back(0);
        let line = written(&mut writer, &record(2, 1, |_| {}));
        assert!(!is_short(&line));
        assert_eq!(reader.read(&line), Some(record(2, 1, |_| {})));
        assert!(is_short(&written(&mut writer, &record(3, 1, |_| {}))));
    }
}
