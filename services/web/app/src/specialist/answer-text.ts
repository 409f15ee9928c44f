// An answer as plain text, to be copied.
import type { AnswerContent } from '../api/types';
import { t } from '../i18n/specialist';

export function asText(content: AnswerContent): string {
  const parts = content.findings.map((f) => [
    f.diagnosis.trim() && `${t('diagnosis')}: ${f.diagnosis.trim()}${f.certainty ? ` (${t(`cert.${f.certainty}`).toLowerCase()})` : ''}`,
    f.disposition && `${t('recommendation')}: ${t(`disp.${f.disposition}`)}`,
    f.plan.trim() && `${t('plan')}: ${f.plan.trim()}`,
  ].filter(Boolean).join('\n'));
  return [content.reason.trim(), content.summary.trim(), ...parts].filter(Boolean).join('\n\n');
}
