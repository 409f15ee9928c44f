// Ordinary referrals by practice, month and specialty, from a file.
import { post } from './client';
import type { Fault } from './types';

export interface OrdinaryReport {
  lines: number; practices: number; from: string | null; until: string | null; new: number; corrected: number; unchanged: number; faults: Fault[]; moreFaults: number;
}
const base = '/api/directory/ordinary';
const csv = (file: ArrayBuffer) => new Blob([file], { type: 'text/csv' });
export const templateUrl = `${base}/template.csv`;
export const dryRun = (file: ArrayBuffer) => post<OrdinaryReport>(`${base}/dry-run`, csv(file));
export const take = (file: ArrayBuffer) => post<OrdinaryReport>(base, csv(file));
