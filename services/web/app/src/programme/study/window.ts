// Which days and specialty the study looks at. They stand in the address, so that a view can be shared and every part shows the same.
import type { StudyWindow } from '../../api/study';
import type { Specialty } from '../../api/types';

export const SPECIALTIES: readonly Specialty[] = ['dermatology', 'ent', 'plastic-surgery'];
/** Whatever stands there: what is no day is for the server to refuse, beside its field. */
export function windowOf(search: string): StudyWindow {
  const asked = new URLSearchParams(search);
  return { from: asked.get('from') ?? '', until: asked.get('until') ?? '', specialty: SPECIALTIES.find((one) => one === asked.get('specialty')) ?? '' };
}
/** As the address carries it from part to part: "?from=…", or nothing. */
export function searchOf({ from, until, specialty }: StudyWindow): string {
  const pairs = Object.entries({ from, until, specialty }).filter(([, value]) => value !== '');
  const text = new URLSearchParams(pairs).toString();
  return text ? `?${text}` : '';
}
