// What can go wrong with a request: the server refused (Problem) or was not reached (Unreachable).
import type { FieldError } from './types';

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(`${status} ${code}`);
    this.name = 'Problem';
  }
}

/** No answer came: the line is down or the server is away. Trying again is right. */
export class Unreachable extends Error {
  constructor() {
    super('unreachable');
    this.name = 'Unreachable';
  }
}

export function problemFrom(status: number, body: unknown, retryAfter: string | null): Problem {
  const b = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const errors = Array.isArray(b['errors']) ? (b['errors'] as FieldError[]) : [];
  const code = typeof b['code'] === 'string' ? b['code'] : fallbackCode(status);
  const detail = typeof b['detail'] === 'string' ? b['detail'] : '';
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  const id = typeof b['requestId'] === 'string' ? b['requestId'] : null;
  return new Problem(status, code, detail, errors, Number.isFinite(seconds) ? seconds : null, id);
}

function fallbackCode(status: number): string {
  if (status === 401) return 'signed-out';
  if (status === 404) return 'not-found';
  if (status === 429) return 'too-many-attempts';
  return status >= 500 ? 'server-error' : 'invalid-input';
}

export function isCode(error: unknown, ...codes: string[]): error is Problem {
  return error instanceof Problem && codes.includes(error.code);
}
/** Waiting does not help: somebody has to send or discard something first. */
const FULL = ['too-many-drafts', 'too-many-uploads', 'too-many-bytes'];
/** A fault that may pass by itself: no line, or the server is overloaded or restarting. */
export function isPassing(error: unknown): boolean {
  if (isCode(error, ...FULL)) return false;
  return error instanceof Unreachable || (error instanceof Problem && (error.status >= 500 || error.status === 429));
}
