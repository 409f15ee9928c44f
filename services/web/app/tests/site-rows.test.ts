import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { language } from '../src/i18n/language.svelte';
import { siteNames } from '../src/i18n/sites.svelte';
import { siteRows } from '../src/text/site-rows';

const rows = siteRows(readFileSync(new URL('../../../kit/data/body_sites.csv', import.meta.url), 'utf8'));

describe('the list of body sites', () => {
  it('is read whole, commas in a name included', () => {
    expect(rows.length).toBe(207);
    expect(rows.find((one) => one.code === '130301')).toEqual({ code: '130301', system: 'DCM', en: 'Skin of paraspinal area of the superior back', nb: 'Hud ved siden av ryggraden, øverst på ryggen' });
    for (const one of rows) for (const text of Object.values(one)) expect(text, one.code).not.toBe('');
  });
  it('names a site in the reader’s language, whichever language it was chosen in', () => {
    siteNames.learn(rows);
    const one = rows.find((row) => row.code === '130301')!;
    language.use('nb');
    expect([siteNames.named(one.en), siteNames.named(one.nb), siteNames.named('Somewhere else')]).toEqual([one.nb, one.nb, 'Somewhere else']);
    language.use('en');
    expect(siteNames.named(one.nb)).toBe(one.en);
  });
});
