// Keeps the bokmål of the server's sentences out of the first visit: most visits meet no refusal.
import { language } from './language.svelte';

class Served {
  nb = $state.raw<Record<string, string>>({});
}
export const served = new Served();

let fetching: Promise<void> | null = null;
/** Settles when the words are here; where the line breaks, the server's English stands and the next refusal asks again. */
export function fetchServed(): Promise<void> {
  if (language.code !== 'nb') return Promise.resolve();
  fetching ??= import('./served').then(
    ({ nbOfServer }) => { served.nb = nbOfServer; },
    () => { fetching = null; },
  );
  return fetching;
}
