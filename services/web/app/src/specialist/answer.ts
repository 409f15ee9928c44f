// The answer being written: one part per finding, nothing chosen beforehand, and what still stands in the way of signing.
import type { Answer, AnswerContent, AnsweredFinding, Books, Disposition, Finding, TellsPatient } from '../api/types';

export function blankAnswer(findings: readonly Finding[]): AnswerContent {
  return { summary: '', findings: findings.map((f) => ({ findingId: f.id, diagnosis: '', certainty: null, disposition: null, plan: '' })), tellsPatient: null, books: null, reason: '' };
}
/** A kept draft, fitted to the findings of the case (each exactly once, in their order). */
export function fitted(draft: Pick<AnswerContent, 'summary' | 'findings'> & Partial<AnswerContent> | null, findings: readonly Finding[]): AnswerContent {
  const blank = blankAnswer(findings);
  if (!draft) return blank;
  const parts = blank.findings.map((empty) => ({ ...empty, ...draft.findings.find((f) => f.findingId === empty.findingId) }));
  return { summary: draft.summary ?? '', findings: parts, tellsPatient: draft.tellsPatient || null, books: draft.books || null, reason: draft.reason ?? '' };
}
/** What an amendment begins with: the newest answer as it was sent, without its reason. */
export function ofSent(answers: readonly Answer[], findings: readonly Finding[]): AnswerContent {
  return { ...fitted(answers.at(-1) ?? null, findings), reason: '' };
}
export type NeedKind = 'diagnosis' | 'certainty' | 'disposition' | 'plan' | 'images' | 'tells' | 'books' | 'booker' | 'reason';
export interface Need { kind: NeedKind; /** index of the finding, or of the picture */ index: number; anchor: string }

/** Most urgent first, as the server has it. */
const URGENCY: Disposition[] = ['cancer-pathway', 'face-to-face-urgent', 'direct-surgery', 'face-to-face-routine', 'better-images', 'more-info', 'gp-procedure', 'gp-manages'];
const SEEN: Disposition[] = URGENCY.slice(0, 4);
export function mostUrgent(content: AnswerContent): Disposition | null {
  return URGENCY.find((one) => content.findings.some((f) => f.disposition === one)) ?? null;
}
export interface Owners { tells: TellsPatient; books: Books }
/** Who usually tells and who usually books: the department what it does itself, the office everything else. */
export function usualOwners(disposition: Disposition | null): Owners | null {
  if (!disposition) return null;
  if (SEEN.includes(disposition)) return { tells: 'department', books: 'department' };
  return { tells: 'practice', books: disposition === 'gp-procedure' ? 'practice' : 'nobody' };
}
/** Follows a changed recommendation, unless somebody has chosen otherwise by hand. */
export function withOwners(content: AnswerContent, before: Disposition | null): void {
  const [was, now] = [usualOwners(before), usualOwners(mostUrgent(content))];
  if (!now) return;
  if (!content.tellsPatient || content.tellsPatient === was?.tells) content.tellsPatient = now.tells;
  if (!content.books || content.books === was?.books) content.books = now.books;
}

export function needs(content: AnswerContent, pictures: readonly { id: string; state: string; shown: boolean; removed: boolean }[], amending = false): Need[] {
  const out: Need[] = [];
  if (amending && content.reason.trim() === '') out.push({ kind: 'reason', index: 0, anchor: 'answer-reason' });
  content.findings.forEach((f, index) => {
    for (const kind of ['diagnosis', 'certainty', 'disposition', 'plan'] as const) {
      if (isBlank(f, kind)) out.push({ kind, index, anchor: `answer-${f.findingId}-${kind}` });
    }
  });
  if (!content.tellsPatient) out.push({ kind: 'tells', index: 0, anchor: 'answer-tells' });
  if (!content.books) out.push({ kind: 'books', index: 0, anchor: 'answer-books' });
  else if (content.books === 'nobody' && SEEN.some((one) => content.findings.some((f) => f.disposition === one))) out.push({ kind: 'booker', index: 0, anchor: 'answer-books' });
  pictures.forEach((picture, index) => {
    if (picture.state === 'ready' && !picture.removed && !picture.shown) out.push({ kind: 'images', index, anchor: `thumb-${picture.id}` });
  });
  return out;
}
function isBlank(f: AnsweredFinding, kind: 'diagnosis' | 'certainty' | 'disposition' | 'plan'): boolean {
  const value = f[kind];
  return value === null || value.trim() === '';
}
