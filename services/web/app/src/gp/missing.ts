// What Send would refuse, tied to the fields on the page. The server's list is the authority; until it has
// seen the draft, and while an edit is on its way, this page's own reading of it fills in.
import type { FieldError } from '../api/types';
import type { Form } from './form';

export interface Gap { /** the server's name of the field, indices as ".0" */ field: string; /** the id of the element to go to */ anchor: string; message: string; code: string }

/** "findings[0].bodySite", "findings/0/bodySite" and "content.findings.0.bodySite" all become "findings.0.bodySite". */
export function normalField(field: string): string {
  return field.replace(/\[(\w+)\]/g, '.$1').replace(/\//g, '.').replace(/^\.+/, '').replace(/^content\./, '');
}

export function anchorOf(field: string, form: Form): string {
  const parts = normalField(field).split('.');
  if (parts[0] === 'patient') return `patient-${parts[1] ?? 'identifier'}`;
  if (parts[0] === 'images') return parts[1] ? `picture-${parts[1]}` : 'pictures';
  if (parts[0] === 'findings' && parts.length < 2) return 'add-finding';
  if (parts[0] === 'findings') {
    const which = parts[1] ?? '0';
    const finding = /^\d+$/.test(which) ? form.findings[Number(which)] : form.findings.find((f) => f.id === which);
    const id = finding?.id ?? form.findings[0]?.id ?? '';
    return `finding-${id}-${parts[2] ?? 'bodySite'}`;
  }
  return `field-${parts[0] ?? ''}`;
}

/** The value that stands in a field now: null when the field is not one of the form's. */
function filled(field: string, form: Form, pictures: number): boolean | null {
  const [head, second, third] = normalField(field).split('.');
  if (head === 'images') return pictures > 0;
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

const REQUIRED = ['patient.identifier', 'patient.identifierSystem', 'patient.name', 'patient.birthDate', 'patient.sex', 'specialty', 'departmentId'];
const REQUIRED_LAST = ['images', 'question', 'priority'];
const PER_FINDING = ['bodySite', 'laterality', 'kind'];

/** This page's own reading of what is missing, in the order of the page. */
export function ownGaps(form: Form, pictures: number): string[] {
  const fields = [...REQUIRED, ...form.findings.flatMap((_, i) => PER_FINDING.map((name) => `findings.${i}.${name}`)), ...REQUIRED_LAST];
  return fields.filter((field) => filled(field, form, pictures) === false);
}

/** The server's list, less the "required" entries that were filled in since. */
export function gaps(server: FieldError[] | null, form: Form, pictures: number, text: (field: string, error: FieldError | null) => string): Gap[] {
  if (server === null) {
    return ownGaps(form, pictures).map((field) => ({ field, anchor: anchorOf(field, form), message: text(field, null), code: 'required' }));
  }
  const open = server.filter((e) => !(e.code === 'required' && filled(e.field, form, pictures) === true));
  return open.map((e) => ({ field: normalField(e.field), anchor: anchorOf(e.field, form), message: text(normalField(e.field), e), code: e.code }));
}
