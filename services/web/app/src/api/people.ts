// Who answers for what, and an office's own people.
import { del, get, post, put } from './client';
import type { Grant, Invitation, Language, Named, Role } from './types';

const intake = '/api/intake';
const directory = '/api/directory';

export interface Clinician { id: string; name: string; practiceId: string; practiceName: string; until: string | null; coversFor: string | null; open: number }
export interface Colleague { id: string; name: string; email: string | null; grant: Grant; lastSignIn: string | null; hasPassword: boolean | null; linkable: boolean }
export interface PracticePeople { practice: Named; deputyId: string | null; people: Colleague[] }
export interface NewColleague {
  id: string; practiceId: string; name: string; email: string; language: Language; hprNumber?: string; role: Role; from?: string; until?: string; coversFor?: string;
}
export interface Handover { fromId?: string; toId: string; referralIds?: string[]; note: string }

export const clinicians = () => get<Clinician[]>(`${intake}/clinicians`);
export const ready = (id: string, version: number, responsibleId: string) => post(`${intake}/referrals/${id}/ready`, { version, responsibleId });
export const takeBack = (id: string) => del(`${intake}/referrals/${id}/ready`);
export const handOver = (practice: string, what: Handover) => post<{ moved: number }>(`${intake}/practices/${practice}/handover`, what);
export const openPractices = () => get<Named[]>(`${intake}/practices`);
export const transfer = (id: string, practiceId: string, consent: boolean, reason: string) =>
  post(`${intake}/referrals/${id}/transfer`, { practiceId, consent, reason });

export const colleagues = () => get<PracticePeople[]>(`${directory}/colleagues`);
export const invite = (row: NewColleague) => post<{ id: string; invitation: Invitation | null }>(`${directory}/colleagues`, row);
export const newLink = (person: string) => post<Invitation>(`${directory}/colleagues/${person}/invitation`);
export const endRole = (grant: string, on?: string) => post(`${directory}/colleagues/roles/${grant}/end`, on ? { on } : {});
export const nameDeputy = (practice: string, personId: string | null) => put(`${directory}/practices/${practice}/deputy`, { personId });
export const close = (practice: string, row: { on: string; coveringId?: string; mergedIntoId?: string }) => post(`${directory}/practices/${practice}/closing`, row);
