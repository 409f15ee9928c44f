// Names of the programme manager's pages: the ways between them stand on each.
import { texts } from './language.svelte';
export const en = {
  parts: 'Pages of the programme',
  practices: 'Use per practice',
  'part.': 'The study',
  'part.adoption': 'Adoption',
  'part.concentration': 'Concentration',
  'part.activity': 'Activity',
  'part.rates': 'Rates',
  'part.process': 'Change over time',
  'part.turnaround': 'Answer time',
  'part.network': 'Network',
  'part.context': 'Context log',
  'part.sample': 'Interview sample',
  'part.definitions': 'Definitions',
  'part.data': 'Data quality',
  'part.exports': 'Export',
};
export const nb: Record<keyof typeof en, string> = {
  parts: 'Programmets sider',
  practices: 'Bruk per kontor',
  'part.': 'Studien',
  'part.adoption': 'Ibruktaking',
  'part.concentration': 'Konsentrasjon',
  'part.activity': 'Aktivitet',
  'part.rates': 'Rater',
  'part.process': 'Endring over tid',
  'part.turnaround': 'Svartid',
  'part.network': 'Nettverk',
  'part.context': 'Kontekstlogg',
  'part.sample': 'Intervjuutvalg',
  'part.definitions': 'Definisjoner',
  'part.data': 'Datakvalitet',
  'part.exports': 'Eksport',
};
export const t = texts(en, nb);
