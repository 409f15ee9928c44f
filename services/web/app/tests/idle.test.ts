import { describe, expect, it } from 'vitest';
import { problemFrom } from '../src/api/problem';
import { idlePhase } from '../src/state/idle';

describe('idlePhase', () => {
  it('warns a minute before, then locks', () => {
    expect(idlePhase(839_000, 900)).toEqual({ phase: 'active' });
    expect(idlePhase(840_000, 900)).toEqual({ phase: 'warning', secondsLeft: 60 });
    expect(idlePhase(899_999, 900)).toEqual({ phase: 'warning', secondsLeft: 1 });
    expect(idlePhase(900_000, 900)).toEqual({ phase: 'lock' });
  });
  it('leaves half of a short limit without a warning', () => {
    expect(idlePhase(5_000, 20)).toEqual({ phase: 'active' });
    expect(idlePhase(10_000, 20)).toMatchObject({ phase: 'warning' });
  });
});

describe('problemFrom', () => {
  it('reads a problem document', () => {
    const p = problemFrom(422, { code: 'invalid-input', detail: 'd', errors: [{ field: 'a', code: 'required', message: 'm' }] }, null);
    expect([p.status, p.code, p.errors.length]).toEqual([422, 'invalid-input', 1]);
  });
  it('has a code even when a proxy answered with a page', () => {
    expect([401, 404, 429, 502, 400].map((status) => problemFrom(status, undefined, '7').code)).toEqual([
      'signed-out', 'not-found', 'too-many-attempts', 'server-error', 'invalid-input',
    ]);
    expect(problemFrom(429, undefined, '7').retryAfter).toBe(7);
  });
});
