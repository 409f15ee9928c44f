// Search over the body sites in both languages: "skulder", "shoulder" and "shou" all find the shoulder.
import type { BodySite, Language } from '../api/types';

export function fold(text: string): string {
  return text.toLowerCase().replace(/[åøæ]/g, (c) => `${c}`).normalize('NFC')
    .replace(/[éèêë]/g, 'e').replace(/[áàâä]/g, 'a').replace(/[óòôö]/g, 'o').replace(/[úùûü]/g, 'u').trim();
}

/** 0 exact, 1 begins so, 2 a word begins so, 3 somewhere inside; null no hit. */
function rank(text: string, query: string): number | null {
  if (text === query) return 0;
  if (text.startsWith(query)) return 1;
  const words = query.split(/\s+/);
  const own = text.split(/[^\p{L}\p{N}]+/u);
  if (words.every((word) => own.some((o) => o.startsWith(word)))) return 2;
  return words.every((word) => text.includes(word)) ? 3 : null;
}

export function searchSites(sites: readonly BodySite[], query: string, language: Language, limit = 12): BodySite[] {
  const wanted = fold(query);
  if (wanted === '') return [];
  const other: Language = language === 'nb' ? 'en' : 'nb';
  const hits: { site: BodySite; score: number }[] = [];
  for (const site of sites) {
    const own = rank(fold(site[language]), wanted);
    const foreign = rank(fold(site[other]), wanted);
    const score = Math.min(own ?? 99, foreign === null ? 99 : foreign + 4);
    if (score < 99) hits.push({ site, score });
  }
  hits.sort((a, b) => a.score - b.score || a.site[language].length - b.site[language].length || a.site[language].localeCompare(b.site[language], language));
  return hits.slice(0, limit).map((hit) => hit.site);
}
