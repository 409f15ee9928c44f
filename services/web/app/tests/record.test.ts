// Every kind of event has words in one's own record: the committed events and the messages of the .proto files say which there are.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en, nb } from '../src/i18n/record';

const root = new URL('../../../../', import.meta.url);
const committed = readdirSync(new URL('tests/events/', root)).map((name) => name.split('.')[0] ?? '').filter((name) => /^[A-Z]/.test(name));
/** Messages inside an event; no event themselves. */
const PARTS = ['Envelope', 'Rendition', 'Tile', 'Quality', 'Picture', 'Patient', 'Finding', 'Answers', 'EmergencyCall', 'ViewOverride', 'FindingAnswer', 'Opener', 'OrdinaryCount'];
const described = readdirSync(new URL('proto/lysbro/', root)).filter((name) => name.endsWith('.proto'))
  .flatMap((name) => [...readFileSync(new URL(`proto/lysbro/${name}`, root), 'utf8').matchAll(/^message (\w+)/gm)].map((m) => m[1] ?? ''))
  .filter((name) => !PARTS.includes(name));

describe('one’s own record', () => {
  it('has words in both languages for every kind of event', () => {
    expect(committed.length).toBeGreaterThan(40);
    expect(described.length).toBeGreaterThan(40);
    for (const kind of new Set([...committed, ...described])) {
      expect(en, kind).toHaveProperty([`kind.${kind}`]);
      expect(nb, kind).toHaveProperty([`kind.${kind}`]);
    }
  });
});
