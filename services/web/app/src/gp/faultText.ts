// What is wrong with an answer, in a few words: the field's own label stands beside or before them.
import type { Item } from '../api/questionnaire';
import { t } from '../i18n/form';

export function faultText(code: string, item: Item | undefined): string | null {
  switch (code) {
    case 'required':
      return t('fault.required');
    case 'must-be':
      return t('fault.must-be');
    case 'out-of-range':
      return t('fault.out-of-range', { min: item?.min ?? '', max: item?.max ?? '', unit: item?.unit ?? '' }).trim();
    case 'too-long':
      return t('fault.too-long');
    case 'exclusive':
      return t('fault.exclusive');
    case 'not-a-date':
      return t('fault.not-a-date');
    case 'malformed':
      return t('fault.malformed');
    default:
      return null;
  }
}
