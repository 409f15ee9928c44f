//! Skin: its tone, its fine relief, its light and its hairs.

use super::canvas::{Canvas, Colour, Dice, honeycomb, lit, mix, smooth};

/// Skin tones from very light to dark: a service is judged on every skin.
const TONES: [Colour; 6] = [
    [0.93, 0.76, 0.67],
    [0.89, 0.70, 0.60],
    [0.84, 0.64, 0.52],
    [0.75, 0.55, 0.43],
    [0.60, 0.42, 0.32],
    [0.44, 0.30, 0.23],
];

/// How skin in a picture looks; lesions are mixed from it.
#[derive(Clone, Copy)]
pub(super) struct Skin {
    pub(super) tone: Colour,
    /// The same skin with more blood in it.
    pub(super) flushed: Colour,
    /// The same skin with more pigment in it.
    pub(super) pigmented: Colour,
}

impl Skin {
    /// The skin of one person: the same for every picture of her.
    pub(super) fn of(person: u64) -> Self {
        let mut dice = Dice::new(person);
        // The lighter tones twice: most patients of the demonstration are Norwegian.
        let tone =
            dice.pick(&[TONES[0], TONES[0], TONES[1], TONES[1], TONES[2], TONES[2], TONES[3], TONES[4], TONES[5]]);
        Self {
            tone,
            flushed: [tone[0] * 0.96, tone[1] * 0.66, tone[2] * 0.64],
            pigmented: [tone[0] * 0.45, tone[1] * 0.34, tone[2] * 0.27],
        }
    }

    /// Covers the canvas with skin; `relief` is the fineness of its lines (radians per unit).
    pub(super) fn cover(self, canvas: &mut Canvas, dice: &mut Dice, relief: f32) {
        let blotches = canvas.clouds(dice, 4, 4);
        let fine = canvas.clouds(dice, 80, 2);
        // From far away (a fine relief) the lines run together.
        let furrow = (3.4 / relief).min(0.055);
        let (across, down) = (dice.between(-0.12, 0.12), dice.between(-0.14, 0.02));
        canvas.paint(|spot, _| {
            let blotch = blotches[spot.index] - 0.5;
            let grain = fine[spot.index] - 0.5;
            let colour = mix(self.tone, self.flushed, 0.16 + blotch * 0.6);
            let warp = blotch * 0.5 + grain * 0.03;
            let line = smooth(0.2, -0.4, honeycomb(spot.u + warp, spot.v * 1.2 - warp * 0.7, relief) + grain * 1.1);
            let radius = spot.radius();
            let light = 1.02 + across * spot.u + down * spot.v - 0.07 * radius * radius;
            lit(colour, light * (1.0 + 0.16 * grain - furrow * line))
        });
    }

    /// Strews hairs over the canvas, all leaning about the same way.
    pub(super) fn hairs(self, canvas: &mut Canvas, dice: &mut Dice, count: u32, length: f32) {
        let lean = dice.between(0.0, std::f32::consts::TAU);
        let colour = mix(lit(self.tone, 0.3), [0.16, 0.10, 0.06], dice.between(0.3, 1.0));
        for _ in 0..count {
            let angle = lean + dice.between(-0.5, 0.5);
            let reach = length * dice.between(0.5, 1.2);
            let from = (dice.between(-1.4, 1.4), dice.between(-1.1, 1.1));
            let to = (from.0 + reach * angle.cos(), from.1 + reach * angle.sin());
            let sway = dice.between(-0.2, 0.2) * reach;
            let bend =
                (f32::midpoint(from.0, to.0) - sway * angle.sin(), f32::midpoint(from.1, to.1) + sway * angle.cos());
            // The follicle is a little dark dot that flushes the skin around it.
            canvas.dab(from, 0.02, |distance, below| mix(below, self.pigmented, 0.35 * (1.0 - distance)));
            canvas.hair([from, bend, to], 0.006, colour, dice.between(0.35, 0.75));
        }
    }
}
