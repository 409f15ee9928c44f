// One fetch wrapper. A request that meets "signed out" or "locked" waits until the person is back and is
// then sent again, so nothing that was typed is lost. Rejected: a generated client; it grows the first load.
import { fetchServed } from '../i18n/served.svelte';
import { Problem, Unreachable, problemFrom } from './problem';

export interface Gate {
  /** Resolves when the person has signed in or unlocked again; rejects if they leave. */
  regain(code: 'signed-out' | 'locked'): Promise<void>;
  reached(): void;
  unreached(): void;
}
let gate: Gate | null = null;
export function guardWith(next: Gate): void {
  gate = next;
}

export interface Options { signal?: AbortSignal; /** the body comes back as it is, not read as JSON */ plain?: boolean; /** the same for what is no text: a Blob */ file?: boolean; /** false for sign-in itself: 401 is then an answer, not an interruption */ wait?: boolean }

export async function call<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
  for (;;) {
    try {
      return await once<T>(method, path, body, options);
    } catch (error) {
      const code = error instanceof Problem && error.status === 401 ? error.code : null;
      if (options.wait === false || gate === null || (code !== 'signed-out' && code !== 'locked')) throw error;
      await gate.regain(code);
    }
  }
}

async function once<T>(method: string, path: string, body: unknown, { signal, plain, file }: Options): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
  // A Blob goes as it is and says itself what it is.
  const whole = body instanceof Blob ? body : null;
  if (body !== undefined) headers['Content-Type'] = whole ? whole.type : 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method, headers, credentials: 'same-origin', cache: 'no-cache',
      ...(body === undefined ? {} : { body: whole ?? JSON.stringify(body) }), ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    gate?.unreached();
    throw new Unreachable();
  }
  gate?.reached();
  if (file && response.ok) return (await response.blob()) as T;
  const text = response.status === 204 ? '' : await response.text();
  const value: unknown = plain && response.ok ? text : text === '' ? undefined : parse(text);
  if (!response.ok) {
    await fetchServed();
    throw problemFrom(response.status, value, response.headers.get('Retry-After'));
  }
  return value as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const get = <T>(path: string, options?: Options) => call<T>('GET', path, undefined, options);
export const plainText = (path: string) => call<string>('GET', path, undefined, { plain: true });
export const post = <T = void>(path: string, body?: unknown, options?: Options) => call<T>('POST', path, body ?? {}, options);
export const put = <T = void>(path: string, body: unknown, options?: Options) => call<T>('PUT', path, body, options);
export const patch = <T = void>(path: string, body: unknown, options?: Options) => call<T>('PATCH', path, body, options);
export const del = <T = void>(path: string, options?: Options) => call<T>('DELETE', path, undefined, options);

export function query(values: Record<string, string | null | undefined>): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value) pairs.set(key, value);
  const text = pairs.toString();
  return text ? `?${text}` : '';
}
