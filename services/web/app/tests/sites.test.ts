import { describe, expect, it } from 'vitest';
import type { BodySite } from '../src/api/types';
import { fold, searchSites } from '../src/gp/sites';

const site = (code: string, en: string, nb: string): BodySite => ({ code, system: 'SCT', en, nb });
const sites = [
  site('1', 'Skin of shoulder', 'Hud på skulder'), site('2', 'Shoulder', 'Skulder'), site('3', 'Back', 'Rygg'), site('4', 'Lower back', 'Korsrygg'),
  site('5', 'Ear', 'Øre'), site('6', 'Forearm', 'Underarm'), site('7', 'Nail of finger', 'Fingernegl'), site('8', 'Heart area', 'Hjerteområdet'),
];
const codes = (query: string, language: 'en' | 'nb') => searchSites(sites, query, language).map((s) => s.code);

describe('searchSites', () => {
  it('puts the exact and the beginning before the inside', () => {
    expect(codes('shoulder', 'en')).toEqual(['2', '1']);
    expect(codes('back', 'en')).toEqual(['3', '4']);
    expect(codes('ear', 'en')).toEqual(['5', '6', '8']);
  });
  it('finds in the other language too, after its own', () => {
    expect(codes('skulder', 'en')).toEqual(['2', '1']);
    expect(codes('rygg', 'nb')).toEqual(['3', '4']);
    expect(codes('øre', 'nb')[0]).toBe('5');
  });
  it('takes several words in any order and ignores case', () => {
    expect(codes('FINGER nail', 'en')).toEqual(['7']);
  });
  it('answers nothing to nothing, and never more than asked', () => {
    expect(codes('  ', 'en')).toEqual([]);
    expect(codes('zz', 'en')).toEqual([]);
    expect(searchSites(sites, 'a', 'en', 2)).toHaveLength(2);
  });
  it('keeps the Norwegian letters apart and drops accents', () => {
    expect(fold('Øre')).toBe('øre');
    expect(fold('Café')).toBe('cafe');
  });
});
