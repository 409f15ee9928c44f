// The draft as the page edits it: every field a string, "" for "not chosen". Nothing is chosen beforehand.
import type { AnswerSet, Questionnaire, Value, Values, ViewOverride } from '../api/questionnaire';
import type {
  CodedSite, DraftContent, Finding, FindingKind, IdentifierSystem, Laterality, Patient, Priority, Sex, Specialty,
} from '../api/types';
import { isBlank } from '../questionnaire/questionnaire';
import { localMinute } from '../text/dates';

export interface FindingForm {
  id: string; bodySite: CodedSite | null; laterality: Laterality | ''; kind: FindingKind | ''; description: string; duration: string;
}
export interface Form {
  identifierSystem: IdentifierSystem | ''; identifier: string; name: string; birthDate: string; sex: Sex | ''; phone: string; address: string;
  specialty: Specialty | ''; departmentId: string; priority: Priority | ''; question: string; history: string; findings: FindingForm[];
  /** Also of kinds and specialties that were chosen before: the draft keeps what was typed, and the server sends only what is asked. */
  answers: AnswerSet[];
  /** Whom of the department somebody phoned, and when (YYYY-MM-DDTHH:MM, where the person is). */
  spokeWith: string; spokeAt: string;
  overrides: ViewOverride[];
}

export function emptyFinding(id: string): FindingForm {
  return { id, bodySite: null, laterality: '', kind: '', description: '', duration: '' };
}
export function emptyForm(findingId: string): Form {
  return {
    identifierSystem: '', identifier: '', name: '', birthDate: '', sex: '', phone: '', address: '', specialty: '', departmentId: '', priority: '',
    question: '', history: '', findings: [emptyFinding(findingId)], answers: [], spokeWith: '', spokeAt: '', overrides: [],
  };
}

export function fromContent(content: DraftContent, findingId: string): Form {
  const p = content.patient ?? {};
  const findings = (content.findings ?? []).map((f): FindingForm => ({
    id: f.id, bodySite: f.bodySite, laterality: f.laterality ?? '', kind: f.kind ?? '', description: f.description ?? '', duration: f.duration ?? '',
  }));
  return {
    identifierSystem: p.identifierSystem ?? '', identifier: p.identifier ?? '', name: p.name ?? '', birthDate: p.birthDate ?? '', sex: p.sex ?? '',
    phone: p.phone ?? '', address: p.address ?? '',
    specialty: content.specialty ?? '', departmentId: content.departmentId ?? '', priority: content.priority ?? '',
    question: content.question ?? '', history: content.history ?? '', findings: findings.length ? findings : [emptyFinding(findingId)],
    answers: (content.answers ?? []).map((set) => ({ ...set, findingId: set.findingId ?? null, values: { ...set.values } })),
    spokeWith: content.emergencyCall?.spokeWith ?? '', spokeAt: content.emergencyCall ? localMinute(new Date(content.emergencyCall.at)) : '',
    overrides: (content.viewOverrides ?? []).map((one) => ({ ...one, findingId: one.findingId ?? null })),
  };
}

/** What goes to the server: only what was filled in. */
export function toContent(form: Form): DraftContent {
  const patient: Partial<Patient> = {};
  if (form.identifierSystem) patient.identifierSystem = form.identifierSystem;
  if (form.identifier.trim()) patient.identifier = form.identifier.replace(/\s/g, '');
  if (form.name.trim()) patient.name = form.name.trim();
  if (/^\d{4}-\d{2}-\d{2}$/.test(form.birthDate)) patient.birthDate = form.birthDate;
  if (form.sex) patient.sex = form.sex;
  if (form.phone.trim()) patient.phone = form.phone.trim();
  if (form.address.trim()) patient.address = form.address.trim();
  const content: DraftContent = { findings: form.findings.map(findingOut) };
  if (Object.keys(patient).length) content.patient = patient;
  if (form.specialty) content.specialty = form.specialty;
  if (form.departmentId) content.departmentId = form.departmentId;
  if (form.priority) content.priority = form.priority;
  if (form.question.trim()) content.question = form.question;
  if (form.history.trim()) content.history = form.history;
  const answers = form.answers.map((set) => ({ ...set, values: filled(set.values) })).filter((set) => Object.keys(set.values).length > 0 && here(form, set.findingId));
  if (answers.length) content.answers = answers;
  const at = new Date(form.spokeAt);
  if (form.spokeWith.trim() && !Number.isNaN(at.getTime())) content.emergencyCall = { spokeWith: form.spokeWith.trim(), at: at.toISOString() };
  const overrides = form.overrides.filter((one) => one.reason.trim() !== '' && here(form, one.findingId));
  if (overrides.length) content.viewOverrides = overrides.map((one) => ({ ...one, reason: one.reason.trim() }));
  return content;
}

const here = (form: Form, findingId: string | null) => findingId === null || form.findings.some((f) => f.id === findingId);
function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isBlank(value)));
}

function findingOut(f: FindingForm): Finding {
  return {
    id: f.id, bodySite: f.bodySite, ...(f.laterality ? { laterality: f.laterality } : {}), ...(f.kind ? { kind: f.kind } : {}),
    description: f.description, duration: f.duration,
  };
}

const NONE: Values = {};
/** What was answered in a questionnaire so far. */
export function valuesOf(form: Form, questionnaire: string, findingId: string | null): Values {
  return form.answers.find((set) => set.questionnaire === questionnaire && set.findingId === findingId)?.values ?? NONE;
}
/** Answers one item; undefined takes the answer back. */
export function setValue(form: Form, q: Questionnaire, findingId: string | null, linkId: string, value: Value | undefined): void {
  let set = form.answers.find((one) => one.questionnaire === q.id && one.findingId === findingId);
  if (!set) {
    form.answers.push({ questionnaire: q.id, version: q.version, findingId, values: {} });
    set = form.answers.at(-1);
  }
  if (!set) return;
  if (value === undefined) delete set.values[linkId];
  else set.values[linkId] = value;
}

/** The kind of number by its length; a person may still choose otherwise. */
export function guessSystem(identifier: string): IdentifierSystem | '' {
  const digits = identifier.replace(/\s/g, '');
  if (/^\d{11}$/.test(digits)) return 'no-national';
  return /^\d{10}$/.test(digits) ? 'nhs' : '';
}
