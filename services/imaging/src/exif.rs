//! How a picture is to be turned, and when it was taken (`DateTimeOriginal` and its offset), from its EXIF; nothing else of it.

use kit::picture::tiff::Tiff;

use crate::wire::Captured;

const EXIF_IFD: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const OFFSET_TIME_ORIGINAL: u16 = 0x9011;

/// How a picture is to be turned to stand upright, 1 to 8, from its TIFF structure.
pub fn orientation(tiff: &[u8]) -> Option<u8> {
    Tiff::new(tiff)?.orientation()
}

/// The instant at which a picture was taken, from its TIFF structure.
pub fn captured(tiff: &[u8]) -> Option<Captured> {
    let file = Tiff::new(tiff)?;
    let exif = file.directory(file.first()?, EXIF_IFD)?;
    let local = seconds(file.text(exif, DATE_TIME_ORIGINAL)?)?;
    let ahead = file.text(exif, OFFSET_TIME_ORIGINAL).and_then(minutes);
    Some(Captured { local, ahead })
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// `YYYY:MM:DD HH:MM:SS` as seconds since 1970, as if the camera's clock showed UTC.
fn seconds(text: &[u8]) -> Option<i64> {
    let text = text.get(..19)?;
    let separators = [(4, b':'), (7, b':'), (10, b' '), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, one)| text[*at] != *one) {
        return None;
    }
    let part = |from: usize, to: usize| number(&text[from..to]);
    let month = time::Month::try_from(u8::try_from(part(5, 7)?).ok()?).ok()?;
    let date = time::Date::from_calendar_date(part(0, 4)? as i32, month, part(8, 10)? as u8).ok()?;
    let clock = time::Time::from_hms(part(11, 13)? as u8, part(14, 16)? as u8, part(17, 19)? as u8).ok()?;
    Some(date.with_time(clock).assume_utc().unix_timestamp())
}

/// `+HH:MM` as minutes ahead of UTC.
fn minutes(text: &[u8]) -> Option<i32> {
    let text = text.get(..6)?;
    let sign = match text[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = (number(&text[1..3])?, number(&text[4..6])?);
    (text[3] == b':' && hours <= 14 && rest < 60).then(|| sign * (hours * 60 + rest) as i32)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const ASCII: u16 = 2;

    /// A TIFF structure with both tags, as cameras write it.
    pub fn tiff(big: bool, taken: &str, offset: Option<&str>) -> Vec<u8> {
        let two = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let four = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let mut file = if big { b"MM\0\x2a".to_vec() } else { b"II\x2a\0".to_vec() };
        file.extend(four(8));
        // The first directory: one pointer.
        file.extend(two(1));
        file.extend(two(EXIF_IFD));
        file.extend(two(4));
        file.extend(four(1));
        file.extend(four(26));
        file.extend(four(0));
        // The second: one or two texts behind it.
        let texts: Vec<(u16, Vec<u8>)> = [(DATE_TIME_ORIGINAL, Some(taken)), (OFFSET_TIME_ORIGINAL, offset)]
            .into_iter()
            .filter_map(|(tag, text)| Some((tag, [text?.as_bytes(), b"\0"].concat())))
            .collect();
        file.extend(two(texts.len() as u16));
        let mut behind = 26 + 2 + texts.len() as u32 * 12 + 4;
        for (tag, text) in &texts {
            file.extend(two(*tag));
            file.extend(two(ASCII));
            file.extend(four(text.len() as u32));
            file.extend(four(behind));
            behind += text.len() as u32;
        }
        file.extend(four(0));
        file.extend(texts.into_iter().flat_map(|(_, text)| text));
        file
    }

    #[test]
    fn the_time_is_read_in_either_order_of_bytes() {
        for big in [true, false] {
            let plain = captured(&tiff(big, "2026:03:01 10:12:13", None));
            assert_eq!(plain, Some(Captured { local: 1_772_359_933, ahead: None }));
            let offset = captured(&tiff(big, "2026:03:01 10:12:13", Some("+01:00")));
            assert_eq!(offset, Some(Captured { local: 1_772_359_933, ahead: Some(60) }));
            let west = captured(&tiff(big, "2026:03:01 10:12:13", Some("-03:30")));
            assert_eq!(west.and_then(|one| one.ahead), Some(-210));
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["0000:00:00 00:00:00", "2026:02:30 10:12:13", "2026-03-01 10:12:13", "    :  :     :  :  ", "", "2026"]
        {
            assert_eq!(captured(&tiff(true, text, None)), None, "{text}");
        }
        let strange = captured(&tiff(true, "2026:03:01 10:12:13", Some("+99:00")));
        assert_eq!(strange.and_then(|one| one.ahead), None);
    }

    /// Cut anywhere, and with any one byte changed: it ends, and says a time or none.
    #[test]
    fn hostile_bytes_do_no_harm() {
        let whole = tiff(false, "2026:03:01 10:12:13", Some("+01:00"));
        for length in 0..whole.len() {
            let _ = captured(&whole[..length]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = captured(&changed);
            }
        }
        // A directory that points at itself.
        let mut circle = whole;
        circle[18..22].copy_from_slice(&8_u32.to_le_bytes());
        assert_eq!(captured(&circle), None);
    }
}
