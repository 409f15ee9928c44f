//! Lesions of the skin: a naevus close up and through a dermatoscope, a scaly rash, a basal cell carcinoma.

use super::canvas::{Canvas, Dice, honeycomb, lit, mix, smooth};
use super::skin::Skin;

pub(super) fn naevus(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 74.0);
    let (edge, depth, mottle) = (canvas.clouds(dice, 5, 3), canvas.clouds(dice, 3, 4), canvas.clouds(dice, 90, 2));
    let (u, v) = (dice.between(-0.15, 0.15), dice.between(-0.1, 0.1));
    let (wide, high) = (dice.between(0.36, 0.52), dice.between(0.3, 0.42));
    let dark = [skin.pigmented[0] * 0.5, skin.pigmented[1] * 0.45, skin.pigmented[2] * 0.45];
    canvas.paint(|spot, below| {
        let rim = spot.ellipse(u, v, wide, high) + (edge[spot.index] - 0.5) * 0.75;
        let halo = smooth(1.5, 1.0, rim) * 0.22;
        let inside = smooth(1.1, 0.84, rim);
        if halo <= 0.0 {
            return below;
        }
        let core = smooth(0.36, 0.66, depth[spot.index] + (0.45 - rim) * 0.3);
        let brown = mix(mix(skin.pigmented, skin.tone, 0.18), dark, core * 0.95);
        let relief = 1.0 + (mottle[spot.index] - 0.5) * 0.5;
        let shine = smooth(0.64, 0.85, mottle[spot.index]) * smooth(0.9, 0.3, rim) * 0.16;
        let body = mix(lit(brown, relief), [0.95, 0.9, 0.88], shine);
        mix(mix(below, skin.flushed, halo), body, inside * 0.94)
    });
    skin.hairs(canvas, dice, 30, 0.45);
}

pub(super) fn dermoscopy(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 200.0);
    let (edge, depth, warp) = (canvas.clouds(dice, 4, 3), canvas.clouds(dice, 5, 4), canvas.clouds(dice, 7, 4));
    let (wide, high) = (dice.between(0.55, 0.68), dice.between(0.48, 0.6));
    canvas.paint(|spot, below| {
        let rim = spot.ellipse(0.02, -0.03, wide, high) + (edge[spot.index] - 0.5) * 0.6;
        let inside = smooth(1.2, 0.85, rim);
        let shift = (warp[spot.index] - 0.5) * 0.34;
        let mesh =
            smooth(0.5, -0.3, honeycomb(spot.u + shift, spot.v * 1.1 - shift, 82.0) + (depth[spot.index] - 0.5) * 0.5);
        let ground = mix(skin.tone, skin.pigmented, 0.35 + 0.5 * smooth(0.4, 0.7, depth[spot.index]));
        let net = mix(ground, lit(skin.pigmented, 0.6), mesh * (0.25 + 0.6 * smooth(0.35, 0.6, warp[spot.index])));
        mix(below, net, inside * (0.75 + 0.25 * smooth(1.0, 0.3, rim)))
    });
    for _ in 0..26 {
        let angle = dice.between(0.0, std::f32::consts::TAU);
        let reach = dice.between(0.05, 0.5);
        let size = dice.between(0.012, 0.03);
        let globule = lit(skin.pigmented, 0.42);
        canvas.dab((reach * angle.cos(), reach * angle.sin() * 0.85), size, |distance, below| {
            mix(below, globule, 0.8 * smooth(1.0, 0.5, distance))
        });
    }
    skin.hairs(canvas, dice, 7, 0.9);
    for _ in 0..14 {
        let at = (dice.between(-0.9, 0.9), dice.between(-0.85, 0.85));
        bubble(canvas, at, dice.between(0.012, 0.05));
    }
    canvas.paint(|spot, below| lit(below, smooth(0.985, 0.955, spot.radius()) * (1.0 - 0.22 * spot.radius().powi(4))));
}

/// An air bubble in the contact fluid: a bright ring, open to one side.
fn bubble(canvas: &mut Canvas, at: (f32, f32), size: f32) {
    canvas.dab(at, size, |distance, below| {
        let ring = smooth(0.7, 0.85, distance) * smooth(1.0, 0.9, distance);
        mix(lit(below, 1.04), [1.0, 0.98, 0.95], ring * 0.55)
    });
}

