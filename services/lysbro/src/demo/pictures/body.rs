//! Overviews: a part of the body on a cloth, with a small lesion to be found on it.

use super::canvas::{Canvas, Colour, Dice, lit, mix, smooth};
use super::skin::Skin;

const CLOTH: [Colour; 3] = [[0.36, 0.52, 0.58], [0.42, 0.53, 0.47], [0.55, 0.60, 0.66]];

pub(super) fn forearm(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 400.0);
    skin.hairs(canvas, dice, 150, 0.14);
    let tilt = dice.between(-0.16, 0.16);
    let lesion = (dice.between(-0.35, 0.3), dice.between(-0.12, 0.12));
    spot(canvas, dice, skin, (lesion.0, lesion.1 + tilt * lesion.0), 0.055);
    // Elbow at the left, wrist at about 0.75, then the back of the hand.
    let half = |u: f32| {
        let arm = 0.56 - 0.24 * smooth(-0.7, 0.8, u) + 0.03 * (u * 2.2).sin();
        arm + 0.13 * smooth(0.82, 1.2, u)
    };
    silhouette(canvas, dice, move |u, v| (v - tilt * u).abs() / half(u));
}

pub(super) fn back(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 400.0);
    let blotches = canvas.clouds(dice, 3, 3);
    canvas.paint(|spot, below| {
        let v = spot.v;
        let spine = smooth(0.09, 0.0, spot.u.abs()) * 0.14;
        let knuckle = smooth(0.035, 0.0, spot.u.abs()) * (v * 34.0).sin().max(0.0) * 0.06;
        let blade = |side: f32| {
            let rim = spot.ellipse(side * 0.4, -0.34, 0.27, 0.36);
            0.10 * smooth(1.25, 1.0, rim) * smooth(0.75, 1.0, rim) - 0.05 * smooth(0.9, 0.5, rim)
        };
        let flank = 0.12 * smooth(0.45, 0.85, spot.u.abs());
        lit(below, 1.02 - spine + knuckle - blade(-1.0) - blade(1.0) - flank + (blotches[spot.index] - 0.5) * 0.08)
    });
    for _ in 0..24 {
        let at = (dice.between(-0.7, 0.7), dice.between(-0.9, 0.9));
        let size = dice.between(0.008, 0.02);
        canvas.dab(at, size, |distance, below| mix(below, skin.pigmented, 0.6 * smooth(1.0, 0.4, distance)));
    }
    let at = (dice.pick(&[-1.0, 1.0]) * dice.between(0.16, 0.42), dice.between(-0.25, 0.4));
    spot(canvas, dice, skin, at, 0.06);
    // Waist, ribs, shoulders, and the neck between them.
    let half = |v: f32| {
        let trunk = 0.68 + 0.14 * smooth(0.5, -0.5, v) + 0.08 * smooth(0.55, 1.0, v);
        if v < -0.6 {
            0.22 + 0.14 * smooth(-1.0, -0.85, v) + 0.72 * smooth(-0.95, -0.6, v)
        } else {
            trunk + 0.26 * smooth(0.05, -0.6, v)
        }
    };
    silhouette(canvas, dice, move |u, v| u.abs() / half(v));
}

/// The lesion that the referral is about, small as it is from here, with a blue arrow of a skin pen beside it.
fn spot(canvas: &mut Canvas, dice: &mut Dice, skin: Skin, at: (f32, f32), size: f32) {
    canvas.dab(at, size * 1.8, |distance, below| mix(below, skin.flushed, 0.45 * smooth(1.0, 0.4, distance)));
    for _ in 0..9 {
        let by = (dice.between(-0.4, 0.4) * size, dice.between(-0.35, 0.35) * size);
        let dark = lit(skin.pigmented, dice.between(0.5, 0.9));
        canvas.dab((at.0 + by.0, at.1 + by.1), size * 0.6, |distance, below| {
            mix(below, dark, 0.75 * smooth(1.0, 0.45, distance))
        });
    }
    let ink: Colour = [0.15, 0.22, 0.55];
    let tip = (at.0 + size * 1.9, at.1 - size * 1.5);
    let tail = (at.0 + size * 4.6, at.1 - size * 3.4);
    canvas.hair([tail, (f32::midpoint(tip.0, tail.0), f32::midpoint(tip.1, tail.1) - 0.01), tip], 0.017, ink, 0.4);
    for barb in [(1.3, 0.1), (0.35, -1.25)] {
        let end = (tip.0 + size * barb.0, tip.1 + size * barb.1);
        canvas.hair([tip, (f32::midpoint(tip.0, end.0), f32::midpoint(tip.1, end.1)), end], 0.014, ink, 0.4);
    }
}

/// Lays cloth over everything outside the shape; `edge` is below 1 inside it. The shape's rim turns away from the light.
fn silhouette(canvas: &mut Canvas, dice: &mut Dice, edge: impl Fn(f32, f32) -> f32) {
    let colour = dice.pick(&CLOTH);
    let (folds, wobble) = (canvas.clouds(dice, 3, 4), canvas.clouds(dice, 5, 2));
    canvas.paint(|spot, below| {
        let rim = edge(spot.u, spot.v) + (wobble[spot.index] - 0.5) * 0.05;
        let round = lit(below, 1.04 - 0.42 * smooth(0.55, 1.0, rim));
        let fold = ((spot.u * 3.0 + spot.v * 2.0 + folds[spot.index] * 9.0).sin()) * 0.07;
        let weave = (spot.u * 420.0).sin() * (spot.v * 420.0).sin() * 0.03;
        let shadow = 1.0 - 0.4 * smooth(1.35, 1.0, rim);
        mix(
            round,
            lit(colour, (0.95 + fold + weave + (folds[spot.index] - 0.5) * 0.3) * shadow),
            smooth(0.99, 1.012, rim),
        )
    });
}
