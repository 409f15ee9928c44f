// The context log: dated events around the programme, by the domains of the CFIR of 2022. Nothing is changed, only replaced.
import { get, post, query } from './client';

export const DOMAINS = ['innovation', 'outer-setting', 'inner-setting', 'individuals', 'implementation-process'] as const;
export type Domain = (typeof DOMAINS)[number];
export const KINDS = ['training-held', 'champion-arrives', 'champion-leaves', 'outage', 'tariff-change', 'holiday', 'staff-change', 'other'] as const;
export type ContextKind = (typeof KINDS)[number];
interface Named { id: string; name: string }
export interface ContextRow {
  id: string; practice: Named | null; department: Named | null; domain: Domain; kind: ContextKind; from: string; until: string | null;
  /** In words; why it was withdrawn, when it is. */
  text: string; withdrawn: boolean; by: Named | null; at: string;
}
export interface ContextEntry { id: string; now: ContextRow; earlier: ContextRow[] }
export interface ContextLog { entries: ContextEntry[]; departments: Named[] }
export interface ContextForm {
  id: string; practiceId: string | null; departmentId: string | null; domain: Domain; kind: ContextKind; from: string; until: string | null; text: string;
}

const base = '/api/directory/context';
export const contextLog = (practice: string | null) => get<ContextLog>(`${base}${query({ practice })}`);
export const noteEvent = (row: ContextForm) => post<{ id: string }>(base, row);
export const correctEvent = (row: string, form: ContextForm) => post<{ id: string }>(`${base}/${row}/correct`, form);
export const withdrawEvent = (row: string, form: { id: string; reason: string }) => post<{ id: string }>(`${base}/${row}/withdraw`, form);
