//! A JPEG file to the planes of its view.

use image::RgbImage;

use crate::colour;
use crate::derivatives::Source;
use crate::jpeg::{Error, Jpeg, Plane, Scale};
use crate::planes::{Planes, resized, rgb_of};
use crate::shrink::fit;

/// Within 10 % below the wanted size, the decoder's own scale is taken as it is: it costs nothing and is sharper than a
/// fractional reduction.
const SLACK: f64 = 0.9;

/// The scale to decode at, and the view's width and height; the picture's own where no `side` is wanted.
fn plan(width: u32, height: u32, side: Option<u32>) -> (Scale, (u32, u32)) {
    const SCALES: [(Scale, u32); 4] = [(Scale::Eighth, 8), (Scale::Quarter, 4), (Scale::Half, 2), (Scale::Whole, 1)];
    let Some(side) = side else {
        return (Scale::Whole, (width, height));
    };
    let long = |scale: u32| width.max(height).div_ceil(scale);
    let least = (f64::from(side) * SLACK) as u32;
    if let Some((scale, by)) = SCALES.into_iter().find(|(_, by)| (least..=side).contains(&long(*by))) {
        return (scale, (width.div_ceil(by), height.div_ceil(by)));
    }
    let view = fit(width, height, side);
    let enough = SCALES.into_iter().find(|(_, by)| long(*by) >= view.0.max(view.1));
    (enough.map_or(Scale::Whole, |(scale, _)| scale), view)
}

/// What the components mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colours {
    Grey,
    /// Luma and two differences.
    YCbCr,
    Rgb,
    Cmyk,
    /// Luma and two differences of what is laid over black.
    Ycck,
}

fn colours(jpeg: &Jpeg<'_>) -> Colours {
    let ids = jpeg.frame().components.iter().map(|one| one.id).collect::<Vec<_>>();
    match (ids.as_slice(), jpeg.state.adobe) {
        ([_], _) => Colours::Grey,
        ([_, _, _, _], Some(2)) => Colours::Ycck,
        ([_, _, _, _], _) => Colours::Cmyk,
        (_, Some(0)) => Colours::Rgb,
        ([b'R', b'G', b'B'], None) if !jpeg.state.jfif => Colours::Rgb,
        _ => Colours::YCbCr,
    }
}

/// Decodes the view of a JPEG file: within a square of `side` pixels, or at full size.
///
/// # Errors
/// As [`Jpeg::open`] and [`Jpeg::decode`].
pub fn read(file: &[u8], side: Option<u32>) -> Result<Source, Error> {
    let jpeg = Jpeg::open(file)?;
    let colours = colours(&jpeg);
    let frame = jpeg.frame();
    let size = (frame.width as u32, frame.height as u32);
    let (scale, view) = plan(size.0, size.1, side);
    let scales: Vec<Scale> = frame
        .components
        .iter()
        .enumerate()
        .map(|(number, one)| {
            // Chroma that is as large as luma is wanted at half its size.
            let is_full = one.across == frame.most_across && one.down == frame.most_down;
            let halved = scale.halved().filter(|_| colours == Colours::YCbCr && number > 0 && is_full);
            halved.unwrap_or(scale)
        })
        .collect();
    let exif = jpeg.state.exif.map(<[u8]>::to_vec);
    let mut profile = jpeg.state.profile();
    // Adobe's programs store ink as its absence.
    let is_inverted = jpeg.state.adobe.is_some();
    let planes = jpeg.decode(&scales)?;
    let view = match colours {
        Colours::Grey | Colours::YCbCr => Planes::sized(planes, view).ok_or(Error::Damaged)?,
        Colours::Rgb | Colours::Cmyk | Colours::Ycck => {
            let planes: Vec<Plane> =
                planes.iter().map(|plane| resized(plane, view.0 as usize, view.1 as usize)).collect();
            let rgb = match planes.as_slice() {
                [red, green, blue] => interleaved([red, green, blue]),
                [one, two, three, black] => {
                    let inks = inks([one, two, three, black], colours == Colours::Ycck, is_inverted);
                    colour::from_inks(&inks, view.0, view.1, profile.take().as_deref())
                }
                _ => return Err(Error::Damaged),
            };
            Planes::from_rgb(&RgbImage::from_raw(view.0, view.1, rgb).ok_or(Error::Damaged)?)
        }
    };
    Ok(Source { view, size, exif, profile, turn: None })
}

fn interleaved(planes: [&Plane; 3]) -> Vec<u8> {
    let [red, green, blue] = planes.map(|plane| plane.data.iter());
    red.zip(green).zip(blue).flat_map(|((red, green), blue)| [*red, *green, *blue]).collect()
}

/// Ink from 0 (none) to 255, four samples a pixel.
fn inks(planes: [&Plane; 4], is_ycck: bool, is_inverted: bool) -> Vec<u8> {
    let [one, two, three, black] = planes.map(|plane| plane.data.as_slice());
    let mut inks = Vec::with_capacity(one.len() * 4);
    for (place, black) in black.iter().enumerate() {
        let stored = [one[place], two[place], three[place]];
        // The differences lead to RGB, whose complement is ink as stored.
        let [cyan, magenta, yellow] =
            if is_ycck { rgb_of(stored[0], stored[1], stored[2]).map(|value| 255 - value) } else { stored };
        let ink = [cyan, magenta, yellow, *black];
        inks.extend_from_slice(&if is_inverted { ink.map(|value| 255 - value) } else { ink });
    }
    inks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoders_own_scale_is_taken_where_it_fits() {
        let plan = |width, height| plan(width, height, Some(2048));
        assert_eq!(plan(4032, 3024), (Scale::Half, (2016, 1512)));
        assert_eq!(plan(3024, 4033), (Scale::Half, (1512, 2017)));
        assert_eq!(plan(8064, 6048), (Scale::Quarter, (2016, 1512)));
        assert_eq!(plan(16_000, 6000), (Scale::Eighth, (2000, 750)));
        assert_eq!(plan(640, 480), (Scale::Whole, (640, 480)));
        assert_eq!(plan(3000, 2000), (Scale::Whole, (2048, 1365)));
        assert_eq!(plan(5712, 4284), (Scale::Half, (2048, 1536)));
        assert_eq!(plan(65_535, 1), (Scale::Eighth, (2048, 1)));
        assert_eq!(super::plan(8064, 6048, None), (Scale::Whole, (8064, 6048)));
    }
}
