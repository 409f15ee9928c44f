// The parts of the study, and the charts that each part shows.
import type { Route } from '../../router/match';

export const PARTS = ['', 'adoption', 'concentration', 'activity', 'rates', 'process', 'turnaround', 'network', 'context', 'sample', 'definitions', 'data', 'exports'] as const;
export type Part = (typeof PARTS)[number];

export const partOf = (name: string): Part | null => PARTS.find((part) => part === name) ?? null;
/** The name of the part that is asked for, known or not, and '' for the first; null for a page that is not of the study. */
export function studied({ params }: Route): string | null {
  return params['part'] ?? (params['id'] === 'study' ? '' : null);
}
export const pathOf = (part: Part) => (part ? `/program/study/${part}` : '/program/study');

/** In the order in which they are read. A part without charts has a page of its own. */
export const CHARTS: Partial<Record<Part, readonly string[]>> = {
  '': ['funnel', 'adoption-curve', 'arrivals'],
  adoption: ['adoption-curve', 'arrivals', 'funnel'],
  concentration: ['lorenz', 'ranking'],
  activity: ['heat-map', 'swimmer', 'retention', 'lapse'],
  rates: ['funnel-plot', 'deciles', 'small-multiples'],
  process: ['control-chart', 'interruption'],
  turnaround: ['turnaround'],
  network: ['network'],
};
