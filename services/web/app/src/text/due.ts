// When an answer is due, in words. The words carry the meaning; the tone only colours them.
import type { Language } from '../api/types';
import { clock, sameDay } from './dates';

export interface Due { text: string; tone: 'red' | 'warm' | 'plain' }

export function dueWords(dueAt: string | null, now: Date, language: Language): Due | null {
  if (!dueAt) return null;
  const due = new Date(dueAt);
  const minutes = Math.round((due.getTime() - now.getTime()) / 60_000);
  const nb = language === 'nb';
  if (minutes < 0) return { text: nb ? `${span(-minutes, nb)} over fristen` : `${span(-minutes, nb)} overdue`, tone: 'red' };
  const at = clock(due, language);
  if (minutes < 60) return { text: nb ? `frist om ${span(minutes, nb)}` : `due in ${span(minutes, nb)}`, tone: 'warm' };
  if (sameDay(due, now)) return { text: nb ? `frist i dag ${at}` : `due today ${at}`, tone: 'warm' };
  const tomorrow = new Date(now);
  tomorrow.setDate(now.getDate() + 1);
  if (sameDay(due, tomorrow)) return { text: nb ? `frist i morgen ${at}` : `due tomorrow ${at}`, tone: minutes < 1440 ? 'warm' : 'plain' };
  return { text: nb ? `frist om ${span(minutes, nb)}` : `due in ${span(minutes, nb)}`, tone: 'plain' };
}

/** A length of time in its largest useful unit, given in minutes. */
export function span(minutes: number, nb: boolean): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return nb ? `${hours} t` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return nb ? `${days} dager` : `${days} days`;
}
