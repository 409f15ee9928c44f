import { describe, expect, it } from 'vitest';
import type { UptakePractice } from '../src/api/types';
import { gini, lorenz, perMonth, topShare } from '../src/programme/concentration';
import { sorted } from '../src/programme/sort';

describe('concentration', () => {
  it('draws the diagonal when all use it alike', () => {
    expect(lorenz([2, 2])).toEqual([{ x: 0, y: 0 }, { x: 0.5, y: 0.5 }, { x: 1, y: 1 }]);
    expect(gini([5, 5, 5, 5])).toBeCloseTo(0, 12);
  });
  it('knows the Gini coefficient of one user among n: (n − 1) / n', () => {
    expect(gini([0, 0, 0, 9])).toBeCloseTo(0.75, 12);
  });
  it('gives the share of the top with its numerator and denominator', () => {
    expect(topShare([1, 9, 0, 5, 3, 2], 4)).toEqual({ numerator: 19, denominator: 20, share: 0.95 });
  });
  it('has no figure without use', () => {
    expect([lorenz([0, 0]), gini([0]), topShare([], 4)]).toEqual([[], null, null]);
  });
  it('adds the offices per month', () => {
    expect(perMonth([{ months: [1, 2] }, { months: [0, 3] }], 2)).toEqual([1, 5]);
  });
});

describe('sorted', () => {
  const row = (name: string, referrals: number, medianAnswerHours: number | null) => ({ name, referrals, medianAnswerHours, enablement: { equipped: null } }) as UptakePractice;
  const rows = [row('Åsen', 2, null), row('Bø', 2, 5), row('Al', 7, 1)];
  const names = (...args: [Parameters<typeof sorted>[1], Parameters<typeof sorted>[2]]) => sorted(rows, ...args, 'nb-NO').map((r) => r.name);
  it('breaks ties by name, in the language’s order', () => {
    expect(names('referrals', 'descending')).toEqual(['Al', 'Bø', 'Åsen']);
    expect(names('name', 'ascending')).toEqual(['Al', 'Bø', 'Åsen']);
  });
  it('puts the missing last either way', () => {
    expect(names('medianAnswerHours', 'ascending')).toEqual(['Al', 'Bø', 'Åsen']);
    expect(names('medianAnswerHours', 'descending')).toEqual(['Bø', 'Al', 'Åsen']);
  });
});
