import { get, query } from './client';
import type { OwnRecord, OwnState, Specialty, Uptake, UptakeOffice } from './types';

export interface UptakeFilter { from: string; to: string; specialty: Specialty | '' }
/** What of it is shown: the sheet is taken from the same rows. */
export interface Shown { show: string; search: string }
const base = '/api/uptake';
export const practices = (f: UptakeFilter) => get<Uptake>(`${base}/practices${query({ ...f })}`);
export const csvUrl = (f: UptakeFilter & Shown) => `${base}/practices.csv${query({ ...f })}`;
export const practice = (id: string) => get<UptakeOffice>(`${base}/practices/${id}`);
export const own = () => get<OwnState[]>(`${base}/own`);
export const me = (cursor: string | null) => get<OwnRecord>(`${base}/me${query({ cursor })}`);
