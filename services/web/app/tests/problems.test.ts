import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en, nb } from '../src/i18n/problems';
import { nbOfServer } from '../src/i18n/served';

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
/** Every message that the API gives for bad input, as reviewed: "    field: sentence (code)". */
const reviewed = read('tests/messages.txt');
const known = { ...nbOfServer, ...nb } as Record<string, string>;

/** What answers requests, and what judges pictures; without tests. Faults of an imported register and of a file of counts have texts of their own, and so have letters; the study itself answers nobody. */
const source = ['kit', 'directory', 'intake', 'imaging', 'review', 'uptake']
  .flatMap((service) => {
    const folder = `services/${service}/src`;
    const names = readdirSync(new URL(`../../../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => /\.rs$/.test(name) && !/(^|\/)(tests?|testing|sample|embedded)(\/|\.rs$)|^(import|letter|study)\/|^ordinary\.rs$/.test(name)).map((name) => `${folder}/${name}`);
  })
  .map((path) => read(path).split(/#\[cfg\(test\)\]\s*(?:#\[[^\n]*\]\s*)*(?:pub(?:\([a-z]+\))? )?mod /)[0] ?? '')
  .join('\n')
  .replace(/^\s*\/\/.*$/gm, '');

const code = '"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"';
/** A first argument: a name, a text, a call. */
const first = String.raw`(?:"[^"]*"|[\w:&.]+!?(?:\((?:[^()]|\([^()]*\))*\))?(?:\.\w+\(\))*)`;
/** Where a code is written down: a problem's second argument or the first after its name, a field's second one, a flaw's field … */
const places = [
  String.raw`\b(?:Problem|Self)::new\(\s*${first},\s*${code},`,
  String.raw`\b(?:Problem|Self)::(?:conflict|gone)\(\s*${code},`,
  String.raw`\b(?:FieldError::new|invalid_field|\.add)\(\s*${first},\s*${code},`,
  String.raw`\bRefusal::new\(\s*${code},`,
  String.raw`\bcode: ${code}(?:\.into\(\))?,`,
  // … and where a sentence stands behind it, whatever it is given to; what is malformed and a wrong month have their field's name there.
  String.raw`(?<!(?:bad_request|Err\(wrong)\(\s*)${code},\s*(?:message: )?(?:"[A-Z]|(?:message|detail)\b)`,
  String.raw`(?<![\w!])\(\s*${code},\s*format!\(`,
  // The code that has a name of its own.
  String.raw`\bNOT_SHOWN: &str = ${code}`,
];
const found = new Set(places.flatMap((place) => [...source.matchAll(new RegExp(place, 'g'))].map((match) => match[1] ?? '')));
/** The front end's own, for what no answer of the server says. */
const own = ['unreachable', 'server-error', 'failed'];

describe('problems', () => {
  it('have a text in bokmål for every code that the services can answer', () => {
    expect(found.size).toBeGreaterThan(120);
    expect([...found].filter((one) => !known[one]).sort()).toEqual([]);
  });
  // So that a code that is written down in a new way is noticed, and not passed over.
  it('have no text that nothing asks for', () => {
    expect(Object.keys(known).filter((one) => !found.has(one) && !own.includes(one)).sort()).toEqual([]);
    expect(Object.keys(nbOfServer).filter((one) => one in en)).toEqual([]);
  });
  it('have a text in bokmål for the code of every reviewed field message', () => {
    const codes = [...reviewed.matchAll(/^ {4}\S.*\(([a-z0-9-]+)\)$/gm)].map((match) => match[1] ?? '');
    expect(codes.length).toBeGreaterThan(20);
    expect([...new Set(codes)].filter((one) => !known[one])).toEqual([]);
  });
});
