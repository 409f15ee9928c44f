// A right ends at the first midnight (UTC) after its last day: people read the day before.
import type { Language } from '../api/types';
import { calendarDay } from './dates';

export function lastDay(endsAt: string, language: Language): string {
  const day = new Date(new Date(endsAt).getTime() - 1000);
  return calendarDay(day.toISOString().slice(0, 10), language);
}

/** The first day without the right, which the server is told, of the last day with it; both `YYYY-MM-DD`. */
export function dayAfter(last: string): string {
  const day = new Date(`${last}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}
