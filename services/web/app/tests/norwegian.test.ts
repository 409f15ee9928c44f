import { describe, expect, it } from 'vitest';
import { numberSays, splitPasted } from '../src/gp/norwegian';

const now = new Date(2026, 10, 29);
const born = (number: string, at = now) => numberSays(number, at).birthDate;

describe('what a Norwegian number says', () => {
  it('birth date and sex, of the synthetic series too', () => {
    expect(numberSays('14835840264', now)).toEqual({ birthDate: '1958-03-14', sex: 'female' });
    expect(numberSays('148358 40264', now).birthDate).toBe('1958-03-14');
    expect(numberSays('13917404075', now)).toEqual({ birthDate: '1974-11-13', sex: 'female' });
    // D-number of the Tenor series, H-number or Dolly, NHN.
    expect(born('41857010009')).toBe('1970-05-01');
    expect(born('01457010032')).toBe('1970-05-01');
    expect(born('13717404089')).toBe('1974-06-13');
  });
  it('nothing when a digit is wrong, when it is no number, or when it holds no date', () => {
    for (const text of ['14835840265', '1483584026', 'A4835840264', '', '99999999999']) expect(numberSays(text, now)).toEqual({ birthDate: '', sex: '' });
  });
  it('no century that could be two, and no sex, when the rule of 2032 may hold', () => {
    const then = new Date(2040, 0, 1);
    expect(numberSays('14835840264', then)).toEqual({ birthDate: '1958-03-14', sex: '' });
    // Individual digits 500 and up: born in 2015 to-day; in 2040 only the calendar counts, and 1915 would be too old.
    const number = withChecks('010115500');
    expect(born(number)).toBe('2015-01-01');
    expect(born(withChecks('010115000'))).toBe('1915-01-01');
    expect(born(withChecks('010135000'), new Date(2040, 0, 1))).toBe('');
  });
  it('reads every made-up birthday of a century back', () => {
    for (let year = 1930; year <= 2025; year += 1) {
      const number = withChecks(`0407${String(year % 100).padStart(2, '0')}${year >= 2000 ? '6' : '1'}`, 2);
      expect(born(number), number).toBe(`${year}-07-04`);
    }
  });
});

describe('a number and a name copied together', () => {
  it('are told apart, whichever stands first', () => {
    expect(splitPasted('148358 40264  Kari Nordmann\n')).toEqual({ identifier: '148358 40264', name: 'Kari Nordmann' });
    expect(splitPasted('Nordmann, Kari 14835840264')).toEqual({ identifier: '14835840264', name: 'Nordmann, Kari' });
    expect(splitPasted('14835840264')).toBeNull();
    expect(splitPasted('Kari')).toBeNull();
  });
});

/** Fills up to nine digits so that check digits of today's rule exist, and adds them. */
function withChecks(begin: string, free = 0): string {
  for (let n = 0; n < 10 ** free; n += 1) {
    const nine = begin + (free ? String(n).padStart(free, '0') : '');
    const digit = (weights: number[], of: string) => (11 - (weights.reduce((sum, w, i) => sum + w * Number(of[i]), 0) % 11)) % 11;
    const first = digit([3, 7, 6, 1, 8, 9, 4, 5, 2], nine);
    const second = first < 10 ? digit([5, 4, 3, 2, 7, 6, 5, 4, 3, 2], nine + first) : 10;
    if (second < 10 && first < 10) return `${nine}${first}${second}`;
    if (free === 0) return withChecks(String(Number(begin) + 1).padStart(9, '0'));
  }
  throw new Error(begin);
}
