import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Autosave, type SaveState } from '../src/state/autosave';

class Line extends Error {}
function made(save: (value: string) => Promise<string>) {
  const states: SaveState['kind'][] = [];
  const autosave = new Autosave<string>({
    save, changed: (s) => states.push(s.kind), passing: (e) => e instanceof Line, wait: (ms) => new Promise((done) => setTimeout(done, ms)), delayMs: 800,
  });
  return { autosave, states };
}

describe('autosave', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('saves the last of several quick edits, once', async () => {
    const save = vi.fn(async () => 'now');
    const { autosave, states } = made(save);
    autosave.edit('a');
    autosave.edit('ab');
    await vi.advanceTimersByTimeAsync(900);
    expect(save.mock.calls).toEqual([['ab']]);
    expect(states.at(-1)).toBe('saved');
  });
  it('never has two requests under way, and saves what was typed meanwhile', async () => {
    let active = 0;
    const seen: string[] = [];
    const { autosave } = made(async (value) => {
      active += 1;
      expect(active).toBe(1);
      await new Promise((done) => setTimeout(done, 500));
      active -= 1;
      seen.push(value);
      return 'now';
    });
    autosave.edit('a');
    const flushed = autosave.flush();
    autosave.edit('b');
    await vi.advanceTimersByTimeAsync(3000);
    await flushed;
    expect(seen).toEqual(['a', 'b']);
  });
  it('tries again for as long as the line is away, with the newest text', async () => {
    let down = true;
    const seen: string[] = [];
    const { autosave, states } = made(async (value) => {
      if (down) throw new Line();
      seen.push(value);
      return 'now';
    });
    autosave.edit('a');
    await vi.advanceTimersByTimeAsync(1500);
    expect(states.at(-1)).toBe('waiting');
    autosave.edit('ab');
    down = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toEqual(['ab']);
    expect(autosave.busy).toBe(false);
  });
  it('stops at a refusal and says so', async () => {
    const { autosave, states } = made(async () => {
      throw new Error('422');
    });
    autosave.edit('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states).toEqual(['dirty', 'saving', 'refused']);
  });
  it('says so when it was stopped by the very refusal, and tries no more', async () => {
    const save = vi.fn(async (): Promise<string> => {
      autosave.stop();
      throw new Error('409 stale-version');
    });
    const { autosave, states } = made(save);
    autosave.edit('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states).toEqual(['dirty', 'saving', 'refused']);
    expect(save).toHaveBeenCalledTimes(1);
    expect(autosave.busy).toBe(false);
  });
});
