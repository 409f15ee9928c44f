// What a department does beside answering: amending, declining, forwarding, its list of what is over, the coordinator's board.
import { del, get, post, put, query } from './client';
import type { Assigned, DeclineReason, Lease, Named, Priority, Sex, Specialty } from './types';

export interface Receiver { id: string; name: string; hospital: string; specialties: Specialty[] }
export interface Ended {
  id: string; kind: 'answered' | 'declined' | 'forwarded'; at: string; by: string; caseId: string; reference: string; practiceName: string;
  specialty: Specialty; priority: Priority; submittedAt: string; sex: Sex; ageYears: number | null; bodySite: string | null;
  /** disposition, reason, or the specialty that it went to */
  what: string; toDepartment: string | null; text: string | null; amends: boolean; opens: boolean; training: boolean;
}
export interface EndedPage { items: Ended[]; next: string | null }
export interface Absence { id: string; personId: string; from: string; to: string; now: boolean }
export interface Colleague { id: string; name: string; assigned: number; reading: number; absences: Absence[] }
export interface BoardRow {
  id: string; state: 'waiting' | 'returned' | 'awaiting-information' | 'signed' | 'amending'; priority: Priority; specialty: Specialty; dueAt: string; submittedAt: string;
  overdue: boolean; unowned: boolean; ageYears: number | null; sex: Sex; bodySite: string | null; practiceName: string;
  claim: { by: Named; since: string; expiresAt: string } | null; assigned: Assigned | null;
}
export const COUNTS = ['overdue', 'unowned', 'reassign', 'waiting', 'reading', 'returned', 'awaitingInformation', 'signed'] as const;
export interface Board {
  department: Named; departments: Named[]; items: BoardRow[]; next: string | null; counts: Record<(typeof COUNTS)[number], number>; people: Colleague[];
}

const base = '/api/review';
export const amend = (id: string) => post<Lease>(`${base}/cases/${id}/amend`);
/** `act` is an id made for this one act, so that a repeat after a broken line changes nothing. */
export const decline = (id: string, act: string, token: string, reason: DeclineReason | '', text: string) =>
  post(`${base}/cases/${id}/decline`, { id: act, token, reason: reason || null, text });
export const forward = (id: string, act: string, token: string, departmentId: string, specialty: string, text: string) =>
  post(`${base}/cases/${id}/forward`, { id: act, token, departmentId, specialty, text });
export const receivers = () => get<Receiver[]>(`${base}/departments`);
export const ended = (cursor?: string | null) => get<EndedPage>(`${base}/ended${query({ cursor })}`);
export const board = (departmentId: string | null, cursor?: string | null) => get<Board>(`${base}/board${query({ departmentId, cursor })}`);
export const free = (id: string, holderId: string) => post(`${base}/cases/${id}/free`, { holderId });
export const assign = (id: string, personId: string | null) => put(`${base}/cases/${id}/assignment`, { personId });
export const absences = () => get<Absence[]>(`${base}/absences`);
export const noteAbsence = (id: string, personId: string | null, from: string, to: string) => put(`${base}/absences/${id}`, { personId, from, to });
export const removeAbsence = (id: string) => del(`${base}/absences/${id}`);
