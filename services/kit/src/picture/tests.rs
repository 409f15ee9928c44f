//! Files are framed by hand here: kit has no codec, and the judgement is about framing alone.

use super::*;

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF, marker];
    bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    // A thumbnail's own end marker sits inside the EXIF segment and must not count as the end.
    let mut bytes = vec![0xFF, 0xD8];
    bytes.extend(segment(0xE1, b"Exif\0\0thumbnail \xFF\xD8\xFF\xD9"));
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    bytes.extend(segment(0xC0, &frame));
    bytes.extend(segment(0xC4, &[0; 17]));
    bytes.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
    bytes.extend([1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4, 5, 0xFF, 0xD9]);
    bytes
}

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(name);
    bytes.extend(body);
    bytes.extend([0; 4]);
    bytes
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut header = width.to_be_bytes().to_vec();
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    bytes.extend(chunk(*b"IHDR", &header));
    bytes.extend(chunk(*b"IDAT", &[7; 20]));
    bytes.extend(chunk(*b"IEND", &[]));
    bytes
}

fn webp(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut inner = b"WEBP".to_vec();
    inner.extend(kind);
    inner.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    inner.extend(body);
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(u32::try_from(inner.len()).unwrap().to_le_bytes());
    bytes.extend(inner);
    bytes
}

/// With an extended header of 640 × 480 pixels, and chunks behind it.
fn extended_webp(chunks: &[u8]) -> Vec<u8> {
    let mut file = webp(*b"VP8X", &[0, 0, 0, 0, 0x7F, 0x02, 0, 0xDF, 0x01, 0]);
    file.extend(chunks);
    let length = file.len() as u32 - 8;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    file
}

fn lossy_webp(width: u16, height: u16) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0x9D, 0x01, 0x2A];
    body.extend(width.to_le_bytes());
    body.extend(height.to_le_bytes());
    body.extend([9; 12]);
    webp(*b"VP8 ", &body)
}

fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(body);
    bytes
}

/// One coded picture of item 1, its bytes in the last box.
fn heic(width: u32, height: u32, kind: [u8; 4]) -> Vec<u8> {
    heic_naming(1, width, height, kind)
}

/// The same, with its bytes named so many times.
fn heic_naming(times: u8, width: u32, height: u32, kind: [u8; 4]) -> Vec<u8> {
    let ispe = boxed(*b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat());
    let ipco = boxed(*b"ipco", &[ispe, boxed(*b"hvcC", &[1; 23])].concat());
    let ipma = boxed(*b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 0x82]);
    let infe = boxed(*b"infe", &[&[2, 0, 0, 0, 0, 1, 0, 0][..], &kind, &[0]].concat());
    let file = |at: u32| {
        let extents = [at.to_be_bytes(), 20_u32.to_be_bytes()].concat().repeat(usize::from(times));
        let iloc = [&[0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, times][..], &extents].concat();
        let meta = [
            vec![0; 4],
            boxed(*b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            boxed(*b"pitm", &[0, 0, 0, 0, 0, 1]),
            boxed(*b"iinf", &[&[0, 0, 0, 0, 0, 1][..], &infe].concat()),
            boxed(*b"iprp", &[ipco.clone(), ipma.clone()].concat()),
            boxed(*b"iloc", &iloc),
        ];
        [boxed(*b"ftyp", b"mif1\0\0\0\0miafMiHB"), boxed(*b"meta", &meta.concat()), boxed(*b"mdat", &[7; 20])].concat()
    };
    let length = file(0).len() as u32;
    file(length - 20)
}

fn every_kind() -> [(Kind, Vec<u8>); 6] {
    let lossless: u32 = 0x27F | (0x1DF << 14);
    let mut vp8l = vec![0x2F];
    vp8l.extend(lossless.to_le_bytes());
    vp8l.extend([0; 12]);
    [
        (Kind::Jpeg, jpeg(640, 480)),
        (Kind::Png, png(640, 480)),
        (Kind::WebP, lossy_webp(640, 480)),
        (Kind::WebP, webp(*b"VP8L", &vp8l)),
        (Kind::WebP, extended_webp(&lossy_webp(640, 480)[12..])),
        (Kind::Heic, heic(640, 480, *b"hvc1")),
    ]
}

#[test]
fn whole_pictures_are_named_and_measured() {
    for (kind, bytes) in every_kind() {
        assert_eq!(check(&bytes), Ok(Picture { kind, width: 640, height: 480 }), "{kind:?}");
    }
}

#[test]
fn an_extended_webp_without_a_picture_is_none() {
    let mut other = lossy_webp(640, 480)[12..].to_vec();
    other[..4].copy_from_slice(b"VP: ");
    for chunks in [&other[..], b""] {
        let file = [&extended_webp(chunks)[..], &[0; 30]].concat();
        assert_eq!(check(&file).map_err(|refusal| refusal.code), Err("not-a-picture"));
        assert!(strip(&file).is_err());
    }
}

/// Each would be read over and over: as much as the file holds, and not more.
#[test]
fn bytes_of_heic_that_are_named_over_and_over_are_refused() {
    let kind = *b"hvc1";
    assert!(check(&heic_naming(2, 640, 480, kind)).is_ok());
    // Each time takes 8 bytes to say and brings 20.
    let file = heic_naming(60, 640, 480, kind);
    assert!(file.len() < 60 * 20, "{}", file.len());
    assert_eq!(check(&file).unwrap_err().code, "not-a-picture");
}

