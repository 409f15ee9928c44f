import { expect, test } from 'vitest';
import { viewScale } from '../src/specialist/tiled';

test('the view is a share of the full size, whichever side is longer', () => {
  expect(viewScale({ side: 1024, width: 8192, height: 6144 })).toBe(0.25);
  expect(viewScale({ side: 1024, width: 3000, height: 4800 })).toBeCloseTo(0.4267, 4);
});
