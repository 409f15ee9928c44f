import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SamplePair, StudyWindow } from '../src/api/study';
import { keep, kept, originChoice, read } from '../src/programme/study/choice';
import { csv, harmless } from '../src/programme/study/csv';
import { nb as titles } from '../src/i18n/indicators';
import { nbFaults } from '../src/i18n/ordinary';
import { CHARTS, partOf, PARTS, pathOf, studied } from '../src/programme/study/parts';
import { byReason, cumulative, differing } from '../src/programme/study/sample';
import { searchOf, windowOf } from '../src/programme/study/window';
import { match } from '../src/router/match';

const window: StudyWindow = { from: '', until: '', specialty: '' };

describe('a table as a file', () => {
  it('leaves no formula, and numbers as they are', () => {
    for (const text of ['=1+1', '+47 in all', '-x', '@sum', '\tx', '\rx', '-1+2', '+47 12']) expect(harmless(text)).toBe(`'${text}`);
    for (const text of ['-0.31', '−0,31', '+2', '-5', 'Solvik = best', '', '0.5']) expect(harmless(text)).toBe(text);
  });
  it('quotes what would break it', () => {
    expect(csv(['name', 'n'], [['Moen, "new"', '1'], ['two\nlines', '0,5']])).toBe('\ufeffname,n\r\n"Moen, ""new""",1\r\n"two\nlines","0,5"\r\n');
  });
});

describe('a sample', () => {
  it('sums what the first ones have together', () => {
    expect(cumulative([4, 3, 0, 1])).toEqual([4, 7, 7, 8]);
    expect(cumulative([])).toEqual([]);
  });
  it('finds the pairs that only one of two ways has', () => {
    const pair = (user: string, partner: string): SamplePair => ({ user, partner, distance: 1, userValues: [], partnerValues: [] });
    const [a, b, c, d] = [pair('U1', 'C1'), pair('U2', 'C2'), pair('U2', 'C3'), pair('U1', 'C2')];
    expect(differing([a, b], [a, c])).toEqual({ optimal: [b], greedy: [c] });
    expect(differing([a, b], [b, a])).toEqual({ optimal: [], greedy: [] });
    // The same practices in other pairs are other pairs.
    expect(differing([a, b], [d, pair('U2', 'C1')]).optimal).toEqual([a, b]);
  });
  it('counts who was left out by reason, in the order of the rules', () => {
    const left = byReason([{ practice: 'B', reason: 'training' }, { practice: 'A', reason: 'used' }, { practice: 'C', reason: 'used' }]);
    expect(left).toEqual([{ reason: 'used', practices: ['A', 'C'] }, { reason: 'training', practices: ['B'] }]);
  });
});

describe('the choice', () => {
  it('is asked as it was typed', () => {
    const found = read({ ...originChoice(), caliper: '1,5', seed: ' 7 ', vetoes: [{ user: 'a', partner: 'b', reason: 'moving' }] }, window);
    expect(found.wanted).toEqual({
      window, outcome: 'share', users: 4, partners: 1, covariates: ['log-list-size', 'patients-per-doctor', 'kilometres'], metric: 'mahalanobis', caliper: 1.5, equippedDays: 365, seed: 7,
      vetoes: [{ user: 'a', partner: 'b', reason: 'moving' }],
    });
    expect(read(originChoice(), window).wanted).toMatchObject({ caliper: null, seed: null });
  });
  it('says which fields hold no number, and leaves limits to the server', () => {
    expect(read({ ...originChoice(), users: '', partners: '1.5', caliper: 'near', equippedDays: '-3', seed: '1e3' }, window).wrong).toEqual(['users', 'partners', 'caliper', 'equippedDays', 'seed']);
    expect(read({ ...originChoice(), users: '99', caliper: '-1' }, window).wanted).toMatchObject({ users: 99, caliper: -1 });
  });
  it('comes back after a reload, for the same person', () => {
    const stored = new Map<string, string>();
    const storage = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) };
    expect(kept('me', storage)).toBeNull();
    const choice = { ...originChoice(), users: 'six', vetoes: [{ user: 'a', partner: 'b', reason: 'moving' }] };
    keep(choice, 'me', storage);
    expect(kept('me', storage)).toEqual(choice);
    expect(kept('somebody else', storage)).toBeNull();
    for (const damaged of ['{', 'null', '{"person":"me"}', JSON.stringify({ person: 'me', choice: { ...choice, metric: 'nearest' } }), JSON.stringify({ person: 'me', choice: { ...choice, vetoes: [{}] } })]) {
      stored.set('lysbro.sample', damaged);
      expect(kept('me', storage), damaged).toBeNull();
    }
  });
});

describe('the address', () => {
  it('carries the window from part to part, and nothing else', () => {
    const found = windowOf('?from=2025-01-01&specialty=ent&sort=name');
    expect(found).toEqual({ from: '2025-01-01', until: '', specialty: 'ent' });
    expect(searchOf(found)).toBe('?from=2025-01-01&specialty=ent');
    expect(searchOf(windowOf('?specialty=surgery'))).toBe('');
  });
  it('tells the study from a practice', () => {
    expect(PARTS.map((part) => studied(match(pathOf(part))))).toEqual([...PARTS]);
    expect(['/program', '/program/0190c9a4'].map((path) => studied(match(path)))).toEqual([null, null]);
    expect(studied(match('/program/study/nowhere'))).toBe('nowhere');
  });
  it('names every part once', () => {
    expect(PARTS.map((part) => partOf(part))).toEqual([...PARTS]);
    expect(partOf('nowhere')).toBeNull();
    expect(pathOf('')).toBe('/program/study');
    const shown = Object.entries(CHARTS).filter(([part]) => part !== '').flatMap(([, names]) => names);
    expect(new Set(shown).size).toBe(shown.length);
    for (const name of CHARTS[''] ?? []) expect(shown).toContain(name);
  });
});

describe('titles of indicators', () => {
  it('are in bokmål for every file of the study, and no other', () => {
    const folder = new URL('../../../uptake/src/study/indicators/', import.meta.url);
    const ids = readdirSync(folder).map((name) => /^id = "(.+)"$/m.exec(readFileSync(new URL(name, folder), 'utf8'))?.[1]);
    expect(Object.keys(titles).sort()).toEqual(ids.sort());
  });
});

describe('faults of a file of ordinary referrals', () => {
  it('are all told in bokmål', () => {
    const rules = readFileSync(new URL('../../../directory/src/ordinary.rs', import.meta.url), 'utf8').split('#[cfg(test)]')[0] ?? '';
    const codes = new Set([...rules.matchAll(/"([a-z]+(?:-[a-z]+)+)",/g)].map((m) => m[1] ?? '').filter((code) => code !== 'plastic-surgery'));
    expect(codes.size).toBeGreaterThan(9);
    for (const code of codes) expect(nbFaults, code).toHaveProperty([code]);
    for (const told of Object.values(nbFaults)) for (const text of told) expect(text).toMatch(/\.$/);
  });
});
