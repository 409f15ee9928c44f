// The list of body sites, fetched once per page load; the browser keeps it for a day.
import { bodySites } from '../api/intake';
import type { BodySite } from '../api/types';
import { siteNames } from '../i18n/sites.svelte';

let kept: Promise<BodySite[]> | null = null;
export function allSites(): Promise<BodySite[]> {
  kept ??= bodySites().then(
    (list) => {
      siteNames.learn(list);
      return list;
    },
    (error: unknown) => {
      kept = null;
      throw error;
    },
  );
  return kept;
}
