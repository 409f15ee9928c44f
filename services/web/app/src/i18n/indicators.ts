// Titles of the study's indicators: their files are written in English, and a page in bokmål names them in bokmål.
import { language } from './language.svelte';

export const nb: Record<string, string> = {
  'I-01': 'Fra tilbud til varig bruk',
  'I-02': 'Tid fra utstyr til første henvisning',
  'I-03': 'Nye brukere per kvartal',
  'I-04': 'Kontorenes tilstand',
  'I-05': 'Hvem som blir',
  'I-06': 'Henvisninger per 1\u202f000 listepasienter og år',
  'I-07': 'Rate trukket mot gjennomsnittet',
  'I-08': 'Konsentrasjon av bruken',
  'I-09': 'Hvor et kontor står',
  'I-10': 'Traktdiagram',
  'I-11': 'Kontrolldiagrammer',
  'I-12': 'Varsel ut fra egen historie',
  'I-13': 'Ventetid',
  'I-14': 'Brukere på kontoret',
  'I-15': 'Andel av alle henvisninger',
  'I-16': 'Nettverk av bruk',
  'I-17': 'Virkning av en datert endring',
  'I-18': 'Virkning mens det innføres',
  'I-21': 'Hvilke grupper som nås',
  'I-22': 'Datakvalitet',
};
/** The title in the language of the page, and the language that it is in. */
export function titleOf(one: { id: string; title: string }): { text: string; lang: 'en' | 'nb' } {
  const own = language.code === 'nb' ? nb[one.id] : undefined;
  return own ? { text: own, lang: 'nb' } : { text: one.title, lang: 'en' };
}
