import { describe, expect, it } from 'vitest';
import type { UptakePractice, UseState } from '../src/api/types';
import { counts, takes } from '../src/programme/show';

const row = (name: string, state: UseState, testPractice = false): UptakePractice => ({
  id: name, name, municipality: 'Nordfjorden', listSize: null, testPractice, referrals: 0, imagesSent: 0, answersRead: 0, months: [], viewOverrides: [], closedOn: null, trialArm: '', uses: 0, testUse: 0,
  enablement: { offered: null, agreed: null, equipped: null, connected: null, trained: null, supportEnded: null },
  firstUse: null, lastUse: null, medianAnswerHours: null, silentDays: null, standing: { state, missing: null, days: null, action: null },
});
const rows = [row('Solvik', 'user'), row('ØVRE Moen', 'never-used'), row('Training', 'never-used', true)];

describe('which rows are shown', () => {
  it('by state, practices for tests under "all" alone', () => {
    expect(rows.filter((one) => takes(one, 'never-used', '')).map((one) => one.name)).toEqual(['ØVRE Moen']);
    expect(counts(rows)).toEqual({ '': 3, users: 1, silent: 0, 'never-used': 1, 'not-equipped': 0, closed: 0 });
  });
  it('by part of a name or municipality, in any case', () => {
    expect(rows.filter((one) => takes(one, '', ' øvre ')).map((one) => one.name)).toEqual(['ØVRE Moen']);
    expect(rows.filter((one) => takes(one, '', 'NORDF'))).toHaveLength(3);
    expect(rows.filter((one) => takes(one, 'users', 'moen'))).toEqual([]);
  });
});
