// The study of uptake: figures, charts, the designer of samples, and everything as one file. The shapes carry the names of the
// API's schemas.
import { get, post, query } from './client';
import type { Language, Specialty } from './types';

/** Days as YYYY-MM-DD, `until` the day after the last; empty: chosen from the record. */
export interface StudyWindow { from: string; until: string; specialty: Specialty | '' }

export interface Definition {
  /** "I-01" and so on */ id: string; title: string; why: string; numerator: string; denominator: string; window: string; estimator: string;
  direction: 'up' | 'down' | 'none'; author: string; checker: string; /** YYYY-MM-DD */ reviewOn: string; version: number; /** of the file, hexadecimal */ sha256: string;
}
export interface Study {
  from: string; until: string; logPosition: number; practices: number; equipped: number; used: number; referrals: number; testReferrals: number;
  definitions: Definition[]; notRecorded: string[];
}
export const FLAGS = [
  'no-denominator', 'list-unknown', 'small-list', 'more-than-list', 'out-of-order', 'used-before-equipped', 'too-early', 'not-reached', 'too-few', 'expected-under-one',
  'short-baseline', 'list-jumped', 'overdispersed', 'incomplete', 'clock-error', 'open-cases', 'test-use-left-out', 'descriptive-only', 'no-fit',
] as const;
export type Flag = (typeof FLAGS)[number];
export interface StudyLine {
  /** a practice's code, a step, a period, or "all" */ group: string; name: string; value: number | null; numerator: number; denominator: number;
  low: number | null; high: number | null; estimator: string; flags: Flag[];
}
export interface Indicator { definition: Definition; lines: StudyLine[] }
export interface StudyChart {
  name: string; title: string; /** what it shows, in a sentence with its figures */ finding: string; svg: string; columns: string[]; rows: string[][];
  definition: string | null; logPosition: number; from: string; until: string;
}

export const OUTCOMES = ['share', 'rate'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const COVARIATES = ['log-list-size', 'list-size', 'patients-per-doctor', 'staff', 'kilometres', 'aged-share'] as const;
export type Covariate = (typeof COVARIATES)[number];
export const METRICS = ['mahalanobis', 'standardised-euclid', 'rank-mahalanobis', 'gower'] as const;
export type Metric = (typeof METRICS)[number];
export interface Veto { user: string; partner: string; reason: string }
export interface SampleWanted {
  window: StudyWindow; outcome: Outcome; users: number; partners: number; covariates: Covariate[]; metric: Metric; caliper: number | null; equippedDays: number;
  seed: number | null; vetoes: Veto[];
}
export interface SamplePair { user: string; partner: string; distance: number; /** in the order of the covariates */ userValues: number[]; partnerValues: number[] }
export interface SampleBalance {
  covariate: Covariate; users: number; pool: number; partners: number; beforeTreated: number | null; beforePooled: number | null;
  afterTreated: number | null; afterPooled: number | null; varianceRatioBefore: number | null; varianceRatioAfter: number | null;
}
export const EXCLUSIONS = ['used', 'not-equipped', 'too-recent', 'ended', 'covariate-unknown', 'training'] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];
export interface Seat {
  practice: string; group: 'user' | 'non-user' | 'reserve-user' | 'reserve-non-user'; beside: string | null; /** of reserves, from 1 */ rank: number;
  meet: ('doctor' | 'nurse' | 'secretary')[]; consent: 'not-asked' | 'given' | 'declined';
}
export interface SampledPractice { code: string; id: string; name: string; municipality: string }
export interface Sample {
  from: string; until: string; logPosition: number; ranked: { practice: string; outcome: number }[]; topShare: number; k80: number;
  users: string[]; usersLeftOut: string[]; pool: string[]; excluded: { practice: string; reason: Exclusion }[];
  pairs: SamplePair[]; total: number; greedyPairs: SamplePair[]; greedyTotal: number; balance: SampleBalance[];
  /** the one that was used */ metric: Metric; condition: number | null; collinear: boolean; unmatched: string[]; frame: Seat[];
  protocol: string; protocolSha256: string; practices: SampledPractice[];
}
export const PURPOSES = ['research', 'programme', 'reporting', 'checking'] as const;
export type Purpose = (typeof PURPOSES)[number];
/** The whole study, or its tables alone in other formats. */
export const TAKEN = ['bundle', 'exports'] as const;
export type Taken = (typeof TAKEN)[number];

const base = '/api/uptake/study';
export const study = (window: StudyWindow) => get<Study>(`${base}${query({ ...window })}`);
export const indicator = (id: string, window: StudyWindow) => get<Indicator>(`${base}/indicators/${id}${query({ ...window })}`);
export const chart = (name: string, window: StudyWindow, language: Language) => get<StudyChart>(`${base}/charts/${name}${query({ ...window, language })}`);
export const sample = (wanted: SampleWanted) => post<Sample>(`${base}/sample`, wanted);
export const take = (what: Taken, window: StudyWindow, purpose: Purpose) => post<Blob>(`${base}/${what}`, { window, purpose }, { file: true });
