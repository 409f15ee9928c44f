// When an untouched screen locks. Pure, so that tests hold the time still.
export type IdlePhase = { phase: 'active' } | { phase: 'warning'; secondsLeft: number } | { phase: 'lock' };
const WARN_SECONDS = 60;

/** @param idleMs since the last sign of a person  @param limitSeconds the server's limit */
export function idlePhase(idleMs: number, limitSeconds: number): IdlePhase {
  const left = limitSeconds - Math.floor(idleMs / 1000);
  if (left <= 0) return { phase: 'lock' };
  return left <= Math.min(WARN_SECONDS, limitSeconds / 2) ? { phase: 'warning', secondsLeft: left } : { phase: 'active' };
}
