// What Send would refuse, tied to the fields on the page. The server's list is the authority; until it has
// seen the draft, and while an edit is on its way, this page's own reading of it fills in.
import type { FieldError } from '../api/types';
import { isBlank } from '../questionnaire/questionnaire';
import { required, type Wanted } from '../questionnaire/views';
import { HEADER, answerAnchor, answerFaults, type Asked } from './asked';
import { faultText } from './faultText';
import { toContent, type Form } from './form';

export interface Gap { /** the server's name of the field, indices as ".0" */ field: string; /** the id of the element to go to */ anchor: string; message: string; code: string; /** said beside the field, where its label stands already */ beside?: string }
/** What stands on the page beside the form itself. */
export interface Page {
  pictures: number; asked: readonly Asked[]; wanted: readonly Wanted[];
  /** something was chosen that is phoned about first */ phoneFirst: boolean;
}
export const EMPTY_PAGE: Page = { pictures: 0, asked: [], wanted: [], phoneFirst: false };

/** "findings[0].bodySite", "findings/0/bodySite" and "content.findings.0.bodySite" all become "findings.0.bodySite". */
export function normalField(field: string): string {
  return field.replace(/\[(\w+)\]/g, '.$1').replace(/\//g, '.').replace(/^\.+/, '').replace(/^content\./, '');
}

export function anchorOf(field: string, form: Form): string {
  const parts = normalField(field).split('.');
  if (parts[0] === 'patient') return `patient-${parts[1] ?? 'identifier'}`;
  if (parts[0] === 'images') return parts[1] ? `picture-${parts[1]}` : 'pictures';
  if (isView(field)) return 'views-wanted';
  if (parts[0] === 'answers' && parts[2] === 'values') {
    // What saving refuses is told by the place in the list that was sent.
    const set = toContent(form).answers?.[Number(parts[1])];
    return answerAnchor(set?.questionnaire ?? '', set?.findingId ?? null, parts[3] ?? '');
  }
  if (parts[0] === 'answers') return answerAnchor(parts[1] ?? '', null, parts[2] ?? '');
  if (parts[0] === 'emergencyCall') return parts[1] === 'at' ? 'call-at' : 'call-with';
  if (parts[0] === 'findings' && parts.length < 2) return 'add-finding';
  if (parts[0] === 'findings') {
    const which = parts[1] ?? '0';
    const finding = /^\d+$/.test(which) ? form.findings[Number(which)] : form.findings.find((f) => f.id === which);
    const id = finding?.id ?? form.findings[0]?.id ?? '';
    return parts[2] === 'answers' ? answerAnchor('', id, parts[3] ?? '') : `finding-${id}-${parts[2] ?? 'bodySite'}`;
  }
  return `field-${parts[0] ?? ''}`;
}
/** "views.close-up" and "findings.0.views.close-up": a picture that is still to be taken. */
export function isView(field: string): boolean {
  return /^(findings\.\w+\.)?views(\.|$)/.test(normalField(field));
}

/** The item that an answer's field names, when it is asked now: null when not, undefined when the field is no answer's. */
function answerOf(field: string, form: Form, asked: readonly Asked[]): { one: Asked; linkId: string } | null | undefined {
  const parts = normalField(field).split('.');
  if (parts[0] === 'answers') return pick(asked.find((a) => a.findingId === null && a.q.id === parts[1]), parts[2]);
  if (parts[0] !== 'findings' || parts[2] !== 'answers') return undefined;
  const id = form.findings[Number(parts[1])]?.id;
  return pick(asked.find((a) => a.findingId === id && a.q.item.some((item) => item.linkId === parts[3])), parts[3]);
}
const pick = (one: Asked | undefined, linkId: string | undefined) => (one && linkId ? { one, linkId } : null);

/** Whether something stands in a field now: null when the field is not one of the form's. */
function filled(field: string, form: Form, page: Page): boolean | null {
  const [head, second, third] = normalField(field).split('.');
  if (head === 'images') return page.pictures > 0;
  if (head === 'emergencyCall') return form.spokeWith.trim() !== '' && form.spokeAt !== '';
  const answer = answerOf(field, form, page.asked);
  if (answer !== undefined) return answer === null || !isBlank(answer.one.values[answer.linkId]);
  if (head === 'patient') {
    const value = form[second as 'identifier' | 'identifierSystem' | 'name' | 'birthDate' | 'sex'];
    return typeof value === 'string' ? value.trim() !== '' : null;
  }
  if (head === 'findings') {
    const finding = form.findings[Number(second ?? 0)];
    if (!finding || !third) return null;
    if (third === 'bodySite') return finding.bodySite !== null;
    const value = finding[third as 'laterality' | 'kind' | 'description' | 'duration'];
    return typeof value === 'string' ? value.trim() !== '' : null;
  }
  const value = form[head as 'specialty' | 'departmentId' | 'priority' | 'question' | 'history'];
  return typeof value === 'string' ? value.trim() !== '' : null;
}

const PATIENT = ['patient.identifier', 'patient.identifierSystem', 'patient.name', 'patient.birthDate', 'patient.sex', 'specialty', 'departmentId'];
const PER_FINDING = ['bodySite', 'laterality', 'kind'];

/** This page's own reading of what is missing, in the order of the page. */
export function ownGaps(form: Form, page: Page): { field: string; code: string }[] {
  const isMissing = (field: string) => filled(field, form, page) === false;
  const plain = (fields: string[]) => fields.filter(isMissing).map((field) => ({ field, code: 'required' }));
  const answers = (test: (one: Asked) => boolean) => answerFaults(page.asked.filter(test), form);
  return [
    ...plain(PATIENT), ...answers((one) => one.findingId === null && one.q.id !== HEADER),
    ...form.findings.flatMap((f, i) => [...plain(PER_FINDING.map((name) => `findings.${i}.${name}`)), ...answers((one) => one.findingId === f.id)]),
    ...ownCall(form, page), ...plain(['images']), ...ownViews(form, page), ...plain(['question', 'history']),
    ...answers((one) => one.q.id === HEADER), ...plain(['priority']),
  ];
}
function ownCall(form: Form, page: Page): { field: string; code: string }[] {
  return page.phoneFirst && filled('emergencyCall', form, page) === false ? [{ field: 'emergencyCall', code: 'emergency-call' }] : [];
}
function ownViews(form: Form, page: Page): { field: string; code: string }[] {
  if (page.pictures === 0) return [];
  return required(page.wanted).map((one) => {
    const at = form.findings.findIndex((f) => f.id === one.findingId);
    return { field: `${at < 0 ? '' : `findings.${at}.`}views.${one.views[0] ?? ''}`, code: 'view-missing' };
  });
}

/** Where a field stands on the page, from the top; those of one place keep their order. */
function place(field: string): number {
  const order = [/^patient\./, /^(specialty|departmentId)/, /^answers\.(?!referral\.)/, /^findings(?!.*views)/, /^emergencyCall/, /^images|views/, /^(question|history)/, /^answers/];
  const at = order.findIndex((one) => one.test(field));
  return at < 0 ? order.length : at;
}
/** Codes of what writing something mends. */
const WAITING = ['required', 'emergency-call'];

/** The server's list, less what was filled in or is not asked any more since; of views, which change by every tap, the page's own. */
export function gaps(server: FieldError[] | null, form: Form, page: Page, text: (field: string, code: string, error: FieldError | null) => string): Gap[] {
  const gap = (field: string, code: string, error: FieldError | null): Gap => {
    const answer = answerOf(field, form, page.asked);
    const beside = answer ? faultText(code, answer.one.q.item.find((item) => item.linkId === answer.linkId)) : code === 'required' ? faultText(code, undefined) : null;
    return { field: normalField(field), anchor: anchorOf(field, form), message: text(normalField(field), code, error), code, ...(beside ? { beside } : {}) };
  };
  const own = (list: { field: string; code: string }[]) => list.map(({ field, code }) => gap(field, code, null));
  if (server === null) return own(ownGaps(form, page));
  const open = server.filter((e) => {
    if (page.asked.length > 0 && isView(e.field)) return false;
    return answerOf(e.field, form, page.asked) !== null && !(WAITING.includes(e.code) && filled(e.field, form, page) === true);
  });
  const told = open.map((e) => gap(e.field, e.code, e));
  const call = told.some((one) => one.field.startsWith('emergencyCall')) ? [] : ownCall(form, page);
  const more = [...own(call), ...own(ownViews(form, page))];
  return [...told, ...more].sort((a, b) => place(a.field) - place(b.field));
}
