// What this device chose last, for as long as the tab lives, where taking it for granted harms nobody: the specialty alone.
// It says nothing about a patient.
import type { Department, Specialty } from '../api/types';
import { usualKind } from './asked';
import type { Form } from './form';

const KEY = 'lysbro.specialty';
const known: readonly string[] = ['dermatology', 'ent', 'plastic-surgery'] satisfies Specialty[];

export function rememberSpecialty(specialty: Specialty, storage: Pick<Storage, 'setItem'> = sessionStorage): void {
  try {
    storage.setItem(KEY, specialty);
  } catch {
    // A device that keeps nothing asks each time.
  }
}
export function lastSpecialty(storage: Pick<Storage, 'getItem'> = sessionStorage): Specialty | '' {
  try {
    const kept = storage.getItem(KEY) ?? '';
    return known.includes(kept) ? (kept as Specialty) : '';
  } catch {
    return '';
  }
}

/** What follows from the specialty: the department when there is one alone, and the kind of finding that goes without saying.
    A kind that somebody chose stays. */
export function chooseSpecialty(form: Form, specialty: Specialty, before: Specialty | '', departments: readonly Department[]): void {
  form.specialty = specialty;
  const fitting = departments.filter((d) => d.specialties.includes(specialty));
  if (!fitting.some((d) => d.id === form.departmentId)) form.departmentId = fitting.length === 1 ? (fitting[0]?.id ?? '') : '';
  for (const finding of form.findings) {
    const untouched = !form.answers.some((set) => set.findingId === finding.id && Object.keys(set.values).length > 0);
    if (finding.kind === '' || (untouched && finding.kind === usualKind(before))) finding.kind = usualKind(specialty);
  }
}

const CANT_WAIT = 'lysbro.cant-wait';
const kept = () => (typeof sessionStorage === 'undefined' ? null : sessionStorage);

/** That a draft can't wait until tomorrow, for as long as the tab is open: the server knows it when somebody was phoned. */
export function rememberCantWait(draft: string, can: boolean): void {
  if (can) kept()?.setItem(CANT_WAIT, draft);
  else if (cantWait(draft)) kept()?.removeItem(CANT_WAIT);
}
export function cantWait(draft: string): boolean {
  return kept()?.getItem(CANT_WAIT) === draft;
}
