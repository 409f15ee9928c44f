//! The ear drum through an otoscope: a round field on black, the canal's wall, the drum with the handle of the malleus.

use std::f32::consts::TAU;

use super::canvas::{Canvas, Colour, Dice, lit, mix, smooth};

/// Centre and half axes of the drum within the round field.
const DRUM: [f32; 4] = [0.04, 0.03, 0.66, 0.72];
const BONE: Colour = [0.95, 0.87, 0.72];
const BLOOD: Colour = [0.72, 0.20, 0.16];

pub(super) fn healthy(canvas: &mut Canvas, dice: &mut Dice) {
    let umbo = (0.03 + dice.between(-0.03, 0.03), 0.1);
    canal(canvas, dice);
    drum(canvas, dice, [0.80, 0.73, 0.63], [0.90, 0.85, 0.76]);
    reflex(canvas, umbo, (0.33, 0.5), 0.9);
    handle(canvas, dice, (-0.16, -0.42), umbo);
    wall_hairs(canvas, dice);
    field(canvas, dice);
}

pub(super) fn retracted(canvas: &mut Canvas, dice: &mut Dice) {
    canal(canvas, dice);
    drum(canvas, dice, [0.74, 0.55, 0.30], [0.84, 0.67, 0.42]);
    // Drawn inwards, the handle lies flatter and looks shorter, and its short process stands out.
    let umbo = (0.16, -0.1);
    let hollow: Colour = [0.40, 0.22, 0.12];
    canvas.dab((-0.02, -0.52), 0.19, |distance, below| mix(below, hollow, 0.55 * smooth(1.0, 0.2, distance)));
    canvas.dab((0.12, 0.02), 0.42, |distance, below| lit(below, 1.0 - 0.22 * smooth(1.0, 0.1, distance)));
    handle(canvas, dice, (-0.27, -0.36), umbo);
    canvas.dab((-0.27, -0.36), 0.07, |distance, below| mix(below, [1.0, 0.96, 0.88], 0.9 * smooth(1.0, 0.3, distance)));
    // The level of fluid, and bubbles under it.
    let tilt = dice.between(-0.12, 0.12);
    canvas.paint(|spot, below| {
        let inside = smooth(1.0, 0.94, spot.ellipse(DRUM[0], DRUM[1], DRUM[2], DRUM[3]));
        let depth = spot.v - 0.12 - tilt * spot.u;
        let line = smooth(0.022, 0.006, depth.abs());
        let fluid = smooth(0.0, 0.03, depth) * 0.32;
        mix(mix(below, [0.62, 0.36, 0.11], fluid * inside), [0.42, 0.22, 0.08], line * 0.6 * inside)
    });
    for _ in 0..6 {
        let at = (dice.between(-0.32, 0.4), dice.between(0.2, 0.45));
        canvas.dab(at, dice.between(0.03, 0.075), |distance, below| {
            let ring = smooth(0.68, 0.86, distance) * smooth(1.0, 0.9, distance);
            mix(lit(below, 1.08), [0.30, 0.16, 0.07], ring * 0.8)
        });
    }
    reflex(canvas, (0.3, 0.1), (0.38, 0.24), 0.55);
    wall_hairs(canvas, dice);
    field(canvas, dice);
}

/// The wall of the canal: pink, in rings, darker towards the drum.
fn canal(canvas: &mut Canvas, dice: &mut Dice) {
    let (folds, fine) = (canvas.clouds(dice, 5, 4), canvas.clouds(dice, 60, 2));
    canvas.paint(|spot, _| {
        let rim = spot.ellipse(DRUM[0], DRUM[1], DRUM[2], DRUM[3]);
        let ring = ((rim * 26.0) + (folds[spot.index] - 0.5) * 14.0).sin() * 0.035;
        let light = 0.66
            + 0.42 * smooth(0.98, 1.35, rim)
            + (folds[spot.index] - 0.5) * 0.45
            + ring
            + (fine[spot.index] - 0.5) * 0.1;
        lit(mix([0.86, 0.60, 0.47], [0.80, 0.46, 0.38], folds[spot.index] * 1.6 - 0.3), light)
    });
}

