import { del, get, patch, post, put, query } from './client';
import type { Questionnaire } from './questionnaire';
import type { BodySite, Department, DraftContent, Intention, Limits, Outcome, PhoneCode, PhoneStanding, Receipt, Referral, ReferralPage, Saved, Tab, View } from './types';

const base = '/api/intake';
export const uploadsUrl = `${base}/uploads`;
export const imageUrl = (id: string, rendition: '160' | '512' | '2048' | 'original') => `${base}/images/${id}/${rendition}`;
/** The letter's address without its ending. */
export const letter = (id: string) => `${base}/referrals/${id}/letter`;
export const departments = () => get<Department[]>(`${base}/departments`);
export const bodySites = () => get<BodySite[]>(`${base}/body-sites`);
export const questionnaires = () => get<Questionnaire[]>(`${base}/questionnaires`);
export const limits = () => get<Limits>(`${base}/limits`);
export const referrals = (tab: Tab, cursor?: string | null, signal?: AbortSignal) =>
  get<ReferralPage>(`${base}/referrals${query({ tab, cursor })}`, signal ? { signal } : {});
export const referral = (id: string) => get<Referral>(`${base}/referrals/${id}`);
export const saveDraft = (id: string, version: number, practiceId: string, content: DraftContent) =>
  put<Saved>(`${base}/referrals/${id}`, { version, practiceId, content });
export const discard = (id: string) => del(`${base}/referrals/${id}`);
export const restore = (id: string) => post(`${base}/referrals/${id}/restore`);
export const submit = (id: string, version: number, intention: Intention | null) => post<Receipt>(`${base}/referrals/${id}/submit`, { version, intention });
export const beginTraining = (id: string, practiceId: string) => post<Saved>(`${base}/training`, { id, practiceId });
export const showPhoneCode = (id: string) => post<PhoneCode>(`${base}/referrals/${id}/phone`);
export const phoneStanding = (id: string) => get<PhoneStanding>(`${base}/referrals/${id}/phone`);
export const endPhone = (id: string) => del(`${base}/referrals/${id}/phone`);
export const closeOut = (id: string, outcome: Outcome, text: string) => post(`${base}/referrals/${id}/close-out`, { outcome, text });
export const file = (id: string, answerId: string) => post(`${base}/referrals/${id}/filed`, { answerId });
export const withdraw = (id: string, reason: string) => post(`${base}/referrals/${id}/withdraw`, { reason });
export const supply = (id: string, questionId: string, text: string, imageIds: string[]) =>
  post(`${base}/referrals/${id}/information`, { questionId, text, imageIds });
export const acknowledge = (id: string, answerId: string) => post(`${base}/referrals/${id}/acknowledge`, { answerId });
export const changeImage = (id: string, change: { view?: View; findingId?: string }) => patch(`${base}/images/${id}`, change);
export const removeImage = (id: string) => del(`${base}/images/${id}`);
export const restoreImage = (id: string) => post(`${base}/images/${id}/restore`);
