// Has pictures judged without holding up the page: in a worker, or where there is none that can draw, in the page's idle time.
// One at a time: a picture of a phone is some 50 MB when it is unpacked.
import { check, type Checked } from './picture-check';
import type { Asked, Told } from './picture-check.worker';

let worker: Worker | null = null;
let queue: Promise<unknown> = Promise.resolve();

/** The verdict on a picture; null when the browser can't decode it, which says nothing about the picture. */
export function judge(id: string, file: Blob): Promise<Checked | null> {
  const next = queue.then(() => ('OffscreenCanvas' in globalThis && typeof Worker !== 'undefined' ? beside({ id, file }) : here(file))).catch(() => null);
  queue = next;
  return next;
}

function beside(asked: Asked): Promise<Checked | null> {
  worker ??= new Worker(new URL('./picture-check.worker.ts', import.meta.url), { type: 'module' });
  const busy = worker;
  return new Promise((resolve) => {
    const done = (checked: Checked | null) => {
      busy.removeEventListener('message', told);
      busy.removeEventListener('error', failed);
      resolve(checked);
    };
    const told = (event: MessageEvent<Told>) => {
      if (event.data.id === asked.id) done(event.data.checked);
    };
    const failed = () => {
      worker = null;
      done(null);
    };
    busy.addEventListener('message', told);
    busy.addEventListener('error', failed);
    busy.postMessage(asked);
  });
}

async function here(file: Blob): Promise<Checked | null> {
  await new Promise<void>((ready) => ('requestIdleCallback' in globalThis ? requestIdleCallback(() => ready(), { timeout: 2000 }) : setTimeout(ready, 200)));
  return check(file, (width, height) => Object.assign(document.createElement('canvas'), { width, height }));
}

/** The page is left: what is unpacked goes with the worker. */
export function dismissChecker(): void {
  worker?.terminate();
  worker = null;
}
