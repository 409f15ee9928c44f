// The language of the screens, and what turns a catalogue into a function. A catalogue is two plain objects;
// TypeScript refuses a bokmål object that lacks a key of the English one.
import type { Language } from '../api/types';

const KEY = 'lysbro.language';

function initial(): Language {
  if (typeof localStorage !== 'undefined') {
    const kept = localStorage.getItem(KEY);
    if (kept === 'en' || kept === 'nb') return kept;
  }
  const wanted = typeof navigator === 'undefined' ? [] : navigator.languages;
  return wanted.some((tag) => /^(nb|no|nn|da|sv)\b/i.test(tag)) ? 'nb' : 'en';
}

class LanguageState {
  code = $state<Language>(initial());
  use(code: Language): void {
    this.code = code;
    if (typeof localStorage !== 'undefined') localStorage.setItem(KEY, code);
    if (typeof document !== 'undefined') document.documentElement.lang = code;
  }
  /** The tag for dates and numbers. */
  get locale(): string {
    return this.code === 'nb' ? 'nb-NO' : 'en-GB';
  }
}
export const language = new LanguageState();

export type Values = Record<string, string | number>;

/** Fills {name} places. "one|many" picks by the value n. */
export function fill(text: string, values: Values = {}): string {
  const parts = text.split('|');
  const chosen = parts.length === 2 && values['n'] !== undefined ? (values['n'] === 1 ? parts[0] : parts[1]) : text;
  return (chosen ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export type Translate<K extends string> = (key: K, values?: Values) => string;
export function texts<K extends string>(en: Record<K, string>, nb: Record<NoInfer<K>, string>): Translate<K> {
  return (key, values) => fill((language.code === 'nb' ? nb : en)[key], values);
}
