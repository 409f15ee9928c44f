import { describe, expect, it } from 'vitest';
import { bytes, limit } from '../src/text/bytes';
import { afterStatus, alreadyThere, backoffMs, mayTryAgain, refusalOf, step, underWay, type UploadEvent, type UploadStatus } from '../src/upload/machine';

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
    expect([1, 2, 3, 9].map((attempt) => backoffMs(attempt))).toEqual([1000, 2000, 4000, 30_000]);
  });
  it('comes again no sooner than the server asks, and not much later', () => {
    expect([backoffMs(1, 5), backoffMs(4, 5), backoffMs(1, 3600)]).toEqual([5000, 8000, 30_000]);
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
      'line', 'line', 'sign-in', 'server', 'server', 'server', 'store', 'refused', 'refused', 'refused', 'refused',
    ]);
  });
});

describe('a file that is not taken', () => {
  const limits = { accept: ['image/jpeg'], maxImageBytes: 41_943_040 };
  it('is named, with the reason as a code and not as text in one language', () => {
    expect(refusalOf({ name: 'notes.txt', type: 'text/plain', size: 9 }, limits)).toEqual({ code: 'not-a-picture', name: 'notes.txt' });
    expect(refusalOf({ name: 'big.jpg', type: 'image/jpeg', size: 41_943_041 }, limits)).toEqual({ code: 'too-large', name: 'big.jpg' });
    expect(refusalOf({ name: 'none.jpg', type: 'image/jpeg', size: 0 }, limits)).toEqual({ code: 'empty-file', name: 'none.jpg' });
    expect(refusalOf({ name: 'good.jpg', type: 'image/jpeg', size: 41_943_040 }, limits)).toBeNull();
  });
  it('hears the limit in round numbers', () => {
    expect([limit(41_943_040, false), limit(1_500_000, true), bytes(41_943_040, false)]).toEqual(['40 MB', '1,5 MB', '41.9 MB']);
  });
  it('is offered another try only where that can help', () => {
    expect(['not-a-picture', 'too-large', 'empty-file', 'truncated-picture', 'digest-mismatch', 'too-many-images', 'failed'].map(mayTryAgain)).toEqual([
      false, false, false, false, true, true, true,
    ]);
  });
});

describe('the same picture twice', () => {
  const item = (id: string, digest: string, status: UploadStatus) => ({ id, digest, status });
  it('is known by its bytes, on the server or on its way', () => {
    expect(alreadyThere('b', 'f00', [], [{ id: 'a', sha256: 'f00' }])).toBe(true);
    expect(alreadyThere('b', 'f00', [item('a', 'f00', { kind: 'sent' }), item('b', '', { kind: 'hashing' })], [])).toBe(true);
  });
  it('is not itself, another picture, or one that was refused', () => {
    expect(alreadyThere('a', 'f00', [item('a', 'f00', { kind: 'hashing' })], [{ id: 'a', sha256: 'f00' }])).toBe(false);
    expect(alreadyThere('b', 'f00', [item('a', 'f00', { kind: 'refused', code: 'digest-mismatch', message: '' })], [{ id: 'c', sha256: 'bad' }])).toBe(false);
  });
});
