//! Headers made by hand, and bytes made by chance.

use proptest::prelude::*;

use super::*;

/// A little TIFF with these tags, each holding one SHORT.
fn tiff(is_big_endian: bool, tags: &[(u16, u16)]) -> Vec<u8> {
    let short = |n: u16| match is_big_endian {
        true => n.to_be_bytes(),
        false => n.to_le_bytes(),
    };
    let mut bytes = match is_big_endian {
        true => b"MM\0\x2a\0\0\0\x08".to_vec(),
        false => b"II\x2a\0\x08\0\0\0".to_vec(),
    };
    bytes.extend(short(tags.len() as u16));
    for (tag, value) in tags {
        bytes.extend(short(*tag));
        bytes.extend(short(3));
        bytes.extend(match is_big_endian {
            true => [0, 0, 0, 1],
            false => [1, 0, 0, 0],
        });
        bytes.extend(short(*value));
        bytes.extend([0, 0]);
    }
    bytes
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

fn jpeg(before: &[u8], width: u16, height: u16) -> Vec<u8> {
    let frame = [&[8], &height.to_be_bytes()[..], &width.to_be_bytes(), &[3]].concat();
    [&[0xff, 0xd8][..], before, &segment(0xc2, &frame)].concat()
}

fn exif(orientation: u16) -> Vec<u8> {
    let content = [
        &b"Exif\0\0"[..],
        &tiff(orientation.is_multiple_of(2), &[(0x0112, orientation)]),
    ]
    .concat();
    segment(0xe1, &content)
}

fn png(width: u32, height: u32, chunk: Option<(&[u8; 4], Vec<u8>)>) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (name, content) in [Some((b"IHDR", header)), chunk, Some((b"IDAT", vec![0; 9]))]
        .into_iter()
        .flatten()
    {
        bytes.extend((content.len() as u32).to_be_bytes());
        bytes.extend(name);
        bytes.extend(content);
        bytes.extend([0; 4]);
    }
    bytes
}

fn webp(chunk: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&b"RIFF\0\0\0\0WEBP"[..], chunk, &[0; 4], content].concat()
}

fn bmp(header_bytes: u32, size: &[u8]) -> Vec<u8> {
    [&b"BM"[..], &[0; 12], &header_bytes.to_le_bytes(), size].concat()
}

fn shown(width: u32, height: u32) -> Result<Size, HeaderError> {
    Ok(Size { width, height })
}

#[test]
fn every_format_says_its_size() {
    let both = |width: i32, height: i32| [width.to_le_bytes(), height.to_le_bytes()].concat();
    for (name, file) in [
        ("JPEG", jpeg(&segment(0xe0, b"JFIF\0"), 640, 427)),
        ("filled JPEG", jpeg(&[0xff, 0xff, 0xff, 0x01, 7, 7], 640, 427)),
        ("PNG", png(640, 427, None)),
        ("GIF", b"GIF89a\x80\x02\xab\x01".to_vec()),
        (
            "lossy",
            webp(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 0x80, 0x42, 0xab, 0x81]),
        ),
        (
            "lossless",
            webp(
                b"VP8L",
                &[&[0x2f][..], &(639u32 | 426 << 14).to_le_bytes()].concat(),
            ),
        ),
        ("extended", webp(b"VP8X", &[0, 0, 0, 0, 0x7f, 2, 0, 0xaa, 1, 0])),
        ("BMP", bmp(40, &both(640, 427))),
        ("BMP downwards", bmp(124, &both(640, -427))),
        ("old BMP", bmp(12, &[0x80, 2, 0xab, 1])),
        ("TIFF", tiff(false, &[(254, 0), (256, 640), (257, 427)])),
        ("TIFF of a Mac", tiff(true, &[(256, 640), (257, 427), (274, 3)])),
    ] {
        assert_eq!(size_as_shown(&file), shown(640, 427), "{name}");
    }
}

#[test]
fn a_picture_on_its_side_is_shown_upright() {
    for orientation in 0..=9 {
        let expected = match orientation {
            5..=8 => shown(427, 640),
            _ => shown(640, 427),
        };
        assert_eq!(
            size_as_shown(&jpeg(&exif(orientation), 640, 427)),
            expected,
            "JPEG {orientation}"
        );
        let chunk = Some((b"eXIf", tiff(true, &[(0x0112, orientation)])));
        assert_eq!(
            size_as_shown(&png(640, 427, chunk)),
            expected,
            "PNG {orientation}"
        );
        let tags = [(256, 640), (257, 427), (274, orientation)];
        assert_eq!(size_as_shown(&tiff(false, &tags)), expected, "TIFF {orientation}");
    }
}

