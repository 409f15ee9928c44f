// What a Norwegian number of eleven digits says of whoever has it: birth date, and sex by the rule of numbers given out before 2032.
// The server judges the number (intake, identifier/norwegian.rs) and reads no century from it; here it fills in what the
// person sees and may change, and only where one reading is left.
import type { Sex } from '../api/types';

const FIRST = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
const SECOND = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
/** From this year on individual digits tell neither century nor sex. */
const NEW_RULE = 2032;
const OLDEST_YEARS = 115;

export interface NumberSays { /** YYYY-MM-DD, or '' */ birthDate: string; sex: Sex | '' }
const NOTHING: NumberSays = { birthDate: '', sex: '' };

export function numberSays(written: string, now: Date): NumberSays {
  const text = written.replace(/[\s\u00ad\u200b-\u200d\u2010-\u2015\u2212\ufeff-]/g, '');
  if (!/^\d{11}$/.test(text)) return NOTHING;
  const d = [...text].map(Number);
  const sum = (weights: number[]) => weights.reduce((total, weight, at) => total + weight * (d[at] ?? 0), 0) % 11;
  const [first, second] = [sum(FIRST), sum(SECOND)];
  // FH-numbers begin with 8 or 9 and hold no date.
  if (second !== 0 || first > 3 || (d[0] ?? 9) >= 8) return NOTHING;
  const tells = first === 0 && now.getFullYear() < NEW_RULE;
  const individual = Number(text.slice(6, 9));
  const day = Number(text.slice(0, 2)) - ((d[0] ?? 0) >= 4 ? 40 : 0);
  const month = monthOf(Number(text.slice(2, 4)));
  let years = [1800, 1900, 2000].map((century) => century + Number(text.slice(4, 6))).filter((year) => believable(year, month, day, now));
  if (years.length > 1 && tells) years = years.filter((year) => (year >= 2000) === individual >= 500);
  const year = years.length === 1 ? years[0] : undefined;
  if (year === undefined) return NOTHING;
  const birthDate = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return { birthDate, sex: tells ? (individual % 2 === 0 ? 'female' : 'male') : '' };
}

/** Hospital numbers and synthetic series add 40, 65 or 80. */
function monthOf(written: number): number {
  for (const [from, added] of [[81, 80], [66, 65], [41, 40]] as const) if (written >= from && written <= from + 11) return written - added;
  return written;
}
function believable(year: number, month: number, day: number, now: Date): boolean {
  const date = new Date(year, month - 1, day);
  const exists = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return exists && date <= now && now.getFullYear() - year <= OLDEST_YEARS;
}

/** A number and a name that were copied together, whichever stands first: "140358 40264  Kari Nordmann". */
export function splitPasted(text: string): { identifier: string; name: string } | null {
  const line = text.replace(/\s+/g, ' ').trim();
  const found = /^(\d[\d -]{8,16}\d)[ ,;:]+(\p{L}[\p{L} .,'’-]*)$/u.exec(line) ?? null;
  if (found) return { identifier: found[1] ?? '', name: (found[2] ?? '').trim() };
  const other = /^(\p{L}[\p{L} .,'’-]*?)[ ,;:]+(\d[\d -]{8,16}\d)$/u.exec(line);
  return other ? { identifier: other[2] ?? '', name: (other[1] ?? '').replace(/[ ,;:]+$/, '') } : null;
}
