// Whether a picture is good enough to judge, while the patient is still there. The same measures and thresholds as the
// server's (imaging, quality.rs), on a copy whose long side is 512 pixels; it advises and blocks nothing. The browser
// shrinks with another filter than the server, so figures near a threshold may differ: the server's verdict is kept.

/** The server's name of this model. */
export const MODEL = 'laplacian-512/2 uncalibrated';
/** Long side of the copy that is measured, in pixels. */
export const SIDE = 512;
export const MIN_LONG = 800;
export const MIN_SHORT = 600;
export const BLURRED_BELOW = 14;
const DARK_BELOW = 48;
const DARK_CLIPPED = 0.5;
const BRIGHT_ABOVE = 232;
const BRIGHT_CLIPPED = 0.4;
const COLD_BELOW = -0.15;
const WARM_ABOVE = 1.6;
const TINTED_ABOVE = 0.35;
/** The middle part of each side that is measured: what was photographed is there, not the table around it. */
const CENTRAL = 0.6;

export type Verdict = 'good' | 'blurred' | 'dark' | 'bright' | 'cast' | 'small';
/** Means and shares over the centre: luma 0–255, shares 0–1; warmth is red less blue, tint green less both, of mean luma. */
export interface Measures { sharpness: number; luma: number; clippedDark: number; clippedBright: number; warmth: number; tint: number }
export interface Checked { verdict: Verdict; measures: Measures; /** of the original, in pixels */ width: number; height: number }

/** Measures pixels as a canvas gives them: four bytes each, row by row. */
export function measure(rgba: Uint8ClampedArray, width: number, height: number): Measures {
  const [left, wide] = central(width);
  const [top, high] = central(height);
  const luma = new Uint8Array(wide * high);
  let [sum, dark, bright] = [0, 0, 0];
  let [red, green, blue] = [0, 0, 0];
  for (let y = 0; y < high; y += 1) {
    for (let x = 0; x < wide; x += 1) {
      const at = ((top + y) * width + left + x) * 4;
      const [r, g, b] = [rgba[at] ?? 0, rgba[at + 1] ?? 0, rgba[at + 2] ?? 0];
      red += r;
      green += g;
      blue += b;
      const value = (r * 77 + g * 150 + b * 29 + 128) >> 8;
      luma[y * wide + x] = value;
      sum += value;
      if (value <= 5) dark += 1;
      if (value >= 250) bright += 1;
    }
  }
  const count = luma.length;
  const mean = sum / count;
  const part = (value: number) => value / count / Math.max(1, mean);
  return {
    sharpness: laplacianVariance(luma, wide), luma: mean, clippedDark: dark / count, clippedBright: bright / count,
    warmth: part(red - blue), tint: part(green - (red + blue) / 2),
  };
}

/** The verdict on a picture of this many original pixels. */
export function verdict(m: Measures, width: number, height: number): Verdict {
  if (Math.max(width, height) < MIN_LONG || Math.min(width, height) < MIN_SHORT) return 'small';
  if (m.luma < DARK_BELOW || m.clippedDark > DARK_CLIPPED) return 'dark';
  if (m.luma > BRIGHT_ABOVE || m.clippedBright > BRIGHT_CLIPPED) return 'bright';
  if (m.sharpness < BLURRED_BELOW) return 'blurred';
  return m.warmth < COLD_BELOW || m.warmth > WARM_ABOVE || Math.abs(m.tint) > TINTED_ABOVE ? 'cast' : 'good';
}

/** The size of the copy: the long side 512 at most, never enlarged. */
export function shrunk(width: number, height: number): [number, number] {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

function central(side: number): [start: number, length: number] {
  const length = Math.max(1, Math.round(side * CENTRAL));
  return [Math.floor((side - length) / 2), length];
}

/** Variance of the four-neighbour Laplacian over the inner pixels; 0 when there are none. */
function laplacianVariance(luma: Uint8Array, width: number): number {
  const at = (index: number) => luma[index] ?? 0;
  const rows = luma.length / width;
  let [count, sum, squares] = [0, 0, 0];
  for (let y = 1; y < rows - 1; y += 1) {
    for (let index = y * width + 1; index < y * width + width - 1; index += 1) {
      const value = at(index - 1) + at(index + 1) + at(index - width) + at(index + width) - 4 * at(index);
      count += 1;
      sum += value;
      squares += value * value;
    }
  }
  if (count === 0) return 0;
  const mean = sum / count;
  return Math.max(0, squares / count - mean * mean);
}

type Canvas = OffscreenCanvas | HTMLCanvasElement;
/** Decodes a picture, upright as its metadata say, and judges it; `canvas` makes the surface to shrink on. */
export async function check(file: Blob, canvas: (width: number, height: number) => Canvas): Promise<Checked> {
  const bitmap = await createImageBitmap(file);
  try {
    const { width, height } = bitmap;
    const [w, h] = shrunk(width, height);
    const context = canvas(w, h).getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
    if (!context) throw new Error('no canvas');
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, w, h);
    const measures = measure(context.getImageData(0, 0, w, h).data, w, h);
    return { verdict: verdict(measures, width, height), measures, width, height };
  } finally {
    bitmap.close();
  }
}
