import { describe, expect, it } from 'vitest';
import { bytes } from '../src/text/bytes';
import { ageAt, calendarDay, month, shortWhen, today, wholeMonth } from '../src/text/dates';
import { dueWords, span } from '../src/text/due';
import { dayAfter, lastDay } from '../src/text/lastDay';

const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute);

describe('dueWords', () => {
  const now = at(20, 10);
  const say = (due: Date, language: 'en' | 'nb' = 'en') => dueWords(due.toISOString(), now, language);
  it('says overdue in words, not in colour only', () => {
    expect(say(at(20, 9, 20))).toEqual({ text: '40 min overdue', tone: 'red' });
    expect(say(at(17, 10), 'nb')).toEqual({ text: '3 dager over fristen', tone: 'red' });
  });
  it('warns within the day', () => {
    expect(say(at(20, 10, 30))).toEqual({ text: 'due in 30 min', tone: 'warm' });
    expect(say(at(20, 16))).toEqual({ text: 'due today 16:00', tone: 'warm' });
    expect(say(at(21, 9))).toEqual({ text: 'due tomorrow 09:00', tone: 'warm' });
    expect(say(at(21, 15), 'nb')).toEqual({ text: 'frist i morgen 15:00', tone: 'plain' });
  });
  it('is calm later, and silent without a date', () => {
    expect(say(at(25, 10))).toEqual({ text: 'due in 5 days', tone: 'plain' });
    expect(dueWords(null, now, 'en')).toBeNull();
  });
  it('counts in the largest useful unit', () => {
    expect([span(59, false), span(60, false), span(47 * 60 + 59, true), span(48 * 60, true)]).toEqual(['59 min', '1 h', '47 t', '2 dager']);
  });
});

describe('dates', () => {
  it('shows a calendar date as that date in every time zone', () => {
    expect(calendarDay('1958-03-09', 'en')).toBe('9 Mar 1958');
    expect(calendarDay('1958-03-09', 'nb')).toMatch(/^9\. mars 1958$/);
    expect(calendarDay('', 'en')).toBe('');
  });
  it('shortens what is near', () => {
    expect(shortWhen(at(20, 8, 5).toISOString(), at(20, 10), 'en')).toBe('08:05');
    expect(shortWhen(at(18, 8, 5).toISOString(), at(20, 10), 'en')).toBe('Wed 08:05');
    expect(shortWhen(at(2, 8).toISOString(), at(20, 10), 'en')).toBe('2 Nov');
  });
  it('counts birthdays', () => {
    expect(ageAt('1961-03-02', new Date(2026, 2, 1))).toBe(64);
    expect(ageAt('1961-03-02', new Date(2026, 2, 2))).toBe(65);
    expect(ageAt('soon', new Date())).toBeNull();
  });
  it('writes today as a calendar date', () => {
    expect(today(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
  });
});

describe('bytes', () => {
  it('speaks like a phone', () => {
    expect([bytes(900, false), bytes(1500, false), bytes(2_340_000, false), bytes(2_340_000, true)]).toEqual(['900 B', '2 kB', '2.3 MB', '2,3 MB']);
  });
});

describe('a last day', () => {
  it('is followed by the first day without the right, and is read as it was written', () => {
    expect(dayAfter('2026-12-15')).toBe('2026-12-16');
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
    expect(dayAfter('2028-02-28')).toBe('2028-02-29');
    expect(lastDay(`${dayAfter('2026-12-15')}T00:00:00Z`, 'en')).toBe('15 Dec 2026');
  });
});

describe('months', () => {
  it('have the whole year in text, so that none is taken for a day', () => {
    expect([month('2026-01', 'en'), wholeMonth('2026-01', 'en'), wholeMonth('2026-05', 'nb')]).toEqual(['Jan 26', 'Jan 2026', 'mai 2026']);
  });
});
