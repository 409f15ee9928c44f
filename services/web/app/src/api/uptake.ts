import { get, query } from './client';
import type { Specialty, Uptake } from './types';

export interface UptakeFilter { from: string; to: string; specialty: Specialty | '' }
const base = '/api/uptake';
export const practices = (f: UptakeFilter) => get<Uptake>(`${base}/practices${query({ ...f })}`);
export const csvUrl = (f: UptakeFilter) => `${base}/practices.csv${query({ ...f })}`;
