// tus 1.0 through tus-js-client, fetched only when a picture is added. Nothing is kept in the browser's
// storage: the client's resume store writes file names, and those can hold a patient's name.
import type { Upload as TusUpload } from 'tus-js-client';

const PIECE_BYTES = 512 * 1024;

/** `retryAfter`: how many seconds the server asks to wait. */
export interface TusFault { http: number | null; code: string; message: string; retryAfter: number | null }
export interface Sender { start(): Promise<void>; abort(): void }

export async function sender(endpoint: string, file: Blob, metadata: Record<string, string>, progress: (sent: number) => void): Promise<Sender> {
  const tus = await import('tus-js-client');
  let settle: { resolve: () => void; reject: (fault: TusFault) => void } | null = null;
  const upload: TusUpload = new tus.Upload(file, {
    endpoint,
    metadata,
    chunkSize: PIECE_BYTES,
    retryDelays: null,
    storeFingerprintForResuming: false,
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => progress(sent),
    onSuccess: () => settle?.resolve(),
    onError: (error) => settle?.reject(faultOf(error)),
  });
  return {
    start: () => new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
      upload.start();
    }),
    abort: () => void upload.abort(true).catch(() => undefined),
  };
}

function faultOf(error: unknown): TusFault {
  const response = (error as { originalResponse?: { getStatus(): number; getBody(): string; getHeader(name: string): string | undefined } | null }).originalResponse;
  if (!response) return { http: null, code: 'unreachable', message: '', retryAfter: null };
  let body: { code?: string; detail?: string } = {};
  try {
    body = JSON.parse(response.getBody()) as typeof body;
  } catch {
    // Not a problem document: the status alone decides.
  }
  const seconds = Number(response.getHeader('Retry-After') ?? Number.NaN);
  return { http: response.getStatus(), code: body.code ?? 'failed', message: body.detail ?? '', retryAfter: Number.isFinite(seconds) ? seconds : null };
}

/** SHA-256 of the whole file in hexadecimal; the server compares it with what arrived. */
export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
