//! Claims over generated input.

use insitu_formats::split::{Step, ValueScanner};
use insitu_formats::{Format, Limits, ListReader, Options, Position};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{gather, pieces, read_with};

/// Bytes that matter to a reader of lists, more often than chance would have them.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b";",
        b"\0",
        b"null",
        b"1e999",
        b"\"data\":",
        b"\"data\":\"a\"",
        b"{\"data\":\"a\"}",
        b"\"assets\":[",
        b"\"width\":",
        b"12",
        b"-",
        b"\xff",
        b"\"metadata\":{",
        b"\"\\ud800\"",
        b"\xef\xbb\xbf",
        b"data,width\n",
        b"data;metadata.x\n",
        b"a,5\n",
        b"\"\"",
        "é😀".as_bytes(),
        b"\x1f\x8b",
        b"\\u0000",
        b"\"batches\":[\"b\"]",
        b"\"x\":1",
    ];
    let word = prop_oneof![
        8 => proptest::sample::select(words).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..4),
    ];
    vec(word, 0..40).prop_map(|words| words.concat())
}

fn format() -> impl Strategy<Value = Option<Format>> {
    prop_oneof![3 => Just(None), 2 => proptest::sample::select(Format::ALL.to_vec()).prop_map(Some)]
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
        "[\\\\\"{}\\[\\],:]{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            vec((".{0,6}", inner), 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic_and_no_split_changes_the_answer(
        bytes in soup(), sizes in vec(1_usize..12, 1..6), format in format(), element_bytes in 4_usize..80,
    ) {
        let limits = Limits { element_bytes, ..Limits::default() };
        let options = Options { format, limits };
        let whole = read_with(bytes.as_slice(), options.clone());
        let parts = read_with(pieces(&bytes, &sizes), options);
        prop_assert_eq!(parts.told(), whole.told());
        let indexes: Vec<u64> = whole.rows.iter().map(|row| row.index).collect();
        prop_assert_eq!(indexes, (0..whole.rows.len() as u64).collect::<Vec<_>>());
        prop_assert!(whole.rows.windows(2).all(|pair| pair[0].offset < pair[1].offset));
        prop_assert!(whole.error.is_some() || !whole.rows.is_empty());
    }

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..300), format in format()) {
        let outcome = read_with(bytes.as_slice(), Options { format, ..Options::default() });
        prop_assert!(outcome.error.is_some() || !outcome.rows.is_empty());
    }

    #[test]
    fn reading_on_from_a_position_gives_the_rest(bytes in soup(), format in format(), stop in 0_usize..6) {
        let options = Options { format, ..Options::default() };
        let whole = read_with(bytes.as_slice(), options.clone());
        let mut reader = ListReader::new(bytes.as_slice(), options.clone());
        let taken = reader.by_ref().take(stop.min(whole.rows.len())).count();
        let position: Position = serde_json::from_value(serde_json::to_value(reader.checkpoint()).unwrap()).unwrap();
        let from = usize::try_from(position.seek_to()).unwrap();
        let rest = gather(&mut ListReader::resume(&bytes[from..], options, position));
        prop_assert_eq!(rest.told(), (&whole.rows[taken..], whole.told().1));
    }

    #[test]
    fn any_position_is_answered(index in any::<u64>(), offset in 0_u64..50, bytes in soup(), gzip in any::<bool>()) {
        let mut position = serde_json::to_value(Position::default()).unwrap();
        position["index"] = index.saturating_sub(1000).into();
        position["offset"] = offset.into();
        position["gzip"] = gzip.into();
        for (format, place) in [("json", "afterElement"), ("envelope", "firstMember"), ("csv", "top")] {
            position["format"] = format.into();
            position["place"] = place.into();
            let position: Position = serde_json::from_value(position.clone()).unwrap();
            gather(&mut ListReader::resume(bytes.as_slice(), Options::default(), position));
        }
    }

    #[test]
    fn the_scanner_finds_the_end_of_every_value(value in json(), tail in "[,\\] \n].{0,5}", cut in any::<prop::sample::Index>()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let bytes = format!("{text}{tail}").into_bytes();
        let (first, second) = bytes.split_at(cut.index(bytes.len()));
        let mut scanner = ValueScanner::default();
        let end = match scanner.scan(first) {
            Step::End(count) => count,
            Step::More => match scanner.scan(second) {
                Step::End(count) => first.len() + count,
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            },
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn metadata_keeps_its_meaning(members in vec(("[a-z]{1,6}", json()), 0..4)) {
        let object = serde_json::Value::Object(members.into_iter().collect());
        let pretty = serde_json::to_string_pretty(&object).unwrap();
        let list = format!("[{{\"data\":\"a\",\"metadata\":{pretty}}}]");
        let outcome = read_with(list.as_bytes(), Options::default());
        match &outcome.rows[0].result {
            Ok(asset) => {
                prop_assert_eq!(asset.metadata.as_ref().unwrap().as_str(), object.to_string());
            }
            Err(problems) => prop_assert_eq!(problems[0].code, "row.nul_character"),
        }
    }

    #[test]
    fn tables_read_as_the_csv_crate_reads_them(
        records in vec(("[a-z]{1,3}", "[a-z,;\"\r\n é]{0,8}", "[ -~]{0,8}"), 1..8), crlf in any::<bool>(),
    ) {
        let mut writer = csv::WriterBuilder::new()
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["data", "externalId", "contextData.x"]).unwrap();
        for (data, id, note) in &records {
            writer.write_record([data, id, &format!("n{note}")]).unwrap();
        }
        let list = writer.into_inner().unwrap();
        let assets = read_with(list.as_slice(), Options::default()).assets();
        prop_assert_eq!(assets.len(), records.len());
        for (asset, (data, id, note)) in assets.iter().zip(&records) {
            prop_assert_eq!(&asset.data.addresses()[0], data);
            prop_assert_eq!(asset.external_id.as_deref().unwrap_or_default(), id);
            let context: serde_json::Value = serde_json::from_str(asset.context_data.as_ref().unwrap().as_str()).unwrap();
            prop_assert_eq!(context["x"].as_str().unwrap(), format!("n{note}"));
        }
    }
}
