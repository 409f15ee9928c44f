// Words of the letter's buttons; the letter's own words are the server's.
import { texts } from './language.svelte';

export const en = {
  group: 'Letter for the record',
  copy: 'Copy text',
  copied: 'Copied. Paste it into the record.',
  pdf: 'PDF',
  pdfHint: 'The letter as PDF, in a new tab',
  print: 'Print',
  byHandTitle: 'Copy the text',
  byHandLead: 'The browser did not let Lysbro copy. The text is marked: press Ctrl + C (on a Mac ⌘ + C), or hold it and choose Copy.',
  text: 'The letter as text',
};
export const nb: Record<keyof typeof en, string> = {
  group: 'Brev til journalen',
  copy: 'Kopier tekst',
  copied: 'Kopiert. Lim inn i journalen.',
  pdf: 'PDF',
  pdfHint: 'Brevet som PDF, i ny fane',
  print: 'Skriv ut',
  byHandTitle: 'Kopier teksten',
  byHandLead: 'Nettleseren lot ikke Lysbro kopiere. Teksten er merket: trykk Ctrl + C (på Mac ⌘ + C), eller hold på den og velg Kopier.',
  text: 'Brevet som tekst',
};
export const t = texts(en, nb);
