// Which views of a finding are wanted, which are there, and which one the next picture probably is.
import type { Both, Facts, Questionnaire, Values, ViewOverride } from '../api/questionnaire';
import type { View } from '../api/types';
import { holds, keptValues } from './questionnaire';

export interface Wanted {
  /** null: the pictures of the whole referral count */
  findingId: string | null; /** any of these will do */ views: View[]; min: number; have: number; advice: boolean; text: Both; overridden: boolean;
}
/** What of a picture counts here. */
export interface Taken { findingId: string | null; view: View }

/** A picture of the whole referral counts for every finding as an overview or region, and for the only finding always. */
function countsFor(picture: Taken, findingId: string | null, facts: Facts): boolean {
  if (findingId === null || picture.findingId === findingId) return true;
  return picture.findingId === null && (facts.findings === 1 || picture.view === 'overview' || picture.view === 'regional');
}

/** The views that a questionnaire asks for, with how many there are. The same views asked for twice count once, at the higher number. */
export function wantedViews(
  q: Questionnaire, values: Values, facts: Facts, findingId: string | null, taken: readonly Taken[], overrides: readonly ViewOverride[],
): Wanted[] {
  const kept = keptValues(q, values);
  const found: Wanted[] = [];
  for (const one of q.views ?? []) {
    if (one.when && !holds(one.when, kept, facts)) continue;
    const views = one.view ? [one.view] : (one.anyOf ?? []);
    const have = taken.filter((picture) => views.includes(picture.view) && countsFor(picture, findingId, facts)).length;
    const wanted: Wanted = {
      findingId, views, min: one.min, have, advice: one.advice ?? false, text: one.text,
      overridden: have < one.min && overrides.some((o) => o.findingId === findingId && views.includes(o.view) && o.reason.trim() !== ''),
    };
    const same = found.findIndex((other) => other.advice === wanted.advice && other.views.join() === views.join());
    const before = found[same];
    if (!before) found.push(wanted);
    else if (before.min < wanted.min) found[same] = wanted;
  }
  return found;
}

export const isOpen = (wanted: Wanted): boolean => wanted.have < wanted.min && !wanted.overridden;
/** What Send would ask for. */
export const required = (wanted: readonly Wanted[]): Wanted[] => wanted.filter((one) => isOpen(one) && !one.advice);

/** The view of the next picture of a finding: the first one that is still missing; after that a close-up, of which there can't be too many. */
export function nextView(wanted: readonly Wanted[], added: readonly View[]): View {
  const left = [...added];
  for (const one of wanted.filter((w) => !w.advice && !w.overridden)) {
    let have = one.have;
    for (const view of one.views) {
      for (let at = left.indexOf(view); at >= 0 && have < one.min; at = left.indexOf(view)) {
        left.splice(at, 1);
        have += 1;
      }
    }
    if (have < one.min && one.views[0]) return one.views[0];
  }
  const usual = wanted.find((w) => !w.advice)?.views.includes('otoscopic') ? 'otoscopic' : 'close-up';
  return wanted.length === 0 && added.length === 0 ? 'overview' : usual;
}
