import { describe, expect, it } from 'vitest';
import { afterStatus, backoffMs, step, underWay, type UploadEvent, type UploadStatus } from '../src/upload/machine';

const run = (...events: UploadEvent[]) => events.reduce<UploadStatus>(step, { kind: 'queued' });
const sending: UploadEvent[] = [{ type: 'hash' }, { type: 'send' }];

describe('one picture on its way', () => {
  it('goes from the queue to the server', () => {
    expect(run(...sending, { type: 'progress', sent: 500 }, { type: 'finished' })).toEqual({ kind: 'sent' });
  });
  it('waits when the line goes, keeps what was sent, and goes on', () => {
    const waiting = run(...sending, { type: 'progress', sent: 500 }, { type: 'interrupted', why: 'line' });
    expect(waiting).toEqual({ kind: 'waiting', sent: 500, attempt: 1, why: 'line' });
    expect(step(waiting, { type: 'send' })).toEqual({ kind: 'sending', sent: 500, attempt: 1 });
  });
  it('waits longer each time, and shortly again after progress', () => {
    const twice = run(...sending, { type: 'interrupted', why: 'server' }, { type: 'send' }, { type: 'interrupted', why: 'server' });
    expect(twice).toMatchObject({ attempt: 2 });
    expect(step(step(twice, { type: 'send' }), { type: 'progress', sent: 9 })).toMatchObject({ attempt: 0 });
    expect([1, 2, 3, 9].map(backoffMs)).toEqual([1000, 2000, 4000, 30_000]);
  });
  it('ends with a refusal until a person asks again', () => {
    const refused = run(...sending, { type: 'refused', code: 'not-a-picture', message: '' });
    expect(refused).toMatchObject({ kind: 'refused', code: 'not-a-picture' });
    expect(step(refused, { type: 'send' })).toBe(refused);
    expect(step(refused, { type: 'again' })).toEqual({ kind: 'queued' });
  });
  it('stays removed, and a late event changes nothing', () => {
    const removed = run(...sending, { type: 'remove' });
    expect(step(removed, { type: 'finished' })).toEqual({ kind: 'removed' });
    expect(step({ kind: 'sent' }, { type: 'interrupted', why: 'line' })).toEqual({ kind: 'sent' });
    expect(step({ kind: 'queued' }, { type: 'progress', sent: 3 })).toEqual({ kind: 'queued' });
  });
  it('knows what would be lost by leaving', () => {
    expect([underWay({ kind: 'queued' }), underWay({ kind: 'sent' }), underWay({ kind: 'refused', code: '', message: '' })]).toEqual([true, false, false]);
  });
  it('tells a refusal from a fault that passes', () => {
    expect([null, 0, 401, 404, 409, 460, 503, 410, 413, 415, 422].map(afterStatus)).toEqual([
      'line', 'line', 'sign-in', 'server', 'server', 'server', 'server', 'refused', 'refused', 'refused', 'refused',
    ]);
  });
});
