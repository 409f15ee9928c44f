//! Colours by their profiles, beside a reference that is reckoned here from the definitions.

use image::{Rgb, RgbImage};
use imaging::derivatives::render;
use jpeg_encoder::SamplingFactor;

use samples::{LOSSY_WEBP, inks, jpeg, profile, with_segments};

/// Side of a patch in pixels.
const PATCH: u32 = 64;

type Three = [f64; 3];

/// The white of a profile's connection space (ICC.1:2010, 7.2.16).
const D50: Three = [0.9642, 1.0, 0.8249];

/// XYZ relative to D50, to linear sRGB: Bradford's adaptation to D65 is in the matrix (Lindbloom).
const XYZ_TO_SRGB: [Three; 3] = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454_0],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
];

/// Linear sRGB to XYZ relative to D50, likewise.
const SRGB_TO_XYZ: [Three; 3] = [
    [0.436_074_7, 0.385_064_9, 0.143_080_4],
    [0.222_504_5, 0.716_878_6, 0.060_616_9],
    [0.013_932_2, 0.097_104_5, 0.714_173_3],
];

/// Linear Display P3 to XYZ relative to D50 (SMPTE EG 432-1 primaries, Bradford).
const P3_TO_XYZ: [Three; 3] =
    [[0.515_102, 0.291_965, 0.157_153], [0.241_182, 0.692_236, 0.066_582], [-0.001_050, 0.041_881, 0.784_378]];

fn times(matrix: &[Three; 3], vector: Three) -> Three {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

fn linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn encoded(value: f64) -> f64 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

fn lab(xyz: Three) -> Three {
    let f = |value: f64| if value > 216.0 / 24_389.0 { value.cbrt() } else { (24_389.0 / 27.0 * value + 16.0) / 116.0 };
    let [x, y, z] = [0, 1, 2].map(|at| f(xyz[at] / D50[at]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn lab_of_srgb(pixel: Rgb<u8>) -> Three {
    lab(times(&SRGB_TO_XYZ, pixel.0.map(|value| linear(f64::from(value) / 255.0))))
}

/// The difference of two colours, CIEDE2000 (Sharma, Wu and Dalal 2005).
fn delta_e(one: Three, other: Three) -> f64 {
    let chroma = |lab: Three| lab[1].hypot(lab[2]);
    let seventh = f64::midpoint(chroma(one), chroma(other)).powi(7);
    let stretch = 1.5 - 0.5 * (seventh / (seventh + 25.0_f64.powi(7))).sqrt();
    let (a1, a2) = (one[1] * stretch, other[1] * stretch);
    let (c1, c2) = (a1.hypot(one[2]), a2.hypot(other[2]));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, one[2]), hue(a2, other[2]));
    let turn = match h2 - h1 {
        _ if c1 * c2 == 0.0 => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let (dl, dc) = (other[0] - one[0], c2 - c1);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = (f64::midpoint(one[0], other[0]), f64::midpoint(c1, c2));
    let h = match h1 + h2 {
        sum if c1 * c2 == 0.0 => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => f64::midpoint(sum, 360.0),
        sum => (sum - 360.0) / 2.0,
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0) - 0.20 * cos(4.0 * h - 63.0);
    let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let twist = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let seventh = c.powi(7);
    let rotation = -2.0 * (seventh / (seventh + 25.0_f64.powi(7))).sqrt() * (2.0 * twist).to_radians().sin();
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rotation * c * h).sqrt()
}

#[test]
fn differences_are_those_of_the_published_pairs() {
    let pairs = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0009], 7.1792),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082),
    ];
    for (one, other, expected) in pairs {
        assert!((delta_e(one, other) - expected).abs() < 2e-4, "{}", delta_e(one, other));
    }
}

/// The mean difference between the middles of the view's patches and what they should look like.
fn mean_difference(file: &[u8], across: u32, expected: &[Three]) -> f64 {
    let rendered = render(file).expect("rendered");
    let view = image::load_from_memory(&rendered.derivatives[0].jpeg).expect("a JPEG").into_rgb8();
    let differences = expected.iter().enumerate().map(|(number, expected)| {
        let (x, y) = (number as u32 % across, number as u32 / across);
        delta_e(lab_of_srgb(*view.get_pixel(x * PATCH + PATCH / 2, y * PATCH + PATCH / 2)), *expected)
    });
    differences.sum::<f64>() / expected.len() as f64
}

/// What stays of a colour when the derivative is sRGB of eight bits: out of its gamut it is cut.
fn in_srgb(xyz: Three) -> Three {
    let rgb = times(&XYZ_TO_SRGB, xyz).map(|value| encoded(value.clamp(0.0, 1.0)));
    lab(times(&SRGB_TO_XYZ, rgb.map(linear)))
}

#[test]
fn a_wide_gamut_picture_is_right() {
    let levels = [50_u8, 110, 170, 225];
    let patches: Vec<[u8; 3]> =
        levels.iter().flat_map(|r| levels.iter().flat_map(move |g| levels.map(|b| [*r, *g, b]))).collect();
    let image = RgbImage::from_fn(8 * PATCH, 8 * PATCH, |x, y| Rgb(patches[(x / PATCH + y / PATCH * 8) as usize]));
    let icc = moxcms::ColorProfile::new_display_p3().encode().expect("a profile");
    let file = with_segments(&jpeg(&image, SamplingFactor::F_1_1, false, 97), &profile(&icc));
    let xyz = |patch: &[u8; 3]| times(&P3_TO_XYZ, patch.map(|value| linear(f64::from(value) / 255.0)));
    let expected: Vec<Three> = patches.iter().map(|patch| in_srgb(xyz(patch))).collect();
    let difference = mean_difference(&file, 8, &expected);
    assert!(difference <= 1.0, "{difference}");
    let untouched: Vec<Three> = patches.iter().map(|patch| lab_of_srgb(Rgb(*patch))).collect();
    assert!(mean_difference(&file, 8, &untouched) > 1.5, "the profile matters");
}