pub(super) fn rash(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 72.0);
    let (edge, scale, flakes) = (canvas.clouds(dice, 6, 4), canvas.clouds(dice, 16, 3), canvas.clouds(dice, 120, 2));
    let plaques: Vec<[f32; 4]> = (0..7)
        .map(|_| [dice.between(-1.2, 1.2), dice.between(-0.9, 0.9), dice.between(0.13, 0.42), dice.between(0.12, 0.32)])
        .collect();
    let red = mix(skin.flushed, [skin.flushed[0] * 0.93, skin.flushed[1] * 0.6, skin.flushed[2] * 0.58], 0.75);
    let silver = mix(skin.tone, [0.93, 0.88, 0.84], 0.6);
    canvas.paint(|spot, below| {
        let nearest = plaques.iter().map(|[u, v, wide, high]| spot.ellipse(*u, *v, *wide, *high)).fold(9.0, f32::min);
        let rim = nearest + (edge[spot.index] - 0.5) * 1.1;
        let inside = smooth(1.12, 0.96, rim);
        let flush = smooth(1.7, 1.0, rim) * 0.35;
        let scaly = smooth(0.47, 0.66, scale[spot.index] * 0.6 + flakes[spot.index] * 0.45) * smooth(1.0, 0.8, rim);
        let crack = smooth(0.36, 0.28, flakes[spot.index]);
        let plaque = lit(mix(red, silver, scaly * 0.7), 1.0 - 0.16 * crack);
        mix(mix(below, red, flush), plaque, inside * 0.9)
    });
    skin.hairs(canvas, dice, 22, 0.3);
}

pub(super) fn basalioma(canvas: &mut Canvas, dice: &mut Dice, skin: Skin) {
    skin.cover(canvas, dice, 68.0);
    let (edge, waxy, crust) = (canvas.clouds(dice, 5, 3), canvas.clouds(dice, 12, 3), canvas.clouds(dice, 60, 3));
    let size = dice.between(0.4, 0.5);
    let pearl = mix(skin.tone, [0.93, 0.78, 0.76], 0.6);
    canvas.paint(|spot, below| {
        let rim = spot.ellipse(0.0, 0.0, size * 1.12, size) + (edge[spot.index] - 0.5) * 0.45;
        // Light from the upper left: the near slope of the nodule and the far slope of its hollow are bright.
        let side = (-spot.u * 0.7 - spot.v * 0.7) / size;
        let rolled = smooth(0.4, 0.75, rim) * smooth(1.05, 0.85, rim);
        let light = 1.0 + side * 0.2 * rolled - side * 0.2 * smooth(0.5, 0.2, rim) + (waxy[spot.index] - 0.5) * 0.3;
        let pink = mix(pearl, skin.flushed, 0.35 + (waxy[spot.index] - 0.5) * 1.1);
        let gloss = smooth(0.6, 0.9, waxy[spot.index] + side * 0.22) * rolled;
        let body = mix(lit(pink, light), [1.0, 0.97, 0.95], gloss * 0.75);
        let ulcer = smooth(0.42, 0.28, rim + (crust[spot.index] - 0.5) * 0.25);
        let scab = mix([0.36, 0.13, 0.09], [0.62, 0.36, 0.16], smooth(0.4, 0.65, crust[spot.index]));
        let around = mix(below, skin.flushed, smooth(1.5, 1.0, rim) * 0.35);
        let shadow = lit(around, 1.0 - 0.3 * smooth(1.25, 1.0, rim) * smooth(0.2, -0.8, side));
        mix(mix(shadow, body, smooth(1.06, 0.96, rim)), scab, ulcer * 0.92)
    });
    for _ in 0..15 {
        vessel(canvas, dice, size);
    }
    skin.hairs(canvas, dice, 14, 0.3);
}

/// A fine vessel that winds from the rim of the nodule inwards and branches once.
fn vessel(canvas: &mut Canvas, dice: &mut Dice, size: f32) {
    const BLOOD: [f32; 3] = [0.66, 0.13, 0.16];
    let angle = dice.between(0.0, std::f32::consts::TAU);
    let on = |angle: f32, reach: f32| (angle.cos() * reach * 1.1, angle.sin() * reach);
    let from = on(angle, size * dice.between(0.85, 1.0));
    let (bend_angle, end_angle) = (angle + dice.between(-0.3, 0.3), angle + dice.between(-0.4, 0.4));
    let bend = on(bend_angle, size * 0.72);
    canvas.hair([from, bend, on(end_angle, size * dice.between(0.42, 0.6))], 0.0085, BLOOD, 0.5);
    let fork = on(end_angle + dice.between(-0.3, 0.3), size * 0.6);
    canvas.hair([bend, on(bend_angle, size * 0.66), fork], 0.006, BLOOD, 0.4);
}
