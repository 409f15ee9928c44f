import { readFileSync, readdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../src/api/types';
import { faultText, nbFaults } from '../src/i18n/importing';
import { language } from '../src/i18n/language.svelte';

const rules = new URL('../../../directory/src/import/', import.meta.url);
const source = readdirSync(rules).map((name) => readFileSync(new URL(name, rules), 'utf8').split('#[cfg(test)]')[0]).join('\n');
/** Codes as the server's rules write them: a sentence stands behind each. */
const codes = new Set([...source.matchAll(/(?:wrong(?:::<\(\)>)?\(|whole\(|code: |(?:None|Some\([^()]*(?:\([^()]*\))?\)),)\s*"([a-z0-9-]+)"/g)].map((m) => m[1] ?? ''));
const fault = (code: string, message: string): Fault => ({ line: 2, column: 'key', code, message });

describe('faults of a file', () => {
  beforeEach(() => (language.code = 'en'));
  it('are all told in bokmål', () => {
    expect(codes.size).toBeGreaterThan(45);
    expect(Object.keys(nbFaults).sort()).toEqual([...codes].sort());
    for (const texts of Object.values(nbFaults)) for (const text of texts) expect(text).toMatch(/\.$/);
  });
  it('are cut into what is wrong and what to do', () => {
    expect(faultText(fault('no-such-day', 'There is no such day in the calendar. Correct it.'))).toEqual({ what: 'There is no such day in the calendar.', remedy: 'Correct it.' });
    expect(faultText(fault('not-a-date', 'This is not a date. Write it as 02.03.2026.')).remedy).toBe('Write it as 02.03.2026.');
    expect(faultText(fault('required', 'Write the municipality.'))).toEqual({ what: 'The cell is empty.', remedy: 'Write the municipality.' });
  });
  it('name the other line in bokmål too', () => {
    language.code = 'nb';
    expect(faultText(fault('double-key', 'Line 7 has this key already. Remove one of the two lines.')).what).toBe('En annen linje har den samme nøkkelen (linje 7).');
  });
});
