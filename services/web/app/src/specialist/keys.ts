// The keyboard map. No [ ] { } \ @: they need AltGr on Norwegian keyboards. Single letters are off inside
// fields and can be turned off altogether; Ctrl+Enter works everywhere.

export const COMMANDS = [
  'next', 'previous', 'open', 'nextPicture', 'previousPicture', 'actual', 'fit', 'zoomIn', 'zoomOut', 'turn', 'diagnosis', 'ask', 'undo',
  'release', 'forward', 'decline', 'amend', 'benign', 'gp', 'routine', 'urgent', 'more', 'sign', 'help', 'escape',
] as const;
export type Command = (typeof COMMANDS)[number];
export type Place = 'list' | 'reading';

const list: Record<string, Command> = { j: 'next', k: 'previous', ArrowDown: 'next', ArrowUp: 'previous', Enter: 'open', u: 'undo', '?': 'help' };
const reading: Record<string, Command> = {
  n: 'nextPicture', p: 'previousPicture', ArrowRight: 'nextPicture', ArrowLeft: 'previousPicture', z: 'actual', f: 'fit', '+': 'zoomIn', '=': 'zoomIn',
  '-': 'zoomOut', r: 'turn', d: 'diagnosis', q: 'ask', u: 'undo', e: 'release', w: 'forward', x: 'decline', v: 'amend',
  1: 'benign', 2: 'gp', 3: 'routine', 4: 'urgent', 5: 'more', j: 'next', k: 'previous', '?': 'help',
};
/** For the help: the keys of each command, as printed. */
export const shown: Record<Place, [string, Command][]> = {
  list: [['j ↓', 'next'], ['k ↑', 'previous'], ['Enter', 'open'], ['u', 'undo'], ['?', 'help']],
  reading: [['n →', 'nextPicture'], ['p ←', 'previousPicture'], ['z', 'actual'], ['f', 'fit'], ['+', 'zoomIn'], ['-', 'zoomOut'], ['r', 'turn'], ['d', 'diagnosis'],
    ['1', 'benign'], ['2', 'gp'], ['3', 'routine'], ['4', 'urgent'], ['5', 'more'], ['q', 'ask'], ['w', 'forward'], ['x', 'decline'], ['v', 'amend'], ['u', 'undo'], ['e', 'release'], ['j', 'next'], ['k', 'previous'], ['Ctrl Enter', 'sign'], ['Esc', 'escape'], ['?', 'help']],
};

export interface Pressed { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; inField: boolean; onControl: boolean; dialogOpen: boolean }

export function command(place: Place, pressed: Pressed, lettersOn: boolean): Command | null {
  if (pressed.dialogOpen) return null;
  if (pressed.key === 'Enter' && (pressed.ctrlKey || pressed.metaKey)) return place === 'reading' ? 'sign' : null;
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.key === 'Escape') return pressed.inField ? 'escape' : null;
  if (pressed.inField) return null;
  // Enter and arrows belong to the control that has the focus (a link, a radio button).
  const single = pressed.key.length === 1;
  if (!single && pressed.onControl) return null;
  if (single && !lettersOn && pressed.key !== '?') return null;
  return (place === 'list' ? list : reading)[pressed.key] ?? null;
}

/** Reads an event; kept apart so that `command` needs no browser. */
export function read(event: KeyboardEvent): Pressed {
  const target = event.target instanceof Element ? event.target : null;
  const type = target instanceof HTMLInputElement ? target.type : '';
  const toggles = ['radio', 'checkbox', 'button', 'submit', 'file'];
  return {
    key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, altKey: event.altKey,
    inField: Boolean(target?.closest('textarea, select, [contenteditable]')) || (target instanceof HTMLInputElement && !toggles.includes(type)),
    onControl: Boolean(target?.closest('a, button, input, summary, select')),
    dialogOpen: document.querySelector('dialog[open]') !== null,
  };
}
