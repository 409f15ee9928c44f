import { get, post, put, query } from './client';
import type { Questionnaire } from './questionnaire';
import type { AnswerContent, CallList, Case, Lease, Specialty, WorkFilter, WorkPage } from './types';

const base = '/api/review';
export const imageUrl = (id: string, rendition: '160' | '512' | '2048' | 'original') => `${base}/images/${id}/${rendition}`;
export const tileUrl = (id: string, across: number, down: number) => `${base}/images/${id}/tiles/${across}-${down}`;
/** The letter's address without its ending. */
export const letter = (id: string) => `${base}/cases/${id}/letter`;
export const worklist = (filter: WorkFilter, specialty: Specialty | '', cursor?: string | null) =>
  get<WorkPage>(`${base}/worklist${query({ filter, specialty, cursor })}`);
export const questionnaires = () => get<Questionnaire[]>(`${base}/questionnaires`);
export const open = (id: string) => get<Case>(`${base}/cases/${id}`);
export const claim = (id: string) => post<Lease>(`${base}/cases/${id}/claim`);
export const takeOver = (id: string) => post<Lease>(`${base}/cases/${id}/take-over`);
export const renew = (id: string, token: string) => post<{ expiresAt: string }>(`${base}/cases/${id}/renew`, { token });
export const release = (id: string, token: string) => post(`${base}/cases/${id}/release`, { token });
export const shown = (id: string, token: string, imageId: string) => post(`${base}/cases/${id}/shown`, { token, imageId });
export const saveAnswer = (id: string, token: string, content: AnswerContent) => put<{ savedAt: string }>(`${base}/cases/${id}/answer-draft`, { token, content });
export const sign = (id: string, token: string, content: AnswerContent) =>
  post<{ signedAt: string; releaseAt: string }>(`${base}/cases/${id}/answer`, { token, content });
export const file = (id: string, answerId: string) => post(`${base}/cases/${id}/filed`, { answerId });
export const undo = (id: string, token: string) => post(`${base}/cases/${id}/answer/undo`, { token });
export const ask = (id: string, token: string, wants: string[], text: string) =>
  post(`${base}/cases/${id}/information-request`, { token, wants, text });
export const callList = () => get<CallList>(`${base}/call-list`);
export const phoned = (id: string, callId: string, note: string) => post(`${base}/cases/${id}/phoned`, { callId, note });
