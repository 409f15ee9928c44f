// The answer being written: one part per finding, nothing chosen beforehand, and what still stands in the way of signing.
import type { AnswerContent, AnsweredFinding, Finding } from '../api/types';

export function blankAnswer(findings: readonly Finding[]): AnswerContent {
  return { summary: '', findings: findings.map((f) => ({ findingId: f.id, diagnosis: '', certainty: null, disposition: null, plan: '' })) };
}
/** A kept draft, fitted to the findings of the case (each exactly once, in their order). */
export function fitted(draft: AnswerContent | null, findings: readonly Finding[]): AnswerContent {
  const blank = blankAnswer(findings);
  if (!draft) return blank;
  return { summary: draft.summary ?? '', findings: blank.findings.map((empty) => ({ ...empty, ...draft.findings.find((f) => f.findingId === empty.findingId) })) };
}
export type NeedKind = 'diagnosis' | 'certainty' | 'disposition' | 'plan' | 'images';
export interface Need { kind: NeedKind; /** index of the finding, or of the picture */ index: number; anchor: string }

export function needs(content: AnswerContent, pictures: readonly { id: string; state: string; shown: boolean; removed: boolean }[]): Need[] {
  const out: Need[] = [];
  content.findings.forEach((f, index) => {
    for (const kind of ['diagnosis', 'certainty', 'disposition', 'plan'] as const) {
      if (isBlank(f, kind)) out.push({ kind, index, anchor: `answer-${f.findingId}-${kind}` });
    }
  });
  pictures.forEach((picture, index) => {
    if (picture.state === 'ready' && !picture.removed && !picture.shown) out.push({ kind: 'images', index, anchor: `thumb-${picture.id}` });
  });
  return out;
}
function isBlank(f: AnsweredFinding, kind: 'diagnosis' | 'certainty' | 'disposition' | 'plan'): boolean {
  const value = f[kind];
  return value === null || value.trim() === '';
}
