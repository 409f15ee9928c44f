// Questionnaires as rules: which apply, which of their items are asked, and what is missing or wrong in the answers.
// The server checks the same description when the referral is sent; this side only says so earlier.
import type { AnswerSet, Both, Facts, Flag, Item, Questionnaire, Value, Values, When } from '../api/questionnaire';
import type { FindingKind, Language, Specialty } from '../api/types';

/** Something in one language, for the screen. */
export const inLanguage = (text: Both | null | undefined, language: Language): string => text?.[language] ?? '';

/** The description with this id and version; null when it is not known here. */
export function find(all: readonly Questionnaire[], id: string, version: number): Questionnaire | null {
  return all.find((q) => q.id === id && q.version === version) ?? null;
}

/** The newest version of each that is asked at this level, in the order of the list. A draft that was begun under an
    older version keeps it: what was asked stays asked. */
export function applying(
  all: readonly Questionnaire[], level: Questionnaire['level'], specialty: Specialty | '', kind: FindingKind | '', begun: readonly AnswerSet[] = [],
): Questionnaire[] {
  const fitting = all.filter((q) => q.level === level && fits(q.specialties, specialty) && (level === 'referral' || fits(q.kinds ?? [], kind)));
  const ids = [...new Set(fitting.map((q) => q.id))];
  return ids.flatMap((id) => {
    const versions = fitting.filter((q) => q.id === id);
    const newest = versions.reduce((a, b) => (b.version > a.version ? b : a));
    const kept = begun.find((set) => set.questionnaire === id)?.version;
    return [versions.find((q) => q.version === kept) ?? newest];
  });
}
function fits<T extends string>(list: readonly T[], value: T | ''): boolean {
  return list.length === 0 || (value !== '' && list.includes(value));
}

export function isBlank(value: Value | null | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

/** Whether the answers, or what else is known, say what `when` asks for. */
export function holds(when: When, values: Values, facts: Facts = {}): boolean {
  const value = when.fact ? facts[when.fact] : values[when.linkId ?? ''];
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some((code) => code === when.answer || when.oneOf?.includes(code));
  if (value === when.answer || (typeof value === 'string' && when.oneOf?.includes(value))) return true;
  return typeof value === 'number' && ((typeof when.above === 'number' && value > when.above) || (typeof when.below === 'number' && value < when.below));
}

/** The items that are asked, given the answers: one that depends on an item that is not asked is not asked either. */
export function enabledItems(q: Questionnaire, values: Values): Item[] {
  const asked = (item: Item, depth: number): boolean => {
    if (!item.enableWhen) return true;
    if (depth > q.item.length || !holds(item.enableWhen, values)) return false;
    const parent = q.item.find((one) => one.linkId === item.enableWhen?.linkId);
    return parent !== undefined && asked(parent, depth + 1);
  };
  return q.item.filter((item) => asked(item, 0));
}

/** What is asked and answered: the rest is not sent. */
export function keptValues(q: Questionnaire, values: Values): Values {
  const kept: Values = {};
  for (const item of enabledItems(q, values)) {
    const value = values[item.linkId];
    if (value !== undefined && !isBlank(value)) kept[item.linkId] = value;
  }
  return kept;
}

/** Why an answer will not do; null when it will. */
export function faultOf(item: Item, value: Value | undefined): 'required' | 'must-be' | 'out-of-range' | 'too-long' | 'malformed' | null {
  if (isBlank(value) || value === undefined) return item.required ? 'required' : null;
  switch (item.type) {
    case 'boolean':
      if (typeof value !== 'boolean') return 'malformed';
      return typeof item.mustBe === 'boolean' && value !== item.mustBe ? 'must-be' : null;
    case 'quantity':
    case 'integer':
      if (typeof value !== 'number' || !Number.isFinite(value) || (item.type === 'integer' && !Number.isInteger(value))) return 'malformed';
      return value < (item.min ?? -Infinity) || value > (item.max ?? Infinity) ? 'out-of-range' : null;
    case 'text':
      if (typeof value !== 'string') return 'malformed';
      return item.maxLength && [...value].length > item.maxLength ? 'too-long' : null;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? null : 'malformed';
    case 'choice':
      return typeof value === 'string' && optionOf(item, value) ? null : 'malformed';
    case 'choices':
      return Array.isArray(value) && value.every((code) => optionOf(item, code)) ? null : 'malformed';
  }
}
const optionOf = (item: Item, code: string) => item.answerOption?.find((option) => option.code === code);

/** What Send would find wrong in these answers, in the order of the questionnaire. */
export function faults(q: Questionnaire, values: Values): { item: Item; code: string }[] {
  return enabledItems(q, values).flatMap((item) => {
    const code = faultOf(item, values[item.linkId]);
    return code ? [{ item, code }] : [];
  });
}

/** The flags that the answers raise, each code once; what is not asked raises none. */
export function raised(flags: readonly Flag[] | undefined, q: Questionnaire, values: Values, facts: Facts): Flag[] {
  const kept = keptValues(q, values);
  const found = (flags ?? []).filter((flag) => holds(flag.when, kept, facts));
  return found.filter((flag, at) => found.findIndex((one) => one.code === flag.code) === at);
}

/** One of several tapped: on or off, and an option that excludes the rest does. */
export function toggled(item: Item, value: Value | undefined, code: string): string[] {
  const before = Array.isArray(value) ? value : [];
  if (before.includes(code)) return before.filter((one) => one !== code);
  if (code === item.exclusive) return [code];
  return [...before.filter((one) => one !== item.exclusive), code];
}

/** The required texts that are still empty and have a usual answer, with it: "Allergies: none known". One tap fills them all. */
export function usualAnswers(q: Questionnaire, values: Values): { item: Item; answer: Both }[] {
  return enabledItems(q, values).flatMap((item) => {
    const answer = item.type === 'text' && item.required && isBlank(values[item.linkId]) ? item.quick?.[0] : undefined;
    return answer ? [{ item, answer }] : [];
  });
}

/** An answer in words. */
export function answerText(item: Item, value: Value, language: Language, words: { yes: string; no: string }): string {
  const label = (code: string) => inLanguage(optionOf(item, code)?.display, language) || code;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.map(label).join(', ');
  if (item.type === 'choice') return label(String(value));
  if (typeof value === 'number') {
    const number = new Intl.NumberFormat(language === 'nb' ? 'nb-NO' : 'en-GB', { maximumFractionDigits: 3 }).format(value);
    return item.unit ? `${number} ${item.unit}` : number;
  }
  return value;
}
