// Whose an open case is, in words for the office's own lists.
import { t } from '../i18n/chairs';
import type { Chair, Language } from '../api/types';
import { shortWhen } from '../text/dates';
import { dueWords } from '../text/due';

export interface Whose { text: string; tone: 'red' | 'warm' | 'plain' }

const SOON = 24 * 3_600_000;

export function whose(chair: Chair | null | undefined, now: Date, language: Language): Whose | null {
  if (!chair) return null;
  const when = shortWhen(chair.due, now, language);
  switch (chair.owner) {
    case 'practice':
      return { text: t('yours', { when }), tone: new Date(chair.due).getTime() - now.getTime() < SOON ? 'warm' : 'plain' };
    case 'deputy':
      return { text: t('deputy', { name: chair.deputy ?? '', when }), tone: 'warm' };
    case 'call-list':
      return { text: t('callList'), tone: 'red' };
    case 'department': {
      const due = dueWords(chair.due, now, language);
      return due && chair.level > 0 ? { text: t('lateDepartment', { due: due.text }), tone: 'red' } : due;
    }
  }
}
