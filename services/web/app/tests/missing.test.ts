import { describe, expect, it } from 'vitest';
import { emptyForm, fromContent, guessSystem, toContent, type Form } from '../src/gp/form';
import { anchorOf, gaps, normalField, ownGaps } from '../src/gp/missing';

const text = (field: string) => field;
function full(): Form {
  return {
    identifierSystem: 'generic', identifier: 'SYNTHETIC-1', name: 'SYNTHETIC Kari', birthDate: '1958-03-14', sex: 'female', specialty: 'dermatology', departmentId: 'd',
    priority: 'routine', question: 'Benign?', history: '',
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
    expect(ownGaps(emptyForm('f1'), 0)).toEqual([
      'patient.identifier', 'patient.identifierSystem', 'patient.name', 'patient.birthDate', 'patient.sex', 'specialty', 'departmentId',
      'findings.0.bodySite', 'findings.0.laterality', 'findings.0.kind', 'images', 'question', 'priority',
    ]);
    expect(ownGaps(full(), 1)).toEqual([]);
  });
  it('takes the server’s list, less what was filled in since', () => {
    const server = [
      { field: 'patient.name', code: 'required', message: '' }, { field: 'patient.birthDate', code: 'in-the-future', message: 'future' },
      { field: 'findings[0].kind', code: 'required', message: '' },
    ];
    const form = full();
    form.findings[0]!.kind = '';
    expect(gaps(server, form, 1, text).map((g) => [g.field, g.code])).toEqual([['patient.birthDate', 'in-the-future'], ['findings.0.kind', 'required']]);
  });
  it('keeps a fault that filling in does not mend', () => {
    expect(gaps([{ field: 'images.8c', code: 'rejected-image', message: '' }], full(), 2, text)).toHaveLength(1);
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
