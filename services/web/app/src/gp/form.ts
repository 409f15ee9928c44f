// The draft as the page edits it: every field a string, "" for "not chosen". Nothing is chosen beforehand.
import type {
  CodedSite, DraftContent, Finding, FindingKind, IdentifierSystem, Laterality, Patient, Priority, Sex, Specialty,
} from '../api/types';

export interface FindingForm {
  id: string; bodySite: CodedSite | null; laterality: Laterality | ''; kind: FindingKind | ''; description: string; duration: string;
}
export interface Form {
  identifierSystem: IdentifierSystem | ''; identifier: string; name: string; birthDate: string; sex: Sex | '';
  specialty: Specialty | ''; departmentId: string; priority: Priority | ''; question: string; history: string; findings: FindingForm[];
}

export function emptyFinding(id: string): FindingForm {
  return { id, bodySite: null, laterality: '', kind: '', description: '', duration: '' };
}
export function emptyForm(findingId: string): Form {
  return {
    identifierSystem: '', identifier: '', name: '', birthDate: '', sex: '', specialty: '', departmentId: '', priority: '',
    question: '', history: '', findings: [emptyFinding(findingId)],
  };
}

export function fromContent(content: DraftContent, findingId: string): Form {
  const p = content.patient ?? {};
  const findings = (content.findings ?? []).map((f): FindingForm => ({
    id: f.id, bodySite: f.bodySite, laterality: f.laterality ?? '', kind: f.kind ?? '', description: f.description ?? '', duration: f.duration ?? '',
  }));
  return {
    identifierSystem: p.identifierSystem ?? '', identifier: p.identifier ?? '', name: p.name ?? '', birthDate: p.birthDate ?? '', sex: p.sex ?? '',
    specialty: content.specialty ?? '', departmentId: content.departmentId ?? '', priority: content.priority ?? '',
    question: content.question ?? '', history: content.history ?? '', findings: findings.length ? findings : [emptyFinding(findingId)],
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
  const content: DraftContent = { findings: form.findings.map(findingOut) };
  if (Object.keys(patient).length) content.patient = patient;
  if (form.specialty) content.specialty = form.specialty;
  if (form.departmentId) content.departmentId = form.departmentId;
  if (form.priority) content.priority = form.priority;
  if (form.question.trim()) content.question = form.question;
  if (form.history.trim()) content.history = form.history;
  return content;
}

function findingOut(f: FindingForm): Finding {
  return {
    id: f.id, bodySite: f.bodySite, ...(f.laterality ? { laterality: f.laterality } : {}), ...(f.kind ? { kind: f.kind } : {}),
    description: f.description, duration: f.duration,
  };
}

/** The kind of number by its length; a person may still choose otherwise. */
export function guessSystem(identifier: string): IdentifierSystem | '' {
  const digits = identifier.replace(/\s/g, '');
  if (/^\d{11}$/.test(digits)) return 'no-national';
  return /^\d{10}$/.test(digits) ? 'nhs' : '';
}
