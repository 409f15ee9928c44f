import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem, Unreachable } from '../src/api/problem';
import { Wishes, type Wish } from '../src/state/wish';

function store() {
  const kept = new Map<string, string>();
  return {
    kept, getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key),
  };
}
function made(storage = store()) {
  const sent: Wish[] = [];
  const told: (Wish | null)[] = [];
  const fault = { now: null as Error | null };
  const wishes = new Wishes({
    storage,
    send: async (wish) => {
      sent.push(wish);
      if (fault.now) throw fault.now;
    },
    changed: (overdue) => told.push(overdue),
    wait: (ms) => new Promise((done) => setTimeout(done, ms)),
  });
  return { wishes, sent, told, fault, storage };
}

describe('a lock or a sign-out', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('leaves nothing behind when the server has done it', async () => {
    const { wishes, sent, storage } = made();
    expect(await wishes.want('out')).toBe(true);
    expect(sent).toEqual(['out']);
    expect(storage.kept.size).toBe(0);
  });
  it('is kept as one word while the line is away, and tried until it is done', async () => {
    const { wishes, sent, told, fault, storage } = made();
    fault.now = new Unreachable();
    expect(await wishes.want('out')).toBe(false);
    expect([...storage.kept]).toEqual([['lysbro-wants', 'out']]);
    expect(told).toEqual(['out']);
    await vi.advanceTimersByTimeAsync(Wishes.RETRY_MS);
    expect(sent).toHaveLength(2);
    fault.now = null;
    await vi.advanceTimersByTimeAsync(Wishes.RETRY_MS);
    expect(storage.kept.size).toBe(0);
    expect(told.at(-1)).toBeNull();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(3);
  });
  it('is kept when the server answers that it can’t just now', async () => {
    const { wishes, fault } = made();
    fault.now = new Problem(503, 'unavailable', '');
    expect(await wishes.want('lock')).toBe(false);
    expect(wishes.kept).toBe('lock');
  });
  it('is done when the session is over or locked anyway', async () => {
    const { wishes, fault } = made();
    fault.now = new Problem(401, 'signed-out', '');
    expect(await wishes.want('lock')).toBe(true);
    expect(wishes.kept).toBeNull();
  });
  it('outlives the page: the next one begins with it', async () => {
    const storage = store();
    const before = made(storage);
    before.fault.now = new Unreachable();
    await before.wishes.want('lock');
    const after = made(storage);
    after.fault.now = new Unreachable();
    expect(await after.wishes.resume()).toBe(false);
    expect(after.wishes.kept).toBe('lock');
    after.fault.now = null;
    expect(await after.wishes.settle()).toBe(true);
    expect(after.sent).toEqual(['lock', 'lock']);
  });
  it('signs out rather than locks when both are wished', async () => {
    const { wishes, fault, sent } = made();
    fault.now = new Unreachable();
    await wishes.want('lock');
    await wishes.want('out');
    await wishes.want('lock');
    expect(wishes.kept).toBe('out');
    fault.now = null;
    await wishes.settle();
    expect(sent.at(-1)).toBe('out');
  });
  it('is forgotten when somebody has signed in or unlocked', async () => {
    const { wishes, fault, sent } = made();
    fault.now = new Unreachable();
    await wishes.want('lock');
    wishes.clear();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
  });
});
