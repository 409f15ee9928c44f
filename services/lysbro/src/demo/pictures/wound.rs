//! Wounds: a leg ulcer with a ruler, a burn.

use super::canvas::{Canvas, Colour, Dice, lit, mix, smooth};
use super::label;
use super::skin::Skin;

pub(super) fn ulcer(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 72.0);
    let (edge, bed, bumps) = (canvas.clouds(dice, 5, 4), canvas.clouds(dice, 6, 4), canvas.clouds(dice, 46, 3));
    let (wide, high) = (dice.between(0.52, 0.66), dice.between(0.36, 0.44));
    let stain = mix(skin.pigmented, [0.45, 0.22, 0.16], 0.4);
    canvas.paint(|spot, below| {
        let rim = spot.ellipse(0.0, -0.12, wide, high) + (edge[spot.index] - 0.5) * 0.7;
        let stained = mix(below, stain, smooth(2.0, 1.1, rim) * (0.18 + 0.5 * smooth(0.45, 0.75, bed[spot.index])));
        let red = mix(stained, skin.flushed, smooth(1.45, 1.05, rim) * 0.75);
        let pale = mix(red, [0.94, 0.86, 0.80], smooth(1.2, 1.06, rim) * smooth(0.92, 1.0, rim) * 0.65);
        let bump = bumps[spot.index] - 0.5;
        let granulation = lit(mix([0.60, 0.08, 0.08], [0.84, 0.25, 0.21], 0.5 + bump * 1.6), 0.92 + bump * 0.5);
        let slough = lit([0.86, 0.74, 0.42], 0.92 + bump * 0.45);
        let yellow = smooth(0.56, 0.66, bed[spot.index] + bump * 0.2);
        let black = smooth(0.34, 0.27, bed[spot.index] + bump * 0.15) * 0.85;
        let wet = smooth(0.68, 0.8, bumps[spot.index]) * 0.55;
        let depth = 1.0 - 0.32 * smooth(0.72, 0.98, rim);
        let floor = lit(mix(mix(granulation, slough, yellow), [0.14, 0.08, 0.06], black), depth);
        mix(pale, mix(floor, [1.0, 0.96, 0.94], wet), smooth(1.03, 0.95, rim))
    });
    skin.hairs(canvas, dice, 16, 0.3);
    ruler(canvas);
}

/// A paper ruler along the lower edge: one unit of the canvas is 30 mm.
fn ruler(canvas: &mut Canvas) {
    const MILLIMETRE: f32 = 1.0 / 30.0;
    const TOP: f32 = 0.62;
    let ink: Colour = [0.10, 0.10, 0.12];
    canvas.paint(|spot, below| {
        let inside =
            smooth(-0.004, 0.004, spot.v - TOP) * smooth(0.90, 0.892, spot.v) * smooth(1.1, 1.095, spot.u.abs());
        let shadow = smooth(0.05, 0.0, (spot.v - 0.9).max(spot.u.abs() - 1.1)) * smooth(TOP, TOP + 0.05, spot.v);
        let paper = lit([0.95, 0.95, 0.93], 1.0 - 0.05 * spot.u);
        let position = (spot.u + 1.0) / MILLIMETRE;
        let nearest = position.round();
        let is_on_scale = (0.0..=60.0).contains(&nearest);
        let length = match nearest as i32 % 10 {
            0 => 0.12,
            5 => 0.09,
            _ => 0.055,
        };
        let tick =
            smooth(0.19, 0.11, (position - nearest).abs()) * f32::from(u8::from(is_on_scale && spot.v < TOP + length));
        mix(lit(below, 1.0 - 0.35 * shadow), mix(paper, ink, tick), inside)
    });
    for (centimetre, digit) in "0123456".chars().enumerate() {
        let at = (centimetre as f32 * 10.0 * MILLIMETRE - 1.03, TOP + 0.14);
        label::write(canvas, digit, at, 0.0115, ink);
    }
    for (place, letter) in "CM".chars().enumerate() {
        label::write(canvas, letter, (1.03 + place as f32 * 0.036 - 0.02, TOP + 0.06), 0.006, ink);
    }
}

pub(super) fn burn(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 72.0);
    let (edge, mottle, fine) = (canvas.clouds(dice, 4, 4), canvas.clouds(dice, 9, 4), canvas.clouds(dice, 70, 2));
    let (wide, high) = (dice.between(0.8, 0.95), dice.between(0.52, 0.66));
    canvas.paint(|spot, below| {
        let rim = spot.ellipse(0.0, 0.0, wide, high) + (edge[spot.index] - 0.5) * 0.9;
        let flush = mix(below, [0.86, 0.36, 0.32], smooth(1.35, 0.85, rim) * 0.68);
        let raw = mix([0.90, 0.40, 0.37], [0.96, 0.78, 0.72], smooth(0.42, 0.64, mottle[spot.index]));
        let wet = smooth(0.66, 0.8, fine[spot.index]) * 0.5;
        let moist = mix(lit(raw, 0.94 + (fine[spot.index] - 0.5) * 0.35), [1.0, 0.97, 0.95], wet);
        let torn = smooth(0.78, 0.74, rim) * smooth(0.68, 0.74, rim);
        let open = mix(flush, moist, smooth(0.78, 0.72, rim) * 0.95);
        mix(open, [0.97, 0.90, 0.80], torn * 0.6)
    });
    for _ in 0..6 {
        let angle = dice.between(0.0, std::f32::consts::TAU);
        let reach = dice.between(0.75, 1.05);
        blister(canvas, (angle.cos() * wide * reach, angle.sin() * high * reach), dice.between(0.08, 0.2));
    }
    skin.hairs(canvas, dice, 10, 0.25);
}

/// A tense blister: clear yellow fluid, light from the upper left.
fn blister(canvas: &mut Canvas, at: (f32, f32), size: f32) {
    canvas.dab((at.0 + size * 0.08, at.1 + size * 0.1), size * 1.06, |distance, below| {
        lit(below, 1.0 - 0.25 * smooth(1.0, 0.8, distance))
    });
    canvas.dab(at, size, |distance, below| {
        let dome = mix(lit(below, 1.02), [0.93, 0.74, 0.55], 0.55 * smooth(1.0, 0.5, distance));
        mix(dome, [0.72, 0.40, 0.30], 0.4 * smooth(0.7, 0.97, distance))
    });
    let shine = (at.0 - size * 0.32, at.1 - size * 0.36);
    canvas.dab(shine, size * 0.3, |distance, below| mix(below, [1.0, 0.97, 0.9], 0.5 * smooth(1.0, 0.25, distance)));
}
