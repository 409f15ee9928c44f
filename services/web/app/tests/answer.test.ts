import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/api/types';
import { blankAnswer, fitted, needs } from '../src/specialist/answer';

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
    expect(list.map((n) => `${n.kind} ${n.index}`)).toEqual(['diagnosis 1', 'certainty 1', 'disposition 1', 'plan 1', 'images 1']);
  });
});
