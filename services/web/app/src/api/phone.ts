// What a phone may ask that was lent to a draft. It has a session of its own, and no other route knows it.
import { del, get, post } from './client';
import type { PhoneView } from './types';

const base = '/api/intake/phone';
export const uploadsUrl = `${base}/uploads`;
export const imageUrl = (id: string) => `${base}/images/${id}/160`;
export const open = (code: string) => post(`${base}/open`, { code }, { wait: false });
export const view = () => get<PhoneView>(base, { wait: false });
export const close = () => post(`${base}/close`, {}, { wait: false });
export const remove = (id: string) => del(`${base}/images/${id}`, { wait: false });
