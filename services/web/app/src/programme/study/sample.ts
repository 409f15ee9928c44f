// What is read out of a drawn sample. Pure.
import { EXCLUSIONS, type Exclusion, type SamplePair } from '../../api/study';

/** Running sums: what the first ones have together. */
export function cumulative(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

type Couple = Pick<SamplePair, 'user' | 'partner'>;
export const coupleKey = (pair: Couple) => `${pair.user} ${pair.partner}`;
/** The pairs that only one of two assignments has, in their order. */
export function differing<P extends Couple>(optimal: readonly P[], greedy: readonly P[]): { optimal: P[]; greedy: P[] } {
  const only = (of: readonly P[], others: readonly P[]) => {
    const known = new Set(others.map(coupleKey));
    return of.filter((pair) => !known.has(coupleKey(pair)));
  };
  return { optimal: only(optimal, greedy), greedy: only(greedy, optimal) };
}

export interface LeftOut { reason: Exclusion; practices: string[] }
/** Practices left out, by reason in the order in which the reasons are checked; reasons without any are not listed. */
export function byReason(excluded: readonly { practice: string; reason: Exclusion }[]): LeftOut[] {
  return EXCLUSIONS.map((reason) => ({ reason, practices: excluded.filter((one) => one.reason === reason).map((one) => one.practice) })).filter((one) => one.practices.length > 0);
}
