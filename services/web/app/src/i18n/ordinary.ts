// Words of ordinary referrals from a file, and in bokmål the faults that only such a file can have.
import type { Fault } from '../api/types';
import { faultText } from './importing';
import { language, texts } from './language.svelte';

export const en = {
  title: 'Ordinary referrals',
  lead: 'How many ordinary referrals each practice sent, from a register outside: a line per practice, month and specialty. With them I-15 tells what part of all referrals goes by the service. A month that no file names is not known, and no zero.',
  columns: 'Columns: key (as in the register’s file, or the practice’s id), month (2026-03), specialty (dermatology, ent or plastic-surgery), referrals.',
  later: 'A later file corrects: new counts stand beside the old ones, and the newest count.',
  lines: 'Lines in the file',
  practices: 'Practices',
  months: 'Months',
  new: 'New counts',
  corrected: 'Corrections',
  unchanged: 'Unchanged',
  do: 'Take {n} count|Take {n} counts',
  done: '{n} count is taken.|{n} counts are taken.',
  nothing: 'Nothing is wrong with the file, and nothing in it is new: there is nothing to take.',
};
export const nb: Record<keyof typeof en, string> = {
  title: 'Vanlige henvisninger',
  lead: 'Hvor mange vanlige henvisninger hvert kontor sendte, fra et register utenfor: én linje per kontor, måned og fagområde. Med dem sier I-15 hvor stor del av alle henvisninger som går gjennom tjenesten. En måned som ingen fil nevner, er ukjent, og ikke null.',
  columns: 'Kolonner: key (som i registerets fil, eller kontorets id), month (2026-03), specialty (dermatology, ent eller plastic-surgery), referrals.',
  later: 'En senere fil retter: nye antall står ved siden av de gamle, og det nyeste teller.',
  lines: 'Linjer i filen',
  practices: 'Kontorer',
  months: 'Måneder',
  new: 'Nye antall',
  corrected: 'Rettelser',
  unchanged: 'Uendret',
  do: 'Ta inn {n} antall|Ta inn {n} antall',
  done: '{n} antall er tatt inn.|{n} antall er tatt inn.',
  nothing: 'Det er ingenting galt med filen, og ingenting nytt i den: det er ingenting å ta inn.',
};
export const t = texts(en, nb);

/** By code: what is wrong, and what to do. */
export const nbFaults: Record<string, readonly [string, string]> = {
  'empty-file': ['Filen er tom.', 'Last ned malen, fyll ut én linje per kontor, måned og fagområde, og velg den filen.'],
  'no-counts': ['Det er ingen linje under overskriften.', 'Skriv én linje per kontor, måned og fagområde.'],
  'too-many-lines': ['En fil har plass til 100 000 linjer.', 'Legg denne linjen og dem under den i en annen fil.'],
  'column-twice': ['Kolonnen står der to ganger.', 'Behold én av dem.'],
  'unknown-column': ['Kolonnen er ukjent.', 'Kolonnene er key, month, specialty og referrals.'],
  'missing-column': ['Kolonnen mangler.', 'Kolonnene er key, month, specialty og referrals.'],
  quotes: ['Et anførselstegn står på feil sted.', 'Skriv teksten uten.'],
  required: ['Cellen er tom.', 'Utelat linjer der antallet er ukjent, og skriv 0 der det ikke var noen.'],
  example: ['Dette er eksemplet i malen.', 'Skriv nøkkelen til et kontor.'],
  'not-a-month': ['Dette er ikke en måned.', 'Skriv måneden som ÅÅÅÅ-MM, for eksempel 2026-03.'],
  'month-to-come': ['Denne måneden er ikke kommet ennå.', 'Utelat linjen til den er kommet.'],
  'unknown-specialty': ['Dette er verken dermatology, ent eller plastic-surgery.', 'Skriv en av dem.'],
  'not-a-count': ['Dette er ikke et antall.', 'Skriv hvor mange det var i hele tall, fra 0 til 10000.'],
  'unknown-key': ['Ingen kontorer er registrert med denne nøkkelen.', 'Importer registeret først, eller rett nøkkelen.'],
  'line-twice': ['En annen linje gjelder det samme kontoret, den samme måneden og det samme fagområdet.', 'Behold én av dem.'],
};
export function ordinaryFaultText(fault: Fault): { what: string; remedy: string } {
  const own = language.code === 'nb' ? nbFaults[fault.code] : undefined;
  return own ? { what: own[0], remedy: own[1] } : faultText(fault);
}
