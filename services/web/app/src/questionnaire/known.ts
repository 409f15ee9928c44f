// The descriptions of every version, fetched once per page load. A published version never changes.
import type { Questionnaire } from '../api/questionnaire';

const kept = new Map<string, Promise<Questionnaire[]>>();
/** `side` tells the office's route from the department's. */
export function known(side: 'intake' | 'review', fetch: () => Promise<Questionnaire[]>): Promise<Questionnaire[]> {
  const found = kept.get(side) ?? fetch();
  kept.set(side, found);
  found.catch(() => kept.delete(side));
  return found;
}
