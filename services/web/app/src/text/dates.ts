// Dates and times as people read them. A date (YYYY-MM-DD) has no time zone and is never turned into an instant.
import type { Language } from '../api/types';

const tag = (language: Language) => (language === 'nb' ? 'nb-NO' : 'en-GB');
type Style = Intl.DateTimeFormatOptions;
const kept = new Map<string, Intl.DateTimeFormat>();
function format(language: Language, style: Style): Intl.DateTimeFormat {
  const key = language + JSON.stringify(style);
  let made = kept.get(key);
  if (!made) kept.set(key, (made = new Intl.DateTimeFormat(tag(language), style)));
  return made;
}

export function clock(at: string | Date, language: Language): string {
  return format(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
}
export function dayTime(at: string | Date, language: Language): string {
  return `${day(at, language)} ${clock(at, language)}`;
}
export function day(at: string | Date, language: Language): string {
  return format(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at));
}
/** "14:05" today, "Tue 14:05" this week, otherwise the date. */
export function shortWhen(at: string, now: Date, language: Language): string {
  const then = new Date(at);
  if (sameDay(then, now)) return clock(then, language);
  const days = Math.abs(now.getTime() - then.getTime()) / 86_400_000;
  if (days < 6) return `${format(language, { weekday: 'short' }).format(then)} ${clock(then, language)}`;
  return format(language, { day: 'numeric', month: 'short', ...(then.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) }).format(then);
}
export function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}
/** A calendar date such as a birth date; "1958-03-09" → "9 Mar 1958". Anything else comes back as it was. */
export function calendarDay(date: string | null | undefined, language: Language): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date ?? '');
  if (!parts) return date ?? '';
  const local = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return format(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(local);
}
function monthWith(digits: 'numeric' | '2-digit', value: string, language: Language): string {
  const [year, m] = value.split('-').map(Number);
  return format(language, { month: 'short', year: digits }).format(new Date(year ?? 2000, (m ?? 1) - 1, 1));
}
/** "2026-01" → "Jan 26", for the width that a chart has. */
export const month = (value: string, language: Language): string => monthWith('2-digit', value, language);
/** "2026-01" → "Jan 2026": in text, where "Jan 26" could be a day. */
export const wholeMonth = (value: string, language: Language): string => monthWith('numeric', value, language);
export function ageAt(birthDate: string, now: Date): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate);
  if (!parts) return null;
  const years = now.getFullYear() - Number(parts[1]);
  const before = now.getMonth() + 1 < Number(parts[2]) || (now.getMonth() + 1 === Number(parts[2]) && now.getDate() < Number(parts[3]));
  return years - (before ? 1 : 0);
}
/** Today's calendar date, where the person is. */
export function today(now: Date): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}
/** A moment to the minute where the person is, as a field of date and time has it: "2026-03-02T14:05". */
export function localMinute(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${today(at)}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
