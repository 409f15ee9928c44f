import { describe, expect, it } from 'vitest';
import { emptyForm, fromContent, guessSystem, toContent, type Form } from '../src/gp/form';
import { SITES, askedOf, viewsOf } from '../src/gp/asked';
import { en as words } from '../src/i18n/form';
import { setValue, valuesOf } from '../src/gp/form';
import { EMPTY_PAGE, anchorOf, gaps, normalField, ownGaps, type Page } from '../src/gp/missing';
import { chooseSpecialty } from '../src/gp/usual';
import { all } from './published';

const text = (field: string) => field;
const page = (pictures: number): Page => ({ ...EMPTY_PAGE, pictures });
const now = new Date(2026, 10, 29);
/** The page of a form, with the published questionnaires and pictures of these views. */
function pageOf(form: Form, views: string[] = [], phoneFirst = false): Page {
  const asked = askedOf(all, form, now);
  return { pictures: views.length, asked, wanted: viewsOf(asked, form, views.map((view) => ({ findingId: form.findings[0]!.id, view: view as never }))), phoneFirst };
}
function full(): Form {
  return {
    identifierSystem: 'generic', identifier: 'SYNTHETIC-1', name: 'SYNTHETIC Kari', birthDate: '1958-03-14', sex: 'female', specialty: 'dermatology', departmentId: 'd',
    phone: '', address: '', priority: 'routine', question: 'Benign?', history: 'Grows.', answers: [], spokeWith: '', spokeAt: '', overrides: [],
    findings: [{ id: 'f1', bodySite: { code: '1', system: 'SCT', display: 'Back' }, laterality: 'none', kind: 'lesion', description: '', duration: '' }],
  };
}

describe('fields', () => {
  it('reads the ways a field can be written', () => {
    for (const field of ['findings[0].bodySite', 'findings/0/bodySite', 'content.findings.0.bodySite']) expect(normalField(field)).toBe('findings.0.bodySite');
  });
  it('leads to the element of the finding by its place', () => {
    const form = full();
    form.findings.push({ ...form.findings[0]!, id: 'f2' });
    expect(anchorOf('findings[1].laterality', form)).toBe('finding-f2-laterality');
    expect(anchorOf('patient.birthDate', form)).toBe('patient-birthDate');
    expect(anchorOf('images.8c', form)).toBe('picture-8c');
    expect(anchorOf('images', form)).toBe('pictures');
    expect(anchorOf('departmentId', form)).toBe('field-departmentId');
    expect(anchorOf('findings', form)).toBe('add-finding');
  });
});

describe('what is missing', () => {
  it('names everything of an empty form, in the order of the page, and nothing of a full one', () => {
    expect(ownGaps(emptyForm('f1'), EMPTY_PAGE).map((gap) => gap.field)).toEqual([
      'patient.identifier', 'patient.identifierSystem', 'patient.name', 'patient.birthDate', 'patient.sex', 'specialty', 'departmentId',
      'findings.0.bodySite', 'findings.0.laterality', 'findings.0.kind', 'images', 'question', 'history', 'priority',
    ]);
    expect(ownGaps(full(), page(1))).toEqual([]);
  });
  it('takes the server’s list, less what was filled in since', () => {
    const server = [
      { field: 'patient.name', code: 'required', message: '' }, { field: 'patient.birthDate', code: 'in-the-future', message: 'future' },
      { field: 'findings[0].kind', code: 'required', message: '' },
    ];
    const form = full();
    form.findings[0]!.kind = '';
    expect(gaps(server, form, page(1), text).map((g) => [g.field, g.code])).toEqual([['patient.birthDate', 'in-the-future'], ['findings.0.kind', 'required']]);
  });
  it('keeps a fault that filling in does not mend', () => {
    expect(gaps([{ field: 'images.8c', code: 'rejected-image', message: '' }], full(), page(2), text)).toHaveLength(1);
  });
});

describe('the form', () => {
  it('chooses nothing beforehand and sends only what was filled in', () => {
    expect(toContent(emptyForm('f1'))).toEqual({ findings: [{ id: 'f1', bodySite: null, description: '', duration: '' }] });
  });
  it('comes back as it was sent', () => {
    expect(fromContent(toContent(full()), 'unused')).toEqual(full());
  });
  it('guesses the kind of number by its length only', () => {
    expect([guessSystem('140358 12345'), guessSystem('9434765919'), guessSystem('A1')]).toEqual(['no-national', 'nhs', '']);
  });
});

