import { describe, expect, it } from 'vitest';
import type { Item, Questionnaire } from '../src/api/questionnaire';
import { answerText, applying, enabledItems, faultOf, faults, find, holds, keptValues, raised, toggled, usualAnswers } from '../src/questionnaire/questionnaire';
import { all } from './published';
import { isOpen, nextView, required, wantedViews } from '../src/questionnaire/views';

const of = (id: string) => find(all, id, 1)!;
const item = (q: string, linkId: string) => of(q).item.find((one) => one.linkId === linkId)!;

describe('which questionnaires are asked', () => {
  it('by specialty and kind', () => {
    const ids = (list: Questionnaire[]) => list.map((q) => q.id).sort();
    expect(ids(applying(all, 'referral', 'dermatology', ''))).toEqual(['dermatology', 'referral']);
    expect(ids(applying(all, 'referral', '', ''))).toEqual(['referral']);
    expect(ids(applying(all, 'finding', 'dermatology', 'rash'))).toEqual(['dermatology-rash']);
    expect(ids(applying(all, 'finding', 'plastic-surgery', 'burn'))).toEqual(['plastic-burn']);
    expect(applying(all, 'finding', 'dermatology', 'ear')).toEqual([]);
  });
  it('the newest version, but a draft keeps the one it was begun under', () => {
    const two = { ...of('ent'), version: 2 };
    expect(applying([two, ...all], 'referral', 'ent', '').find((q) => q.id === 'ent')?.version).toBe(2);
    const begun = [{ questionnaire: 'ent', version: 1, findingId: null, values: {} }];
    expect(applying([two, ...all], 'referral', 'ent', '', begun).find((q) => q.id === 'ent')?.version).toBe(1);
  });
});

describe('items', () => {
  it('are asked when what they depend on says so, and through several steps', () => {
    const asked = (values: object) => enabledItems(of('referral'), values as never).map((one) => one.linkId);
    expect(asked({})).not.toContain('language');
    expect(asked({ interpreter: true })).toContain('language');
    expect(asked({ interpreter: true, language: 'other' })).toContain('language-name');
    expect(asked({ interpreter: false, language: 'other' })).not.toContain('language-name');
  });
  it('that are not asked keep no answer, and raise no flag', () => {
    expect(keptValues(of('plastic-lesion'), { 'prior-excision': false, histology: 'naevus', wish: 'function', symptoms: [] })).toEqual({ 'prior-excision': false, wish: 'function' });
    const q = { ...of('plastic-lesion'), redFlags: [{ code: 'x', when: { linkId: 'histology', answer: 'naevus' }, text: { en: '', nb: '' } }] };
    expect(raised(q.redFlags, q, { histology: 'naevus' }, {})).toEqual([]);
    expect(raised(q.redFlags, q, { histology: 'naevus', 'prior-excision': true }, {})).toHaveLength(1);
  });
  it('are judged as the server judges them', () => {
    const size = item('dermatology-lesion', 'size-longest');
    expect([undefined, 0, 1, 1000, 1001, Number.NaN].map((value) => faultOf(size, value))).toEqual(['required', 'out-of-range', null, null, 'out-of-range', 'malformed']);
    expect(faultOf(item('dermatology-rash', 'itch'), 2.5)).toBe('malformed');
    const consent = item('referral', 'consent');
    expect([undefined, false, true].map((value) => faultOf(consent, value))).toEqual(['required', 'must-be', null]);
    expect(faultOf(item('dermatology', 'skin-type'), 'VII')).toBe('malformed');
    expect(faultOf(item('referral', 'provisional-diagnosis'), 'x'.repeat(301))).toBe('too-long');
    expect(faultOf(item('referral', 'provisional-diagnosis'), '  ')).toBe('required');
    expect(faultOf(item('plastic-burn', 'burned-on'), '1.1.2026')).toBe('malformed');
  });
  it('that exclude the rest do so, both ways', () => {
    const risk = item('dermatology', 'risk');
    expect(toggled(risk, ['sunburns'], 'none')).toEqual(['none']);
    expect(toggled(risk, ['none'], 'sunburns')).toEqual(['sunburns']);
    expect(toggled(risk, ['sunburns'], 'family-melanoma')).toEqual(['sunburns', 'family-melanoma']);
    expect(toggled(risk, ['sunburns'], 'sunburns')).toEqual([]);
  });
  it('with a usual answer are filled by one tap, unless something stands there', () => {
    expect(usualAnswers(of('referral'), {}).map(({ item: one, answer }) => [one.linkId, answer.en])).toEqual([['medication', 'None'], ['allergies', 'None known']]);
    expect(usualAnswers(of('referral'), { medication: 'Warfarin' }).map(({ item: one }) => one.linkId)).toEqual(['allergies']);
  });
});

