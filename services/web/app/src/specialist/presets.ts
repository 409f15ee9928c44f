// Quick answers: one key fills in what is usually written. Nothing that was typed is replaced, and everything can be changed
// before signing; a second key replaces what the first one filled in.
import type { AnswerContent, Certainty, Disposition } from '../api/types';
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

/** Fills in a preset; `last` is what an earlier one had filled in. */
export function apply(content: AnswerContent, next: Preset, last: Preset | null): void {
  const before = mostUrgent(content);
  for (const f of content.findings) {
    if (f.diagnosis.trim() === '' || f.diagnosis === last?.diagnosis) f.diagnosis = next.diagnosis;
    if (f.certainty === null || f.certainty === last?.certainty) f.certainty = next.certainty;
    if (f.plan.trim() === '' || f.plan === last?.plan) f.plan = next.plan;
    f.disposition = next.disposition;
  }
  withOwners(content, before);
}
