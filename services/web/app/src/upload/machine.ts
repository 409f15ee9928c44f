// The life of one picture on its way to the server, as a pure function. Everything but a refusal is tried
// again by itself; a refusal carries the server's code and needs a person.

/** Why a picture waits; `store`: the server asks to come again, because it can't keep pictures at present. */
export type Hindrance = 'line' | 'server' | 'store' | 'sign-in';

export type UploadStatus =
  | { kind: 'queued' }
  | { kind: 'hashing' }
  | { kind: 'sending'; sent: number; attempt: number }
  | { kind: 'waiting'; sent: number; attempt: number; why: Hindrance }
  | { kind: 'sent' }
  | { kind: 'refused'; code: string; message: string }
  | { kind: 'removed' };

export type UploadEvent =
  | { type: 'hash' }
  | { type: 'send' }
  | { type: 'progress'; sent: number }
  | { type: 'interrupted'; why: Hindrance }
  | { type: 'finished' }
  | { type: 'refused'; code: string; message: string }
  | { type: 'again' }
  | { type: 'remove' };

export function step(status: UploadStatus, event: UploadEvent): UploadStatus {
  if (status.kind === 'removed') return status;
  switch (event.type) {
    case 'remove':
      return { kind: 'removed' };
    case 'hash':
      return status.kind === 'queued' ? { kind: 'hashing' } : status;
    case 'send':
      if (status.kind === 'waiting') return { kind: 'sending', sent: status.sent, attempt: status.attempt };
      return status.kind === 'hashing' ? { kind: 'sending', sent: 0, attempt: 0 } : status;
    case 'progress':
      // Progress means the line works: the next interruption starts with a short pause again.
      if (status.kind !== 'sending') return status;
      return { kind: 'sending', sent: event.sent, attempt: event.sent > status.sent ? 0 : status.attempt };
    case 'interrupted':
      return status.kind === 'sending' ? { kind: 'waiting', sent: status.sent, attempt: status.attempt + 1, why: event.why } : status;
    case 'finished':
      return status.kind === 'sending' ? { kind: 'sent' } : status;
    case 'refused':
      return status.kind === 'sent' ? status : { kind: 'refused', code: event.code, message: event.message };
    case 'again':
      return status.kind === 'refused' ? { kind: 'queued' } : status;
  }
}

/** How long to wait before the next attempt: 1, 2, 4 … 30 seconds, and no less than the server asked for (in seconds). */
export function backoffMs(attempt: number, asked: number | null = null): number {
  return Math.min(30_000, Math.max(1000 * 2 ** Math.max(0, attempt - 1), (asked ?? 0) * 1000));
}
/** Still on its way: leaving the page would lose it. */
export function underWay(status: UploadStatus): boolean {
  return ['queued', 'hashing', 'sending', 'waiting'].includes(status.kind);
}
/** What an HTTP status at the end of a tus request means. */
export function afterStatus(http: number | null): Hindrance | 'refused' {
  if (http === null || http === 0) return 'line';
  if (http === 401) return 'sign-in';
  if (http === 503) return 'store';
  if (http >= 500 || [404, 408, 409, 423, 425, 429, 460].includes(http)) return 'server';
  return 'refused';
}

/** Refusals that the same file meets every time: offering "try again" would only repeat them. */
const FINAL = ['not-a-picture', 'too-large', 'empty-file', 'truncated-picture', 'too-many-pixels', 'image-exists'];
export function mayTryAgain(code: string): boolean {
  return !FINAL.includes(code);
}

export interface Travelling { id: string; digest: string; status: UploadStatus }
/** Whether a picture with these very bytes is on the referral already, or on its way there. */
export function alreadyThere(id: string, digest: string, travelling: readonly Travelling[], arrived: readonly { id: string; sha256: string }[]): boolean {
  return (
    arrived.some((picture) => picture.id !== id && picture.sha256 === digest) ||
    travelling.some((item) => item.id !== id && item.digest === digest && item.status.kind !== 'refused' && item.status.kind !== 'removed')
  );
}

/** Why a chosen file was not added. The words are made when it is shown, so they follow the language. */
export type Refusal = { code: 'not-a-picture' | 'too-large' | 'empty-file' | 'same-picture'; name: string } | { code: 'too-many' };
export function refusalOf(file: { name: string; type: string; size: number }, limits: { accept: string[]; maxImageBytes: number } | null): Refusal | null {
  if (file.type && limits && !limits.accept.includes(file.type)) return { code: 'not-a-picture', name: file.name };
  if (file.size === 0) return { code: 'empty-file', name: file.name };
  if (limits && file.size > limits.maxImageBytes) return { code: 'too-large', name: file.name };
  return null;
}
