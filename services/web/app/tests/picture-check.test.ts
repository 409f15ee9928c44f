import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLURRED_BELOW, MIN_LONG, MIN_SHORT, MODEL, measure, shrunk, verdict } from '../src/gp/picture-check';

const quality = readFileSync(new URL('../../../imaging/src/quality.rs', import.meta.url), 'utf8');

function drawn(width: number, height: number, grey: (x: number, y: number) => number): [Uint8ClampedArray, number, number] {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) rgba.fill(grey(x, y), (y * width + x) * 4, (y * width + x) * 4 + 3);
  return [rgba, width, height];
}
const checked = (cell: number, dark: number, bright: number) => drawn(512, 384, (x, y) => ((Math.floor(x / cell) + Math.floor(y / cell)) % 2 === 0 ? dark : bright));

interface Case { seed: number; width: number; height: number; base: [number, number, number]; grain: number; cell: number; step: number; measures: ReturnType<typeof measure>; verdict: string }
const cases = JSON.parse(readFileSync(new URL('../../../imaging/src/quality/drawn.json', import.meta.url), 'utf8')) as Case[];

/** Drawn alike here and by the server's test of the same file. */
function grained({ seed, width, height, base, grain, cell, step }: Case): [Uint8ClampedArray, number, number] {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  let state = seed;
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const add = ((state >>> 24) % grain) - ((Math.floor(x / cell) + Math.floor(y / cell)) % 2) * step;
    for (let c = 0; c < 3; c += 1) rgba[(y * width + x) * 4 + c] = (base[c] ?? 0) + add;
  }
  return [rgba, width, height];
}

describe('the check of a picture', () => {
  it('measures the same pixels as the server does, and judges them alike', () => {
    expect(cases.length).toBeGreaterThan(5);
    expect(new Set(cases.map((one) => one.verdict)).size).toBe(5);
    for (const one of cases) {
      const measured = measure(...grained(one));
      for (const [name, value] of Object.entries(one.measures)) expect(measured[name as keyof typeof measured], `${one.seed} ${name}`).toBeCloseTo(value, 3);
      expect(verdict(measured, 1600, 1200), String(one.seed)).toBe(one.verdict);
    }
  });
  it('is the server’s model, with the server’s thresholds', () => {
    expect(quality).toContain(`"${MODEL}"`);
    const constant = (name: string) => Number(new RegExp(`const ${name}: \\w+ = (-?[\\d.]+);`).exec(quality)?.[1]);
    expect([constant('MIN_LONG'), constant('MIN_SHORT'), constant('BLURRED_BELOW')]).toEqual([MIN_LONG, MIN_SHORT, BLURRED_BELOW]);
    // Just within and just beyond each of the others.
    const m = { sharpness: BLURRED_BELOW, luma: 100, clippedDark: 0, clippedBright: 0, warmth: 0.4, tint: 0 };
    const at = (change: object) => verdict({ ...m, ...change }, 1600, 1200);
    expect(at({})).toBe('good');
    for (const [name, field, word] of [['DARK_CLIPPED', 'clippedDark', 'dark'], ['BRIGHT_ABOVE', 'luma', 'bright'], ['BRIGHT_CLIPPED', 'clippedBright', 'bright']] as const) {
      expect(at({ [field]: constant(name) }), name).toBe('good');
      expect(at({ [field]: constant(name) + 0.001 }), name).toBe(word);
    }
    for (const [name, field, beyond] of [['COLD_BELOW', 'warmth', -0.001], ['WARM_ABOVE', 'warmth', 0.001], ['TINTED_ABOVE', 'tint', 0.001]] as const) {
      expect(at({ [field]: constant(name) }), name).toBe('good');
      expect(at({ [field]: constant(name) + beyond }), name).toBe('cast');
    }
    expect(at({ luma: constant('DARK_BELOW') })).toBe('good');
    expect(at({ luma: constant('DARK_BELOW') - 0.001 })).toBe('dark');
  });
  it('says of drawn pictures what the server says of them', () => {
    expect(verdict(measure(...checked(4, 90, 160)), 1600, 1200)).toBe('good');
    expect(verdict(measure(...checked(4, 5, 60)), 1600, 1200)).toBe('dark');
    expect(verdict(measure(...checked(4, 225, 255)), 1600, 1200)).toBe('bright');
    expect(verdict(measure(...checked(4, 90, 160)), 799, 700)).toBe('small');
    expect(verdict(measure(...checked(4, 90, 160)), 599, 900)).toBe('small');
    expect(verdict(measure(...checked(4, 90, 160)), 600, 800)).toBe('good');
    expect(verdict(measure(...drawn(512, 384, (x) => 100 + x / 8)), 1600, 1200)).toBe('blurred');
  });
  it('a black rim is no darkness', () => {
    const otoscope = drawn(512, 384, (x, y) => ((x - 256) ** 2 + (y - 192) ** 2 < 180 ** 2 ? 100 + ((x ^ y) % 2) * 40 : 0));
    expect(verdict(measure(...otoscope), 1600, 1200)).toBe('good');
  });
  it('measures the smallest pictures too', () => {
    for (const [width, height] of [[1, 1], [1, 512], [512, 1], [2, 2], [3, 3]] as const) expect(measure(...drawn(width, height, () => 0)).sharpness).toBe(0);
  });
  it('shrinks to 512 and never enlarges', () => {
    expect(shrunk(4000, 3000)).toEqual([512, 384]);
    expect(shrunk(300, 900)).toEqual([171, 512]);
    expect(shrunk(100, 80)).toEqual([100, 80]);
    expect(shrunk(5000, 1)).toEqual([512, 1]);
  });
});
