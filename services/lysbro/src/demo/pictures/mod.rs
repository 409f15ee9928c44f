//! Synthetic clinical pictures for the demonstration: no patient ever stood before a camera for them.
//!
//! They are drawn from a seed, so the same demonstration shows the same pictures, and each carries the word SYNTHETIC in
//! its pixels, so a copy that travels alone is still known for what it is. Rejected: openly licensed photographs of
//! patients (consent does not reach as far as every demonstration) and pictures in the repository (megabytes of binary files).
//!
//! The scene is drawn small and then enlarged: scaling, blurring and encoding run in crates that are optimised in debug builds too.

mod body;
mod canvas;
mod ear;
mod label;
mod lesion;
mod skin;
mod wound;

use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

use canvas::{Canvas, Dice};
use skin::Skin;

/// Drawn size, enlarged by [`ENLARGE`] at the end.
const DRAWN: (u32, u32) = (480, 360);
const ENLARGE: u32 = 2;
/// Seeds 0 to 15 show one person, 16 to 31 the next, and so on: close-up and overview have the same skin.
const PICTURES_PER_PERSON: u64 = 16;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// A pigmented naevus, close up.
    Naevus,
    /// A naevus through a dermatoscope: a round field with the pigment network.
    Dermoscopy,
    /// Scaly red plaques.
    Rash,
    /// A nodular basal cell carcinoma: pearly, with fine vessels.
    Basalioma,
    /// A healthy ear drum through an otoscope.
    EarDrum,
    /// A retracted ear drum with fluid behind it.
    EarDrumRetracted,
    /// A leg ulcer with a millimetre ruler.
    Wound,
    /// A partial-thickness burn with blisters.
    Burn,
    /// A forearm with a small lesion, from further away.
    Overview,
    /// A back with a small lesion, from further away.
    OverviewBack,
}

impl PictureKind {
    /// Every kind, in the order of their declaration.
    #[cfg(test)]
    const ALL: [Self; 10] = [
        Self::Naevus,
        Self::Dermoscopy,
        Self::Rash,
        Self::Basalioma,
        Self::EarDrum,
        Self::EarDrumRetracted,
        Self::Wound,
        Self::Burn,
        Self::Overview,
        Self::OverviewBack,
    ];
}

/// What went wrong when the picture was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    None,
    /// Out of focus.
    Blurred,
    /// Taken in too little light.
    Dark,
    /// The camera was held upright: pixels lie on their side, EXIF orientation 6 says so.
    Sideways,
}

/// Draws one picture, 960 × 720 pixels, as a JPEG file. The same arguments give the same picture, and
/// seeds that share `seed / 16` show the same person.
pub fn draw(kind: PictureKind, seed: u64, flaw: Flaw) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let skin = Skin::of(seed / PICTURES_PER_PERSON);
    let mut canvas = Canvas::new(DRAWN.0, DRAWN.1);
    match kind {
        PictureKind::Naevus => lesion::naevus(&mut canvas, &mut dice, skin),
        PictureKind::Dermoscopy => lesion::dermoscopy(&mut canvas, &mut dice, skin),
        PictureKind::Rash => lesion::rash(&mut canvas, &mut dice, skin),
        PictureKind::Basalioma => lesion::basalioma(&mut canvas, &mut dice, skin),
        PictureKind::EarDrum => ear::healthy(&mut canvas, &mut dice),
        PictureKind::EarDrumRetracted => ear::retracted(&mut canvas, &mut dice),
        PictureKind::Wound => wound::ulcer(&mut canvas, &mut dice, skin),
        PictureKind::Burn => wound::burn(&mut canvas, &mut dice, skin),
        PictureKind::Overview => body::forearm(&mut canvas, &mut dice, skin),
        PictureKind::OverviewBack => body::back(&mut canvas, &mut dice, skin),
    }
    let exposure = if flaw == Flaw::Dark { 0.2 } else { 1.0 };
    let mut picture = DynamicImage::ImageRgb8(canvas.into_image(exposure, &mut dice));
    if flaw == Flaw::Blurred {
        picture = picture.fast_blur(5.0);
    }
    let enlarged = picture.resize_exact(DRAWN.0 * ENLARGE, DRAWN.1 * ENLARGE, FilterType::CatmullRom);
    let mut enlarged = enlarged.into_rgb8();
    label::burn_in(&mut enlarged);
    if flaw == Flaw::Sideways {
        let lying = DynamicImage::ImageRgb8(enlarged).rotate270().into_rgb8();
        return with_orientation_6(&encode(&lying));
    }
    encode(&enlarged)
}

fn encode(picture: &RgbImage) -> Vec<u8> {
    imaging::derivatives::encode(picture).expect("960 × 720 pixels fit a JPEG, and memory takes every byte")
}

/// Sets an EXIF segment with nothing but the orientation behind the start marker of a JPEG file.
fn with_orientation_6(jpeg: &[u8]) -> Vec<u8> {
    const EXIF: &[u8] = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let (start, rest) = jpeg.split_at(2);
    [start, EXIF, rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_picture_of_its_own() {
        let mut seen = std::collections::HashSet::new();
        for kind in PictureKind::ALL {
            let file = draw(kind, 7, Flaw::None);
            let picture = kit::picture::check(&file).unwrap();
            assert_eq!((picture.width, picture.height), (960, 720), "{kind:?}");
            assert!(seen.insert(file), "{kind:?} looks like another");
        }
    }

    #[test]
    fn a_seed_decides() {
        let one = draw(PictureKind::Naevus, 1, Flaw::None);
        assert_eq!(one, draw(PictureKind::Naevus, 1, Flaw::None));
        assert_ne!(one, draw(PictureKind::Naevus, 2, Flaw::None));
    }

    #[test]
    fn flaws_are_found_by_the_quality_measures() {
        use imaging::quality::{Verdict, verdict};
        let judged = |kind, flaw| {
            let rendered = imaging::derivatives::render(&draw(kind, 3, flaw)).unwrap();
            assert_eq!((rendered.width, rendered.height), (960, 720), "{kind:?} {flaw:?} is upright");
            verdict(&rendered.measures, rendered.width, rendered.height)
        };
        for kind in PictureKind::ALL {
            assert_eq!(judged(kind, Flaw::None), Verdict::Good, "{kind:?}");
            assert_eq!(judged(kind, Flaw::Sideways), Verdict::Good, "{kind:?} sideways");
            assert_eq!(judged(kind, Flaw::Blurred), Verdict::Blurred, "{kind:?} blurred");
            assert_eq!(judged(kind, Flaw::Dark), Verdict::Dark, "{kind:?} dark");
        }
    }
}
