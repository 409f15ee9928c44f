import { describe, expect, it } from 'vitest';
import { capture } from '../src/text/capture';

const now = new Date(2026, 2, 20, 9, 0);
const at = (...parts: [number, number, number, number?]) => new Date(parts[0], parts[1], parts[2], parts[3] ?? 12).toISOString();

describe('when a picture was taken', () => {
  it('counts calendar days to the day on which it was sent', () => {
    expect(capture(at(2026, 2, 10, 23), at(2026, 2, 11, 1), now)).toMatchObject({ days: 1, old: false });
    expect(capture(at(2026, 2, 11), at(2026, 2, 11), now)).toMatchObject({ days: 0, old: false });
  });
  it('marks what is older than seven days', () => {
    expect(capture(at(2026, 2, 4), at(2026, 2, 11), now)).toMatchObject({ days: 7, old: false });
    expect(capture(at(2026, 2, 3), at(2026, 2, 11), now)).toMatchObject({ days: 8, old: true });
  });
  it('counts to now while the referral is being written', () => {
    expect(capture(at(2026, 2, 1), null, now)).toMatchObject({ days: 19, old: true });
    expect(capture(at(2026, 2, 20, 8), null, now)?.days).toBe(0);
  });
  it('says nothing of what is not known, and never less than no days', () => {
    expect(capture(null, null, now)).toBeNull();
    expect(capture(at(2026, 2, 12), at(2026, 2, 11), now)?.days).toBe(0);
  });
});