/// The membrane: pearly, a little cone-shaped, with a bright fibrous ring and a redder upper part.
fn drum(canvas: &mut Canvas, dice: &mut Dice, middle: Colour, outer: Colour) {
    let (shade, fine) = (canvas.clouds(dice, 4, 4), canvas.clouds(dice, 80, 2));
    canvas.paint(|spot, below| {
        let rim = spot.ellipse(DRUM[0], DRUM[1], DRUM[2], DRUM[3]) + (shade[spot.index] - 0.5) * 0.05;
        let inside = smooth(1.0, 0.965, rim);
        if inside <= 0.0 {
            return lit(below, 1.0 - 0.4 * smooth(1.12, 1.0, rim));
        }
        let around = (spot.v - 0.1).atan2(spot.u - 0.03);
        let fibres = (around * 90.0).sin() * 0.012 * smooth(0.2, 0.7, rim);
        let cone = 1.0 - 0.2 * smooth(0.75, 0.0, rim) + 0.12 * (-spot.u * 0.5 - spot.v * 0.6);
        let light = cone + (shade[spot.index] - 0.5) * 0.4 + (fine[spot.index] - 0.5) * 0.1 + fibres;
        let flaccid = smooth(-0.36, -0.62, spot.v) * 0.55;
        let membrane = mix(mix(middle, outer, rim), [0.84, 0.50, 0.42], flaccid);
        let ring = smooth(0.885, 0.93, rim) * smooth(0.985, 0.95, rim) * smooth(-0.55, -0.25, spot.v);
        mix(below, mix(lit(membrane, light), [0.98, 0.93, 0.84], ring * 0.55), inside)
    });
    for _ in 0..16 {
        let angle = dice.between(0.0, TAU);
        let on =
            |angle: f32, reach: f32| (DRUM[0] + angle.cos() * DRUM[2] * reach, DRUM[1] + angle.sin() * DRUM[3] * reach);
        let line = [
            on(angle, 0.96),
            on(angle + dice.between(-0.12, 0.12), 0.8),
            on(angle + dice.between(-0.25, 0.25), dice.between(0.5, 0.75)),
        ];
        canvas.hair(line, 0.008, BLOOD, dice.between(0.12, 0.3));
    }
}

/// The handle of the malleus, from the short process down to the umbo, with vessels along it.
fn handle(canvas: &mut Canvas, dice: &mut Dice, from: (f32, f32), umbo: (f32, f32)) {
    let bend = (f32::midpoint(from.0, umbo.0) - 0.035, f32::midpoint(from.1, umbo.1) + 0.02);
    let beside = |at: (f32, f32), by: f32| (at.0 + by, at.1 - by * 0.3);
    canvas.hair([beside(from, 0.03), beside(bend, 0.045), beside(umbo, 0.03)], 0.06, [0.45, 0.27, 0.18], 0.10);
    canvas.hair([from, bend, umbo], 0.062, BONE, 0.30);
    canvas.dab(umbo, 0.045, |distance, below| mix(below, BONE, 0.7 * smooth(1.0, 0.3, distance)));
    canvas.dab(from, 0.06, |distance, below| mix(below, [1.0, 0.95, 0.85], 0.75 * smooth(1.0, 0.2, distance)));
    for by in [-0.045, 0.05, -0.03] {
        let end = beside(umbo, by * dice.between(0.2, 1.0));
        canvas.hair([beside(from, by), beside(bend, by * 1.1), end], 0.011, BLOOD, dice.between(0.25, 0.5));
    }
}

/// The cone of light, opening from the umbo towards the front and below.
fn reflex(canvas: &mut Canvas, umbo: (f32, f32), to: (f32, f32), strength: f32) {
    let (along_u, along_v) = (to.0 - umbo.0, to.1 - umbo.1);
    let length = along_u.hypot(along_v);
    canvas.paint(|spot, below| {
        let (u, v) = (spot.u - umbo.0, spot.v - umbo.1);
        let along = (u * along_u + v * along_v) / (length * length);
        let across = (u * along_v - v * along_u).abs() / length;
        let width = 0.02 + 0.12 * along.max(0.0);
        let shape = smooth(0.06, 0.2, along) * smooth(1.06, 0.9, along) * smooth(width, width * 0.45, across);
        mix(below, [1.0, 0.99, 0.95], shape * strength)
    });
}

fn wall_hairs(canvas: &mut Canvas, dice: &mut Dice) {
    for _ in 0..9 {
        let angle = dice.between(0.0, TAU);
        let on = |angle: f32, reach: f32| (angle.cos() * reach, angle.sin() * reach);
        let line =
            [on(angle, 1.0), on(angle + 0.1, 0.9), on(angle + dice.between(0.05, 0.3), dice.between(0.72, 0.85))];
        canvas.hair(line, 0.007, [0.25, 0.14, 0.08], 0.6);
    }
}

/// What the instrument adds: wet highlights, a falling-off rim, and black around.
fn field(canvas: &mut Canvas, dice: &mut Dice) {
    for _ in 0..7 {
        let (angle, reach) = (dice.between(0.0, TAU), dice.between(0.78, 0.9));
        canvas.dab((angle.cos() * reach, angle.sin() * reach), dice.between(0.012, 0.04), |distance, below| {
            mix(below, [1.0, 0.97, 0.93], 0.75 * smooth(1.0, 0.3, distance))
        });
    }
    canvas.paint(|spot, below| {
        let radius = spot.radius();
        lit(below, smooth(0.965, 0.93, radius) * (1.08 - 0.38 * radius * radius))
    });
}