describe('what questionnaires ask', () => {
  const lesion = all.find((q) => q.id === 'dermatology-lesion')!;
  const fields = (form: Form, views: string[] = [], phone = false) => ownGaps(form, pageOf(form, views, phone)).map((gap) => `${gap.field} ${gap.code}`);
  it('is missing until it is answered, at its own place', () => {
    expect(fields(full(), ['overview'])).toEqual([
      'answers.dermatology.skin-type required', 'answers.dermatology.risk required', 'findings.0.answers.size-longest required', 'findings.0.answers.size-across required',
      'findings.0.answers.duration required', 'findings.0.answers.colours required', 'findings.0.views.close-up view-missing', 'answers.referral.provisional-diagnosis required',
      'answers.referral.medication required', 'answers.referral.allergies required', 'answers.referral.consent required',
    ]);
    const form = full();
    expect(anchorOf('findings[0].answers.size-longest', form)).toBe('finding-f1-answer-size-longest');
    expect(anchorOf('answers.referral.consent', form)).toBe('answer-referral-consent');
    expect(anchorOf('findings[0].views.close-up', form)).toBe('views-wanted');
  });
  it('needs a call first where something was raised, and nothing more when there was one', () => {
    const form = full();
    expect(fields(form, ['overview', 'close-up'], true)).toContain('emergencyCall emergency-call');
    Object.assign(form, { spokeWith: 'Dr Synthetic', spokeAt: '2026-11-29T14:05' });
    expect(fields(form, ['overview', 'close-up'], true).join()).not.toContain('emergencyCall');
    expect(toContent(form).emergencyCall).toEqual({ spokeWith: 'Dr Synthetic', at: new Date('2026-11-29T14:05').toISOString() });
  });
  it('of a kind that was left is not missing any more, and what was typed comes back with it', () => {
    const form = full();
    setValue(form, lesion, 'f1', 'size-longest', 8);
    const server = [{ field: 'findings[0].answers.size-across', code: 'required', message: '' }];
    expect(gaps(server, form, pageOf(form, ['overview', 'close-up']), text)).toHaveLength(1);
    form.findings[0]!.kind = 'rash';
    expect(gaps(server, form, pageOf(form, ['overview', 'close-up', 'regional']), text)).toEqual([]);
    expect(toContent(form).answers).toHaveLength(1);
    form.findings[0]!.kind = 'lesion';
    expect(valuesOf(form, 'dermatology-lesion', 'f1')).toEqual({ 'size-longest': 8 });
    expect(fromContent(toContent(form), 'unused')).toEqual(form);
  });
  it('an answer that is taken back is gone', () => {
    const form = full();
    setValue(form, lesion, 'f1', 'elevation', 'flat');
    setValue(form, lesion, 'f1', 'elevation', undefined);
    expect(toContent(form).answers).toBeUndefined();
  });
  it('every usual body site has a short name', () => {
    for (const code of Object.values(SITES).flat()) expect(words).toHaveProperty([`site.${code}`]);
  });
  it('the specialty brings its only department and its usual kind, and takes no kind that somebody chose', () => {
    const departments = [{ id: 'd1', name: '', hospital: '', specialties: ['dermatology' as const] }, { id: 'd2', name: '', hospital: '', specialties: ['ent' as const] }, { id: 'd3', name: '', hospital: '', specialties: ['ent' as const] }];
    const form = emptyForm('f1');
    chooseSpecialty(form, 'dermatology', '', departments);
    expect([form.departmentId, form.findings[0]!.kind]).toEqual(['d1', 'lesion']);
    chooseSpecialty(form, 'ent', 'dermatology', departments);
    expect([form.departmentId, form.findings[0]!.kind]).toEqual(['', 'ear']);
    form.findings[0]!.kind = 'lesion';
    chooseSpecialty(form, 'dermatology', 'ent', departments);
    form.findings[0]!.kind = 'rash';
    chooseSpecialty(form, 'ent', 'dermatology', departments);
    expect(form.findings[0]!.kind).toBe('rash');
  });
});