/// How ink looks on the paper of this test: filters of a density each, and a yellowish paper. XYZ relative to D50.
fn printed(ink: [f64; 4]) -> Three {
    const LEFT: [Three; 4] = [[0.22, 0.62, 0.78], [0.72, 0.24, 0.42], [0.88, 0.80, 0.14], [0.06, 0.06, 0.06]];
    let rgb = [0, 1, 2].map(|channel| {
        let paper = [0.95, 0.94, 0.88][channel];
        ink.iter().zip(LEFT).fold(paper, |light, (ink, left)| light * (1.0 - ink * (1.0 - left[channel])))
    });
    times(&SRGB_TO_XYZ, rgb)
}

/// A profile of that paper: version 2, one table of 9 steps per ink, to Lab (ICC.1:2001-04, 6.5.7).
fn paper() -> Vec<u8> {
    const STEPS: u16 = 9;
    let mut table = b"mft2\0\0\0\0\x04\x03\x09\0".to_vec();
    for value in [1_u32, 0, 0, 0, 1, 0, 0, 0, 1] {
        table.extend((value << 16).to_be_bytes());
    }
    table.extend([0, 2, 0, 2]);
    let straight = [0_u16, 65_535].map(u16::to_be_bytes).concat();
    table.extend(straight.repeat(4));
    let at = |place: u16, power: u32| f64::from(place / STEPS.pow(power) % STEPS) / f64::from(STEPS - 1);
    for place in 0..STEPS.pow(4) {
        let [l, a, b] = lab(printed([at(place, 3), at(place, 2), at(place, 1), at(place, 0)]));
        // 0xFF00 is a lightness of 100, 0x8000 is no chroma.
        for value in [l * 652.8, a.mul_add(256.0, 32_768.0), b.mul_add(256.0, 32_768.0)] {
            table.extend((value.round().clamp(0.0, 65_535.0) as u16).to_be_bytes());
        }
    }
    table.extend(straight.repeat(3));
    let white: Vec<u8> = [*b"XYZ ", [0; 4]]
        .concat()
        .into_iter()
        .chain(D50.iter().flat_map(|value| ((value * 65_536.0) as u32).to_be_bytes()))
        .collect();
    let tags: [(&[u8; 4], &[u8]); 2] = [(b"A2B0", &table), (b"wtpt", &white)];
    let mut body = (tags.len() as u32).to_be_bytes().to_vec();
    let mut offset = 128 + 4 + 12 * tags.len();
    for (name, data) in tags {
        body.extend_from_slice(name);
        body.extend((offset as u32).to_be_bytes());
        body.extend((data.len() as u32).to_be_bytes());
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tags {
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut head = vec![0; 128];
    head[..4].copy_from_slice(&((128 + body.len()) as u32).to_be_bytes());
    head[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
    head[12..24].copy_from_slice(b"prtrCMYKLab ");
    head[36..40].copy_from_slice(b"acsp");
    for (place, value) in D50.iter().enumerate() {
        head[68 + place * 4..][..4].copy_from_slice(&((value * 65_536.0) as u32).to_be_bytes());
    }
    [head, body].concat()
}

#[test]
fn a_picture_of_inks_is_right() {
    let levels = [0.0, 0.3, 0.7];
    let patches: Vec<[f64; 4]> = (0..54_usize)
        .map(|place| [levels[place % 3], levels[place / 3 % 3], levels[place / 9 % 3], [0.0, 0.4][place / 27]])
        .collect();
    let (width, height) = (9 * PATCH, 6 * PATCH);
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|at| {
            let (x, y) = (at % width / PATCH, at / width / PATCH);
            patches[(x + y * 9) as usize].map(|ink| (ink * 255.0) as u8)
        })
        .collect();
    let file = with_segments(&inks(&pixels, width as u16, height as u16), &profile(&paper()));
    let expected: Vec<Three> = patches.iter().map(|ink| in_srgb(printed(*ink))).collect();
    let difference = mean_difference(&file, 9, &expected);
    assert!(difference <= 1.0, "{difference}");
}

/// Its planes are taken without a way over RGB, and their levels are not those of JPEG.
#[test]
fn a_lossy_webp_is_what_another_decoder_makes_of_it() {
    let expected = image::load_from_memory(LOSSY_WEBP).expect("decoded").into_rgb8();
    let rendered = render(LOSSY_WEBP).expect("rendered");
    let view = image::load_from_memory(&rendered.derivatives[0].jpeg).expect("a JPEG").into_rgb8();
    assert_eq!(view.dimensions(), expected.dimensions());
    for channel in 0..3 {
        let differences = || {
            view.pixels().zip(expected.pixels()).map(|(one, other)| f64::from(one[channel]) - f64::from(other[channel]))
        };
        let count = f64::from(view.width() * view.height());
        let (mean, bias) = (differences().map(f64::abs).sum::<f64>() / count, differences().sum::<f64>() / count);
        assert!(mean < 3.0 && bias.abs() < 1.0, "channel {channel}: {mean} off, {bias} of it to one side");
    }
}
