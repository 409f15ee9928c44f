import { get, patch, post, put } from './client';
import type { AdminDepartment, Environment, ImportReport, Invitation, Language, LinkInfo, Me, NewPractice, Person, Practice, Role, Specialty, Step } from './types';

const base = '/api/directory';
const quiet = { wait: false };
export const environment = () => get<Environment>(`${base}/environment`, quiet);
export const me = () => get<Me>(`${base}/me`, quiet);
export const setLanguage = (language: Language) => put(`${base}/me/language`, { language }, quiet);
export const setMail = (digest: boolean) => put(`${base}/me/mail`, { digest }, quiet);
export const openLink = (token: string) => post<LinkInfo>(`${base}/links/open`, { token }, quiet);
export const signInByLink = (token: string) => post<Me>(`${base}/links/sign-in`, { token }, quiet);
export const acceptInvitation = (token: string, password: string, totpCode: string) =>
  post<Me>(`${base}/links/accept`, { token, password, totpCode }, quiet);
export const signIn = (email: string, password: string, totpCode: string) =>
  post<Me>(`${base}/sign-in`, { email, password, totpCode }, quiet);
export const signOut = () => post(`${base}/sign-out`, {}, quiet);
export const signOutEverywhere = () => post(`${base}/sign-out-everywhere`);
export const lock = () => post(`${base}/lock`, {}, quiet);
export const unlock = (password: string) => post<Me>(`${base}/unlock`, { password }, quiet);

// administrator
export const practices = () => get<Practice[]>(`${base}/practices`);
export const addPractice = (practice: NewPractice) => post<{ id: string }>(`${base}/practices`, practice);
export const changePractice = (id: string, change: { name: string; municipality: string; effectiveOn: string; phone?: string }) => put(`${base}/practices/${id}`, change);
export const setDeputy = (id: string, personId: string | null) => put(`${base}/practices/${id}/deputy`, { personId });
export const addRegister = (id: string, row: { from: string; listSize: number; gps: number; staff: number }) => post(`${base}/practices/${id}/register`, row);
export const addStep = (id: string, row: { step: Step; specialty: Specialty | null; on: string; note?: string }) => post(`${base}/practices/${id}/enablement`, row);
export const templateUrl = `${base}/import/template.csv`;
const csv = (file: ArrayBuffer) => new Blob([file], { type: 'text/csv' });
export const dryRun = (file: ArrayBuffer) => post<ImportReport>(`${base}/import/dry-run`, csv(file));
export const importPractices = (file: ArrayBuffer) => post<ImportReport>(`${base}/import`, csv(file));
export const departments = () => get<AdminDepartment[]>(`${base}/departments`);
export const addDepartment = (row: { name: string; hospital: string; specialties: Specialty[]; dutyPhone?: string; dutyHours?: string }) => post<{ id: string }>(`${base}/departments`, row);
export const changeDepartment = (id: string, change: { dutyPhone: string; dutyHours: string }) => patch(`${base}/departments/${id}`, change);
export const people = () => get<Person[]>(`${base}/people`);
export const addPerson = (row: { name: string; email: string; language: Language }) => post<{ id: string }>(`${base}/people`, row);
export const addGrant = (person: string, row: { role: Role; practiceId?: string; departmentId?: string; from?: string; until?: string; coversFor?: string }) =>
  post<{ id: string }>(`${base}/people/${person}/grants`, row);
export const endGrant = (person: string, grant: string, how: { on?: string; force?: boolean; reason?: string } = {}) => post(`${base}/people/${person}/grants/${grant}/end`, how);
export const invite = (person: string) => post<Invitation>(`${base}/people/${person}/invitation`);
