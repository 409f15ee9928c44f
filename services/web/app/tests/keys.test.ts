import { describe, expect, it } from 'vitest';
import { COMMANDS, command, shown, type Pressed } from '../src/specialist/keys';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, ctrlKey: false, metaKey: false, altKey: false, inField: false, onControl: false, dialogOpen: false, ...more });

describe('keys', () => {
  it('moves in the list and between pictures', () => {
    expect(command('list', press('j'), true)).toBe('next');
    expect(command('list', press('Enter'), true)).toBe('open');
    expect(command('reading', press('n'), true)).toBe('nextPicture');
    expect(command('reading', press('z'), true)).toBe('actual');
  });
  it('signs with Ctrl+Enter, inside a field as well, and in the reading view only', () => {
    expect(command('reading', press('Enter', { ctrlKey: true, inField: true }), false)).toBe('sign');
    expect(command('list', press('Enter', { ctrlKey: true }), true)).toBeNull();
  });
  it('leaves letters alone in a field, with the browser’s own combinations, under a dialog and when turned off', () => {
    expect(command('reading', press('n', { inField: true }), true)).toBeNull();
    expect(command('reading', press('r', { ctrlKey: true }), true)).toBeNull();
    expect(command('reading', press('n', { dialogOpen: true }), true)).toBeNull();
    expect(command('reading', press('n'), false)).toBeNull();
    expect(command('reading', press('?'), false)).toBe('help');
  });
  it('leaves Enter and arrows to the control that has the focus', () => {
    expect(command('list', press('Enter', { onControl: true }), true)).toBeNull();
    expect(command('reading', press('ArrowRight', { onControl: true }), true)).toBeNull();
    expect(command('reading', press('n', { onControl: true }), true)).toBe('nextPicture');
  });
  it('leaves a field with Escape', () => {
    expect(command('reading', press('Escape', { inField: true }), true)).toBe('escape');
    expect(command('reading', press('Escape'), true)).toBeNull();
  });
  it('explains every command somewhere, and none needs AltGr on a Norwegian keyboard', () => {
    const explained = new Set([...shown.list, ...shown.reading].map(([, does]) => does));
    expect([...explained].sort()).toEqual([...COMMANDS].sort());
    for (const [keys] of [...shown.list, ...shown.reading]) expect(keys).not.toMatch(/[[\]{}\\@]/);
  });
});
