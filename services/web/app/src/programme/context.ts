// What of the context log a monthly chart shows: the events that stand, each in the month in which it began.
import type { ContextKind, ContextLog } from '../api/context';

export interface Mark { month: string; kind: ContextKind }
export const marks = (log: ContextLog): Mark[] =>
  log.entries.filter((one) => !one.now.withdrawn).map((one) => ({ month: one.now.from.slice(0, 7), kind: one.now.kind })).sort((a, b) => a.month.localeCompare(b.month));