#[test]
fn exif_that_cannot_be_read_turns_nothing() {
    for content in [
        &b"Exif\0\0"[..],
        b"Exif\0\0II\x2a\0\xff\xff\xff\xff",
        b"Exif\0\0nonsense",
        b"http://ns.adobe.com/xap/1.0/\0",
    ] {
        assert_eq!(
            size_as_shown(&jpeg(&segment(0xe1, content), 640, 427)),
            shown(640, 427)
        );
    }
    let first_counts = [exif(1), exif(6)].concat();
    assert_eq!(size_as_shown(&jpeg(&first_counts, 640, 427)), shown(640, 427));
}

#[test]
fn a_header_that_goes_on_is_not_one_that_is_broken() {
    let whole = jpeg(&[segment(0xe2, &[0; 60_000]), exif(6)].concat(), 640, 427);
    for length in 3..whole.len() - 1 {
        assert_eq!(
            size_as_shown(&whole[..length]),
            Err(HeaderError::CutOff),
            "{length}"
        );
    }
    for file in [
        png(640, 427, Some((b"iCCP", vec![0; 999])))[..500].to_vec(),
        tiff(false, &[(254, 0), (256, 640), (257, 427)])[..30].to_vec(),
        b"GIF89a\x80\x02".to_vec(),
        webp(b"VP8X", &[]),
    ] {
        assert_eq!(size_as_shown(&file), Err(HeaderError::CutOff));
    }
}

#[test]
fn what_is_no_picture_or_a_broken_one_is_said() {
    for file in [
        &b""[..],
        b"%PDF-1.7",
        b"<svg xmlns=",
        b"BMW drivers and their cars",
        b"\xff\xd8",
    ] {
        assert_eq!(size_as_shown(file), Err(HeaderError::NotAnImage), "{file:?}");
    }
    for file in [
        jpeg(&[0xff, 0xda], 640, 427),
        jpeg(&[0xff, 0xe0, 0, 1], 640, 427),
        webp(b"ALPH", &[0; 20]),
        tiff(false, &[(256, 640)]),
    ] {
        assert_eq!(size_as_shown(&file), Err(HeaderError::Broken));
    }
}

#[test]
fn sizes_that_no_picture_has_are_refused() {
    let lowest = [7i32.to_le_bytes(), i32::MIN.to_le_bytes()].concat();
    for file in [
        png(u32::MAX, u32::MAX, None),
        png(0, 5, None),
        png(SIDE_MAX_PX + 1, 5, None),
        jpeg(&[], 640, 0),
        bmp(40, &lowest),
    ] {
        let refused = size_as_shown(&file).unwrap_err();
        assert_eq!(refused.code(), "image.size_out_of_range");
    }
    assert_eq!(size_as_shown(&png(SIDE_MAX_PX, 1, None)), shown(SIDE_MAX_PX, 1));
}

/// What a file of each format begins with.
fn beginnings() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(vec![]),
        Just(jpeg(&exif(6), 640, 427)),
        Just(vec![0xff, 0xd8, 0xff, 0xe1]),
        Just(png(640, 427, Some((b"eXIf", tiff(true, &[(0x0112, 6)]))))),
        Just(webp(b"VP8X", &[0; 12])),
        Just(webp(b"VP8L", &[0x2f])),
        Just(webp(b"VP8 ", &[0; 3])),
        Just(bmp(40, &[])),
        Just(b"GIF87a".to_vec()),
        Just(tiff(false, &[(256, 640), (257, 427), (274, 6)])),
        Just(tiff(true, &[])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_bytes_panic_and_every_size_is_in_range(
        mut file in beginnings(),
        tail in proptest::collection::vec(any::<u8>(), 0..300),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        file.extend(tail);
        for (at, byte) in changes {
            if !file.is_empty() {
                let at = at.index(file.len());
                file[at] = byte;
            }
        }
        if let Ok(size) = size_as_shown(&file) {
            prop_assert!((1..=SIDE_MAX_PX).contains(&size.width));
            prop_assert!((1..=SIDE_MAX_PX).contains(&size.height));
        }
    }

    #[test]
    fn more_bytes_never_change_an_answer(file in beginnings(), tail in proptest::collection::vec(any::<u8>(), 0..100)) {
        let whole = [&file[..], &tail].concat();
        for length in 0..whole.len() {
            let part = size_as_shown(&whole[..length]);
            if part.is_ok() {
                prop_assert_eq!(part, size_as_shown(&whole));
            }
        }
    }
}
