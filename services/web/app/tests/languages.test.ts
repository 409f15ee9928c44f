import { describe, expect, it } from 'vitest';
import * as admin from '../src/i18n/admin';
import * as chairs from '../src/i18n/chairs';
import * as closing from '../src/i18n/closing';
import * as context from '../src/i18n/context';
import * as core from '../src/i18n/core';
import * as department from '../src/i18n/department';
import * as form from '../src/i18n/form';
import * as gp from '../src/i18n/gp';
import * as importing from '../src/i18n/importing';
import { fill } from '../src/i18n/language.svelte';
import * as letter from '../src/i18n/letter';
import * as mistakes from '../src/i18n/mistakes';
import * as notice from '../src/i18n/notice';
import * as office from '../src/i18n/office';
import * as ordinary from '../src/i18n/ordinary';
import * as outcome from '../src/i18n/outcome';
import * as parts from '../src/i18n/parts';
import * as people from '../src/i18n/people';
import * as phone from '../src/i18n/phone';
import * as problems from '../src/i18n/problems';
import * as programme from '../src/i18n/programme';
import * as record from '../src/i18n/record';
import * as sample from '../src/i18n/sample';
import * as specialist from '../src/i18n/specialist';
import * as study from '../src/i18n/study';
import * as training from '../src/i18n/training';
import * as whynot from '../src/i18n/whynot';
import * as words from '../src/i18n/words';
import * as capture from '../src/text/capture';

const catalogues = { admin, capture, chairs, closing, context, core, department, form, gp, importing, letter, mistakes, notice, office, ordinary, outcome, parts, people, phone, problems, programme, record, sample, specialist, study, training, whynot, words };
const places = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort();

describe.each(Object.entries(catalogues))('%s', (_, { en, nb }) => {
  const [english, norwegian] = [en as Record<string, string>, nb as Record<string, string>];
  it('has the same keys in both languages, none empty', () => {
    expect(Object.keys(norwegian).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of [...Object.entries(english), ...Object.entries(norwegian)]) expect(text.trim(), key).not.toBe('');
  });
  it('fills the same places in both languages', () => {
    for (const key of Object.keys(english)) expect(places(norwegian[key] ?? ''), key).toEqual(places(english[key] ?? ''));
  });
});

describe('fill', () => {
  it('puts values in and leaves unknown places visible', () => {
    expect(fill('{a} of {b}', { a: 1 })).toBe('1 of {b}');
  });
  it('chooses between one and many by n', () => {
    expect(fill('{n} picture|{n} pictures', { n: 1 })).toBe('1 picture');
    expect(fill('{n} picture|{n} pictures', { n: 0 })).toBe('0 pictures');
  });
});
