// Everything that this draft asks: the questionnaires that apply with their answers, the flags they raise, the views they want.
import type { Facts, Flag, Questionnaire, Values } from '../api/questionnaire';
import type { FindingKind, Specialty } from '../api/types';
import { applying, faults, raised } from '../questionnaire/questionnaire';
import { wantedViews, type Taken, type Wanted } from '../questionnaire/views';
import { ageAt } from '../text/dates';
import { valuesOf, type Form } from './form';

/** The header of every referral. */
export const HEADER = 'referral';
export interface Asked { q: Questionnaire; findingId: string | null; values: Values; facts: Facts }

export function askedOf(all: readonly Questionnaire[], form: Form, now: Date): Asked[] {
  const facts: Facts = { priority: form.priority || null, 'age-years': ageAt(form.birthDate, now), findings: form.findings.length };
  const whole = applying(all, 'referral', form.specialty, '', form.answers).map((q) => ({ q, findingId: null, values: valuesOf(form, q.id, null), facts }));
  const each = form.findings.flatMap((f) => {
    if (!f.kind || !form.specialty) return [];
    const own = { ...facts, 'body-site': f.bodySite?.code ?? null, laterality: f.laterality || null };
    return applying(all, 'finding', form.specialty, f.kind, form.answers.filter((set) => set.findingId === f.id))
      .map((q) => ({ q, findingId: f.id, values: valuesOf(form, q.id, f.id), facts: own }));
  });
  return [...whole, ...each];
}

/** A flag with the finding that raised it. */
export interface Raised { flag: Flag; findingId: string | null; q: Questionnaire }
export function redFlagsOf(asked: readonly Asked[]): Raised[] {
  return asked.flatMap(({ q, findingId, values, facts }) => raised(q.redFlags, q, values, facts).map((flag) => ({ flag, findingId, q })));
}
/** Everything that the answers warn of, the same words once. */
export function warningsOf(asked: readonly Asked[]): Raised[] {
  const found = asked.flatMap(({ q, findingId, values, facts }) => raised(q.warnings, q, values, facts).map((flag) => ({ flag, findingId, q })));
  return found.filter((one, at) => found.findIndex((other) => other.flag.code === one.flag.code && other.findingId === one.findingId) === at);
}
export function viewsOf(asked: readonly Asked[], form: Form, taken: readonly Taken[]): Wanted[] {
  return asked.flatMap(({ q, findingId, values, facts }) => wantedViews(q, values, facts, findingId, taken, form.overrides));
}

/** The server's name of an answer's field. */
export function fieldOf(form: Form, one: Pick<Asked, 'q' | 'findingId'>, linkId: string): string {
  if (one.findingId === null) return `answers.${one.q.id}.${linkId}`;
  return `findings.${form.findings.findIndex((f) => f.id === one.findingId)}.answers.${linkId}`;
}
/** The id of an answer's element on the page. */
export function answerAnchor(questionnaire: string, findingId: string | null, linkId: string): string {
  return findingId === null ? `answer-${questionnaire}-${linkId}` : `finding-${findingId}-answer-${linkId}`;
}
/** What Send would find wrong in the answers. */
export function answerFaults(asked: readonly Asked[], form: Form): { field: string; code: string }[] {
  return asked.flatMap((one) => faults(one.q, one.values).map(({ item, code }) => ({ field: fieldOf(form, one, item.linkId), code })));
}

/** Kinds that are offered for a specialty, the usual one first where it can be taken for granted. */
const KINDS: Record<Specialty, FindingKind[]> = {
  dermatology: ['lesion', 'rash', 'wound'],
  ent: ['ear', 'lesion'],
  'plastic-surgery': ['lesion', 'wound', 'burn', 'scar'],
};
export function kindsFor(specialty: Specialty | '', chosen: FindingKind | ''): FindingKind[] {
  const offered = specialty ? KINDS[specialty] : (['lesion', 'rash', 'ear', 'wound', 'burn', 'scar'] as FindingKind[]);
  return chosen && !offered.includes(chosen) ? [...offered, chosen] : offered;
}
export function usualKind(specialty: Specialty | ''): FindingKind | '' {
  if (specialty === 'dermatology') return 'lesion';
  return specialty === 'ent' ? 'ear' : '';
}

/** Body sites that most referrals to a specialty name, by code; the search has all the others. Their short names: `site.…` in i18n/form. */
export const SITES: Record<Specialty, string[]> = {
  dermatology: ['73897004', '43067004', '43081002', '181491009', '66643007', '371311000', '33712006', '371304004', '60496002'],
  ent: ['86409001', '1902009', '113179006', '113277000', '55031', '43081002'],
  'plastic-surgery': ['73897004', '181491009', '66643007', '371311000', '33712006', '244169007', '371304004', '60496002'],
};
export const usualSites = (specialty: Specialty | ''): string[] => (specialty ? SITES[specialty] : []);
