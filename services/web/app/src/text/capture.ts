// How old a picture was when it was sent. A rash or a wound looks otherwise after a week: older ones are marked.
import { texts } from '../i18n/language.svelte';

export const OLD_DAYS = 7;

export const en = {
  sameDay: 'Taken the same day',
  before: 'Taken {n} day before it was sent|Taken {n} days before it was sent',
  ago: 'Taken {n} day ago|Taken {n} days ago',
  today: 'Taken today',
};
export const nb: Record<keyof typeof en, string> = {
  sameDay: 'Tatt samme dag',
  before: 'Tatt {n} dag før det ble sendt|Tatt {n} dager før det ble sendt',
  ago: 'Tatt for {n} dag siden|Tatt for {n} dager siden',
  today: 'Tatt i dag',
};
const t = texts(en, nb);

const midnight = (at: Date) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());

export interface Capture { text: string; days: number; old: boolean }

/** `sentAt`: when the referral left; null while it is being written, counted to `now` then. */
export function capture(capturedAt: string | null | undefined, sentAt: string | null, now: Date): Capture | null {
  if (!capturedAt) return null;
  const days = Math.max(0, Math.round((midnight(sentAt ? new Date(sentAt) : now) - midnight(new Date(capturedAt))) / 86_400_000));
  const text = days === 0 ? t(sentAt ? 'sameDay' : 'today') : t(sentAt ? 'before' : 'ago', { n: days });
  return { text, days, old: days > OLD_DAYS };
}
