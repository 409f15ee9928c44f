import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nb, nbOfServer } from '../src/i18n/problems';

/** Every message that the API gives for bad input, as reviewed: "    field: sentence (code)". */
const reviewed = readFileSync(new URL('../../../../tests/messages.txt', import.meta.url), 'utf8');

describe('bokmål', () => {
  it('has a text for the code of every field message', () => {
    const codes = [...reviewed.matchAll(/^ {4}\S.*\(([a-z0-9-]+)\)$/gm)].map((found) => found[1] ?? '');
    expect(codes.length).toBeGreaterThan(20);
    const known = { ...nbOfServer, ...nb } as Record<string, string>;
    expect([...new Set(codes)].filter((code) => !known[code])).toEqual([]);
  });
});