#[test]
fn a_picture_cut_at_any_byte_is_refused() {
    for (kind, bytes) in every_kind() {
        for length in 0..bytes.len() {
            let refusal = check(&bytes[..length]).expect_err("cut");
            let expected =
                if length < 12 { &["not-a-picture", "truncated-picture"][..] } else { &["truncated-picture"] };
            assert!(expected.contains(&refusal.code), "{kind:?} cut at {length}: {refusal:?}");
        }
    }
}

#[test]
fn no_changed_byte_brings_a_panic() {
    for (_, bytes) in every_kind() {
        for at in 0..bytes.len() {
            for value in [0x00, 0x01, 0x7F, 0x80, 0xD9, 0xFE, 0xFF, bytes[at] ^ 0x20] {
                let mut changed = bytes.clone();
                changed[at] = value;
                if let Ok(picture) = check(&changed) {
                    assert!(
                        u64::from(picture.width) * u64::from(picture.height) <= MAX_PIXELS,
                        "byte {at} = {value:#x}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_follows_the_end_does_not_matter() {
    for (kind, mut bytes) in every_kind() {
        bytes.extend(b"\xFF\xD8 a video from a motion photo");
        assert_eq!(check(&bytes).map(|picture| picture.kind), Ok(kind));
    }
}

#[test]
fn a_bomb_is_refused_from_its_header() {
    for (width, height) in [(1, 50_000_000), (50_000_000, 1), (10_001, 10_000), (u32::MAX, u32::MAX)] {
        assert_eq!(check(&png(width, height)).unwrap_err().code, "too-many-pixels", "{width} x {height}");
    }
    for (width, height) in [(1, 50_000_000), (65_535, 65_535), (10_001, 10_000), (u32::MAX, u32::MAX)] {
        assert_eq!(check(&heic(width, height, *b"hvc1")).unwrap_err().code, "too-many-pixels", "{width} x {height}");
    }
    assert!(check(&png(10_000, 10_000)).is_ok());
    assert_eq!(check(&png(0, 5)).unwrap_err().code, "not-a-picture");
}

#[test]
fn the_length_is_limited() {
    let mut bytes = jpeg(640, 480);
    bytes.resize(MAX_BYTES, 0);
    assert!(check(&bytes).is_ok());
    bytes.push(0);
    assert_eq!(check(&bytes).unwrap_err().code, "too-large");
}

#[test]
fn other_files_are_called_by_their_name() {
    let mut dicom = vec![0; 128];
    dicom.extend(b"DICM");
    let (avif, overlay) = (heic(64, 64, *b"av01"), heic(64, 64, *b"iovl"));
    let cases: [(&[u8], &str); 15] = [
        (b"", "empty"),
        (b"Dear colleague,\nthank you for the referral.\n", "text document"),
        ("Blåbærsyltetøy".as_bytes(), "text document"),
        (b"\xFF\xFED\0e\0a\0r\0", "text document"),
        (b"%PDF-1.7\n%\xE2\xE3", "PDF document"),
        (b"PK\x03\x04\x14\0\0\0", "zip archive or an office document"),
        (b"GIF89a\x01\0\x01\0", "GIF picture"),
        (b"BM\x36\0\0\0\0\0", "BMP picture"),
        (b"II\x2A\0\x08\0\0\0", "TIFF picture"),
        (b"MM\0\x2A\0\0\0\x08", "TIFF picture"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", "AVIF picture"),
        (&avif, "AVIF picture"),
        (&overlay, "HEIC picture of a rare kind"),
        (&dicom, "DICOM file"),
        (b"\x01\x02\x03\x04\x05\x06", "not a picture"),
    ];
    for (bytes, name) in cases {
        let refusal = check(bytes).unwrap_err();
        assert_eq!(refusal.code, "not-a-picture");
        assert!(refusal.message.contains(name), "{name}: {}", refusal.message);
    }
}

#[test]
fn a_film_is_refused_by_a_word_of_its_own() {
    let mut transport = vec![0; 400];
    for at in [0, 188, 376] {
        transport[at] = 0x47;
    }
    let films: [&[u8]; 12] = [
        b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc",
        b"\0\0\0\x18ftypmp42\0\0\0\0isom",
        b"\0\0\0\x14ftypqt  \0\0\0\0",
        b"\0\0\0\x20ftyp3gp5\0\0\0\0",
        b"\0\0\0\x08wide\0\0\x10\0mdat",
        b"RIFF\x24\0\0\0AVI LIST",
        b"\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F\x42\x86",
        b"\0\0\x01\xBA\x44\0\x04\0",
        b"\0\0\x01\xB3\x14\0\xF0\x13",
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9",
        b"FLV\x01\x05\0\0\0\x09",
        &transport,
    ];
    for film in films {
        let refusal = check(film).unwrap_err();
        assert_eq!(refusal.code, "video", "{film:?}");
        assert!(refusal.message.contains("still picture") && refusal.message.ends_with('.'));
    }
    for other in [&b"RIFF\x24\0\0\0WAVEfmt "[..], b"Go on."] {
        assert_eq!(check(other).unwrap_err().code, "not-a-picture", "{other:?}");
    }
}
