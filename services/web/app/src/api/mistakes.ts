import { get, post } from './client';
import type { EnteredInError, Marked, Notice } from './types';

const office = '/api/intake';
const department = '/api/review';
export const markReferral = (id: string, reason: string, replacement: string | null) => post<Marked>(`${office}/referrals/${id}/entered-in-error`, { reason, replacement });
export const markPicture = (id: string, reason: string, replacement: string | null) => post<Marked>(`${office}/images/${id}/entered-in-error`, { reason, replacement });
export const replace = (id: string, draft: string) => post<Marked>(`${office}/errors/${id}/replacement`, { id: draft });
export const errors = () => get<{ items: EnteredInError[] }>(`${office}/errors`);
export const markCase = (id: string, reason: string) => post(`${department}/cases/${id}/entered-in-error`, { reason });
export const markCasePicture = (id: string, reason: string) => post(`${department}/images/${id}/entered-in-error`, { reason });
export const notices = (side: 'office' | 'department') => get<{ items: Notice[] }>(`${side === 'office' ? office : department}/notices`);
export const readNotice = (side: 'office' | 'department', id: string) => post(`${side === 'office' ? office : department}/notices/${id}/read`);
