// The names of body sites in both languages, by code. A referral keeps the name in the language of whoever chose it;
// where the list has been fetched (the office's screens), the reader sees it in their own.
import type { BodySite, CodedSite } from '../api/types';
import { language } from './language.svelte';

class SiteNames {
  #byCode = $state.raw(new Map<string, BodySite>());
  #byName = $state.raw(new Map<string, BodySite>());
  learn(list: readonly BodySite[]): void {
    this.#byCode = new Map(list.map((site) => [site.code, site]));
    this.#byName = new Map(list.flatMap((site) => [[site.en, site], [site.nb, site]]));
  }
  /** The name to show; '' when no site is chosen. */
  of(site: CodedSite | null | undefined): string {
    if (!site) return '';
    return this.#byCode.get(site.code)?.[language.code] ?? site.display;
  }
  /** Of a list's row, which has the name only, in the language of whoever chose the site. */
  named(name: string): string {
    return this.#byName.get(name)?.[language.code] ?? name;
  }
}
export const siteNames = new SiteNames();
