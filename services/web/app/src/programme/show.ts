// Which rows of the table are shown. The server filters the sheet by the same rule (services/uptake/src/filter.rs).
import type { UptakePractice, UseState } from '../api/types';

export const SHOW = ['users', 'silent', 'never-used', 'not-equipped', 'closed'] as const;
export type Show = (typeof SHOW)[number] | '';

const states: Record<(typeof SHOW)[number], UseState> = { users: 'user', silent: 'silent', 'never-used': 'never-used', 'not-equipped': 'not-equipped', closed: 'closed' };

export function takes(row: UptakePractice, show: Show, search: string): boolean {
  const words = search.trim().toLowerCase();
  const fits = show === '' || (row.standing.state === states[show] && !row.testPractice);
  return fits && [row.name, row.municipality].some((text) => text.toLowerCase().includes(words));
}

/** How many rows each choice would show. */
export function counts(rows: readonly UptakePractice[]): Record<Show, number> {
  const of = (show: Show) => rows.filter((row) => takes(row, show, '')).length;
  return { '': rows.length, users: of('users'), silent: of('silent'), 'never-used': of('never-used'), 'not-equipped': of('not-equipped'), closed: of('closed') };
}