describe('conditions', () => {
  it('equal, contain, lie beyond, and read facts', () => {
    expect(holds({ linkId: 'a', answer: 'x' }, { a: 'x' })).toBe(true);
    expect(holds({ linkId: 'a', answer: 'x' }, { a: ['y', 'x'] })).toBe(true);
    expect(holds({ linkId: 'a', oneOf: ['x', 'z'] }, { a: ['y', 'z'] })).toBe(true);
    expect(holds({ linkId: 'a', answer: false }, {})).toBe(false);
    expect(holds({ linkId: 'a', above: 10 }, { a: 10 })).toBe(false);
    expect(holds({ linkId: 'a', above: 10 }, { a: 10.5 })).toBe(true);
    expect(holds({ fact: 'age-years', below: 16 }, {}, { 'age-years': 15 })).toBe(true);
    expect(holds({ fact: 'age-years', below: 16 }, { 'age-years': 15 }, {})).toBe(false);
  });
  it('every published one names an item or a fact that exists, with an option of it', () => {
    for (const q of all) {
      const whens = [...(q.redFlags ?? []).map((f) => f.when), ...(q.warnings ?? []).map((f) => f.when), ...(q.views ?? []).flatMap((v) => v.when ?? []), ...q.item.flatMap((one) => one.enableWhen ?? [])];
      for (const when of whens.filter((one) => one.linkId)) {
        const named = q.item.find((one) => one.linkId === when.linkId);
        expect(named, `${q.id}: ${when.linkId}`).toBeDefined();
        if (named?.answerOption && when.answer) expect(named.answerOption.map((option) => option.code)).toContain(when.answer);
      }
    }
  });
});

describe('flags', () => {
  it('of the red kind', () => {
    const codes = (id: string, values: object) => raised(of(id).redFlags, of(id), values as never, {}).map((flag) => flag.code);
    expect(codes('ent', { 'red-flags': ['button-battery'] })).toEqual(['button-battery']);
    expect(codes('ent', { 'red-flags': ['none'] })).toEqual([]);
    expect(codes('plastic-burn', { tbsa: 11 })).toEqual(['large-burn']);
    expect(codes('dermatology-rash', { systemic: true })).toEqual(['rash-systemic']);
  });
  it('the same one once, though two answers raise it', () => {
    expect(raised(of('ent').warnings, of('ent'), { 'red-flags': ['tumour', 'dysphagia-3-weeks'] }, {})).toHaveLength(1);
  });
});

describe('views', () => {
  const brown = { colours: ['371254008'] };
  const wanted = (values: object, taken: { findingId: string; view: string }[] = [], overrides: object[] = []) =>
    wantedViews(of('dermatology-lesion'), values as never, {}, 'f', taken as never, overrides as never);
  it('are asked for by the answers, each once', () => {
    expect(required(wanted({})).map((one) => one.views[0])).toEqual(['overview', 'close-up']);
    const both = wanted({ colours: ['371254008', '371252007'] });
    expect(required(both).map((one) => one.views[0])).toEqual(['overview', 'close-up', 'dermoscopic']);
  });
  it('are done by pictures of their own finding, by any of several, or left out with a reason', () => {
    const taken = [{ findingId: 'f', view: 'overview' }, { findingId: 'other', view: 'dermoscopic' }, { findingId: 'f', view: 'oblique' }];
    expect(required(wanted(brown, taken)).map((one) => one.views[0])).toEqual(['dermoscopic']);
    expect(required(wanted(brown, taken, [{ findingId: 'f', view: 'dermoscopic', reason: 'No dermatoscope' }]))).toEqual([]);
    expect(required(wanted(brown, taken, [{ findingId: 'f', view: 'dermoscopic', reason: ' ' }]))).toHaveLength(1);
  });
  it('two of one view count as two', () => {
    const ears = (n: number) => wantedViews(of('ent-ear'), {}, { laterality: 'bilateral' }, 'f', Array.from({ length: n }, () => ({ findingId: 'f', view: 'otoscopic' as const })), []);
    expect(ears(1).filter(isOpen).map((one) => [one.min, one.have])).toEqual([[2, 1]]);
    expect(ears(2).filter(isOpen)).toEqual([]);
  });
  it('are guessed for the next pictures: what is missing first', () => {
    const guess = (list: ReturnType<typeof wanted>, n: number) => {
      const added: never[] = [];
      for (let i = 0; i < n; i += 1) added.push(nextView(list, added) as never);
      return added;
    };
    expect(guess(wanted(brown), 4)).toEqual(['overview', 'close-up', 'dermoscopic', 'close-up']);
    expect(guess(wanted(brown, [{ findingId: 'f', view: 'overview' }]), 2)).toEqual(['close-up', 'dermoscopic']);
    expect(guess(wantedViews(of('ent-ear'), {}, {}, 'f', [], []), 2)).toEqual(['otoscopic', 'otoscopic']);
    expect(guess([], 2)).toEqual(['overview', 'close-up']);
  });
});

describe('answers in words', () => {
  const words = { yes: 'Yes', no: 'No' };
  it('by label, unit and language', () => {
    const text = (q: string, linkId: string, value: never, language: 'en' | 'nb' = 'en') => answerText(item(q, linkId) as Item, value, language, words);
    expect(text('dermatology-lesion', 'size-longest', 8.5 as never, 'nb')).toBe('8,5 mm');
    expect(text('dermatology-lesion', 'colours', ['371254008', 'skin'] as never)).toBe('Brown, Skin-coloured');
    expect(text('dermatology-lesion', 'duration', 'weeks' as never, 'nb')).toBe('Uker');
    expect(text('referral', 'consent', true as never)).toBe('Yes');
    expect(text('dermatology-lesion', 'duration', 'gone' as never)).toBe('gone');
  });
});

describe('a whole set', () => {
  it('of required answers leaves no fault', () => {
    expect(faults(of('dermatology'), { 'skin-type': 'C74570', risk: ['none'] })).toEqual([]);
    expect(faults(of('dermatology'), {}).map(({ item: one, code }) => [one.linkId, code])).toEqual([['skin-type', 'required'], ['risk', 'required']]);
  });
});
