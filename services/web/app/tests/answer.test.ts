import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/api/types';
import { blankAnswer, fitted, needs, ofSent, withOwners } from '../src/specialist/answer';
import { apply, preset } from '../src/specialist/presets';

const findings: Finding[] = ['f1', 'f2'].map((id) => ({ id, bodySite: null, description: '', duration: '' }));
const picture = (id: string, shown: boolean, state = 'ready', removed = false) => ({ id, shown, state, removed });

describe('the answer', () => {
  it('has nothing chosen beforehand', () => {
    expect(blankAnswer(findings).findings[0]).toEqual({ findingId: 'f1', diagnosis: '', certainty: null, disposition: null, plan: '' });
  });
  it('fits a kept draft to the findings of the case', () => {
    const draft = { summary: 'S', findings: [{ findingId: 'f2', diagnosis: 'Nevus', certainty: null, disposition: null, plan: '' }, { ...blankAnswer(findings).findings[0]!, findingId: 'gone' }] };
    expect(fitted(draft, findings).findings.map((f) => [f.findingId, f.diagnosis])).toEqual([['f1', ''], ['f2', 'Nevus']]);
  });
  it('lists what stands in the way of signing: fields per finding, and pictures not looked at', () => {
    const content = blankAnswer(findings);
    Object.assign(content.findings[0]!, { diagnosis: 'Nevus', certainty: 'certain', disposition: 'gp-manages', plan: 'None' });
    const list = needs(content, [picture('a', true), picture('b', false), picture('c', false, 'rejected'), picture('d', false, 'ready', true)]);
    expect(list.map((n) => `${n.kind} ${n.index}`)).toEqual(['diagnosis 1', 'certainty 1', 'disposition 1', 'plan 1', 'tells 0', 'books 0', 'images 1']);
  });
  it('lists what would be left to nobody, and the reason of an amendment', () => {
    const content = { ...blankAnswer(findings.slice(0, 1)), tellsPatient: 'practice' as const, books: 'nobody' as const };
    Object.assign(content.findings[0]!, { diagnosis: 'Melanoma?', certainty: 'probable', disposition: 'cancer-pathway', plan: 'Now' });
    expect(needs(content, [], true).map((n) => n.kind)).toEqual(['reason', 'booker']);
    expect(needs({ ...content, books: 'department', reason: 'Histology' }, [], true)).toEqual([]);
  });
  it('names the usual owners with a recommendation, and leaves alone what was chosen by hand', () => {
    const content = blankAnswer(findings);
    content.findings[0]!.disposition = 'gp-manages';
    withOwners(content, null);
    expect([content.tellsPatient, content.books]).toEqual(['practice', 'nobody']);
    content.findings[1]!.disposition = 'face-to-face-routine';
    withOwners(content, 'gp-manages');
    expect([content.tellsPatient, content.books]).toEqual(['department', 'department']);
    content.books = 'practice';
    content.findings[1]!.disposition = 'gp-procedure';
    withOwners(content, 'face-to-face-routine');
    expect([content.tellsPatient, content.books]).toEqual(['practice', 'practice']);
  });
  it('fills in a quick answer around what was typed, and another one in its place', () => {
    const content = blankAnswer(findings);
    content.findings[1]!.diagnosis = 'Dermatofibroma';
    const benign = preset('benign');
    const filled = apply(content, benign, {});
    expect(needs(content, [])).toEqual([]);
    expect(content.findings.map((f) => f.diagnosis)).toEqual([benign.diagnosis, 'Dermatofibroma']);
    apply(content, preset('routine'), filled);
    expect([content.findings[0]!.diagnosis, content.findings[0]!.disposition, content.books]).toEqual(['', 'face-to-face-routine', 'department']);
    expect(content.findings[1]!.diagnosis).toBe('Dermatofibroma');
  });
  it('keeps a recommendation that was chosen by hand, whatever quick answers follow', () => {
    const content = blankAnswer(findings);
    content.findings[0]!.disposition = 'cancer-pathway';
    let filled = apply(content, preset('benign'), {});
    expect(content.findings.map((f) => f.disposition)).toEqual(['cancer-pathway', 'gp-manages']);
    filled = apply(content, preset('routine'), filled);
    expect(content.findings.map((f) => f.disposition)).toEqual(['cancer-pathway', 'face-to-face-routine']);
    // Chosen by hand and the same as the quick answer's: still by hand.
    const same = blankAnswer(findings.slice(0, 1));
    Object.assign(same.findings[0]!, { disposition: 'gp-manages', certainty: 'probable' });
    filled = apply(same, preset('benign'), {});
    apply(same, preset('urgent'), filled);
    expect([same.findings[0]!.disposition, same.findings[0]!.certainty]).toEqual(['gp-manages', 'probable']);
    // Changed by hand after a quick answer had set it.
    const changed = blankAnswer(findings.slice(0, 1));
    filled = apply(changed, preset('benign'), {});
    changed.findings[0]!.disposition = 'direct-surgery';
    filled = apply(changed, preset('gp'), filled);
    apply(changed, preset('routine'), filled);
    expect(changed.findings[0]!.disposition).toBe('direct-surgery');
  });
  it('begins an amendment with the newest answer, without its reason', () => {
    const sent = { ...blankAnswer(findings), id: 'a', amends: null, answeredAt: '', answeredBy: { name: '', role: '' }, departmentName: '', afterWithdrawal: false, filed: null };
    const newest = { ...sent, summary: 'Second', reason: 'Because', tellsPatient: 'practice' as const };
    expect(ofSent([sent, newest], findings)).toMatchObject({ summary: 'Second', reason: '', tellsPatient: 'practice', books: null });
  });
});
