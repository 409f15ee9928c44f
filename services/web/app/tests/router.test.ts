import { describe, expect, it } from 'vitest';
import { match } from '../src/router/match';

describe('match', () => {
  it('finds the screens and their parameters', () => {
    expect(match('/')).toEqual({ name: 'home', params: {} });
    expect(match('/in')).toEqual({ name: 'in', params: {} });
    expect(match('/new')).toEqual({ name: 'new', params: {} });
    expect(match('/new/abc')).toEqual({ name: 'draft', params: { id: 'abc' } });
    expect(match('/read/8c/')).toEqual({ name: 'read', params: { id: '8c' } });
    expect(['/ended', '/board', '/absence'].map((path) => match(path).name)).toEqual(['ended', 'board', 'absence']);
    expect(match('/calls')).toEqual({ name: 'calls', params: {} });
    expect(match('/program')).toEqual({ name: 'program', params: {} });
    expect(match('/program/0190c9a4')).toEqual({ name: 'program', params: { id: '0190c9a4' } });
    expect(match('/program/study/rates')).toEqual({ name: 'program', params: { part: 'rates' } });
    expect(match('/admin/people/7')).toEqual({ name: 'admin', params: { part: 'people', id: '7' } });
  });
  it('sends everything else to nowhere', () => {
    expect(match('/inn').name).toBe('nowhere');
    expect(match('/case').name).toBe('nowhere');
    expect(match('/case/a/b').name).toBe('nowhere');
    expect(match('/program/0190c9a4/rates').name).toBe('nowhere');
  });
  it('survives a broken escape', () => {
    expect(match('/case/%E0%A4%A').params['id']).toBe('%E0%A4%A');
  });
});
