// Judges pictures beside the page, one message each: {id, file} in, {id, checked} out; checked is null for what can't be decoded.
import { check, type Checked } from './picture-check';

export interface Asked { id: string; file: Blob }
export interface Told { id: string; checked: Checked | null }

addEventListener('message', (event: MessageEvent<Asked>) => {
  const { id, file } = event.data;
  check(file, (width, height) => new OffscreenCanvas(width, height)).then(
    (checked) => postMessage({ id, checked } satisfies Told),
    () => postMessage({ id, checked: null } satisfies Told),
  );
});
