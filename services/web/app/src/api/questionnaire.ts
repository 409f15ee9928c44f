// What is asked in a referral, described by data: the shapes of /api/…/questionnaires. Names follow FHIR Questionnaire.
import type { FindingKind, Specialty, View } from './types';

export interface Both { en: string; nb: string }
export type ItemType = 'text' | 'choice' | 'choices' | 'boolean' | 'quantity' | 'integer' | 'date';
/** Text, date and code are strings; several codes an array. */
export type Value = string | string[] | boolean | number;
export type Values = Record<string, Value>;
/** About what is known beside the answers of the questionnaire itself. */
export type Fact = 'body-site' | 'laterality' | 'priority' | 'age-years' | 'findings';
export type Facts = Partial<Record<Fact, string | number | null>>;
/** True when the named answer or fact equals `answer` or one of `oneOf`, holds one among several, or lies above or below a number. */
export interface When { linkId?: string | null; fact?: Fact | null; answer?: Value | null; oneOf?: string[]; above?: number | null; below?: number | null }
export interface AnswerOption { code: string; system?: string; display: Both }
export interface Item {
  linkId: string; type: ItemType; text: Both; help?: Both | null; required?: boolean; unit?: string | null; min?: number | null; max?: number | null;
  maxLength?: number | null; compact?: boolean; exclusive?: string | null; quick?: Both[]; answerOption?: AnswerOption[]; enableWhen?: When | null;
  /** the only value that will do */ mustBe?: boolean | null;
}
export interface Flag { code: string; when: When; text: Both }
export interface WantedView { view?: View | null; anyOf?: View[]; min: number; when?: When | null; advice?: boolean; text: Both }
export interface Questionnaire {
  id: string; version: number; level: 'referral' | 'finding'; specialties: Specialty[]; kinds?: FindingKind[]; title: Both;
  item: Item[]; redFlags?: Flag[]; warnings?: Flag[]; views?: WantedView[];
}
/** One filled-in questionnaire; `findingId` null: of the whole referral. */
export interface AnswerSet { questionnaire: string; version: number; findingId: string | null; values: Values }
/** Somebody of the department was phoned. */
export interface EmergencyCall { spokeWith: string; /** RFC 3339 */ at: string }
/** A required view that could not be photographed, and why. */
export interface ViewOverride { findingId: string | null; view: View; reason: string }
