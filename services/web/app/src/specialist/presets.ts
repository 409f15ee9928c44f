// Quick answers: one key fills in what is usually written. Nothing that was typed or chosen by hand is replaced, and everything
// can be changed before signing; a second key replaces what the first one filled in.
import type { AnswerContent, AnsweredFinding, Certainty, Disposition } from '../api/types';
import { t } from '../i18n/department';
import { mostUrgent, withOwners } from './answer';

export const PRESETS = ['benign', 'gp', 'routine', 'urgent'] as const;
export type PresetName = (typeof PRESETS)[number];
export interface Preset { diagnosis: string; certainty: Certainty | null; disposition: Disposition; plan: string }

/** In the language of the screen, as everything that the specialist writes. */
export function preset(name: PresetName): Preset {
  if (name === 'benign') return { diagnosis: t('preset.benign.diagnosis'), certainty: 'probable', disposition: 'gp-manages', plan: t('preset.benign.plan') };
  if (name === 'gp') return { diagnosis: '', certainty: null, disposition: 'gp-manages', plan: '' };
  return { diagnosis: '', certainty: null, disposition: name === 'urgent' ? 'face-to-face-urgent' : 'face-to-face-routine', plan: t('preset.appointment.plan') };
}

/** What quick answers filled in, by finding and field: the only thing that another quick answer may replace. */
export type Filled = Record<string, Partial<Pick<AnsweredFinding, 'diagnosis' | 'certainty' | 'disposition' | 'plan'>>>;

/** Fills in a quick answer; `filled` is what earlier ones had filled in. What was typed or chosen by hand stays. */
export function apply(content: AnswerContent, next: Preset, filled: Filled): Filled {
  const before = mostUrgent(content);
  const now: Filled = {};
  for (const f of content.findings) {
    const was = filled[f.findingId] ?? {};
    const by: Filled[string] = (now[f.findingId] = {});
    if (f.diagnosis.trim() === '' || f.diagnosis === was.diagnosis) f.diagnosis = by.diagnosis = next.diagnosis;
    if (f.certainty === null || f.certainty === was.certainty) f.certainty = by.certainty = next.certainty;
    if (f.plan.trim() === '' || f.plan === was.plan) f.plan = by.plan = next.plan;
    if (f.disposition === null || f.disposition === was.disposition) f.disposition = by.disposition = next.disposition;
  }
  withOwners(content, before);
  return now;
}
