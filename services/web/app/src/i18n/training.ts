// Words for trying the service with a patient who does not exist.
import { texts } from './language.svelte';

export const en = {
  tryIt: 'Try it',
  banner: 'TRAINING – the patient does not exist. It goes the whole way, and is counted nowhere.',
  patient: 'The made-up patient can’t be changed.',
  tag: 'Training',
};
export const nb: Record<keyof typeof en, string> = {
  tryIt: 'Prøv',
  banner: 'ØVELSE – pasienten finnes ikke. Den går hele veien, og telles ingen steder.',
  patient: 'Den oppdiktede pasienten kan ikke endres.',
  tag: 'Øvelse',
};
export const t = texts(en, nb);
