import { beforeEach, describe, expect, it } from 'vitest';
import type { Chair } from '../src/api/types';
import { whose } from '../src/gp/chair';
import { language } from '../src/i18n/language.svelte';

const now = new Date('2026-03-04T09:00:00');
const chair = (more: Partial<Chair>): Chair => ({ owner: 'practice', since: '2026-03-03T09:00:00', due: '2026-03-04T23:59:59', level: 0, deputy: null, ...more });

describe('whose a case is', () => {
  beforeEach(() => (language.code = 'en'));
  it('is said to the office in its own words', () => {
    expect(whose(null, now, 'en')).toBeNull();
    expect(whose(chair({}), now, 'en')).toEqual({ text: 'yours until 23:59', tone: 'warm' });
    expect(whose(chair({ due: '2026-03-06T23:59:59' }), now, 'en')).toEqual({ text: 'yours until Fri 23:59', tone: 'plain' });
    expect(whose(chair({ owner: 'deputy', level: 1, deputy: 'Siri' }), now, 'en')).toEqual({ text: 'climbed to Siri, until 23:59', tone: 'warm' });
    expect(whose(chair({ owner: 'call-list', level: 2 }), now, 'en')?.tone).toBe('red');
  });
  it('is the department’s with its date, and its coordinator’s when that is past', () => {
    expect(whose(chair({ owner: 'department' }), now, 'en')?.text).toBe('due today 23:59');
    const late = whose(chair({ owner: 'department', level: 1, due: '2026-03-01T23:59:59' }), now, 'en');
    expect(late).toEqual({ text: '2 days overdue: the coordinator has it', tone: 'red' });
    language.code = 'nb';
    expect(whose(chair({ owner: 'call-list', level: 2 }), now, 'nb')?.text).toBe('gått videre til avdelingens ringeliste');
  });
});
