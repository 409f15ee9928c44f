// Sorting the offices. A missing value comes last in either direction: "no answer yet" is not a small number.
import type { UptakePractice } from '../api/types';

export const COLUMNS = ['name', 'municipality', 'listSize', 'equipped', 'firstUse', 'lastUse', 'referrals', 'imagesSent', 'answersRead', 'medianAnswerHours', 'silentDays'] as const;
export type Column = (typeof COLUMNS)[number];
export type Direction = 'ascending' | 'descending';

function valueOf(row: UptakePractice, column: Column): string | number | null {
  return column === 'equipped' ? row.enablement.equipped : row[column];
}
export function sorted(rows: readonly UptakePractice[], column: Column, direction: Direction, locale: string): UptakePractice[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    if (x === null || y === null) return x === y ? a.name.localeCompare(b.name, locale) : x === null ? 1 : -1;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), locale);
    return order === 0 ? a.name.localeCompare(b.name, locale) : order * sign;
  });
}
