// The pictures that this page is sending: one at a time (two would share a slow line), each tried again until it
// is there or refused. The file stays in memory only.
import { removeImage, uploadsUrl } from '../api/intake';
import type { View } from '../api/types';
import { line } from '../state/line.svelte';
import { session } from '../state/session.svelte';
import { afterStatus, alreadyThere, backoffMs, step, underWay, type UploadEvent, type UploadStatus } from './machine';
import { sender, sha256, type Sender, type TusFault } from './tus';

export interface UploadItem {
  id: string; referral: string; findingId: string | null; view: View; file: File; preview: string; status: UploadStatus;
  /** SHA-256 in hexadecimal, '' until it is known */
  digest: string;
}

export class Uploads {
  items = $state<UploadItem[]>([]);
  /** Names of files left out because the same picture is there already. */
  same = $state<string[]>([]);
  #senders = new Map<string, Sender>();
  #running = false;
  #prepare: () => Promise<void>;
  #sent: () => void;
  #arrived: () => readonly { id: string; sha256: string }[];

  /** @param prepare makes sure that the referral exists on the server  @param sent called when a picture arrived
      @param arrived the pictures that the referral has */
  constructor(prepare: () => Promise<void>, sent: () => void, arrived: () => readonly { id: string; sha256: string }[] = () => []) {
    this.#prepare = prepare;
    this.#sent = sent;
    this.#arrived = arrived;
  }

  get busy(): boolean {
    return this.items.some((item) => underWay(item.status));
  }

  add(referral: string, files: Iterable<File>, findingId: string | null, viewOf: (index: number) => View): void {
    let index = 0;
    this.same = [];
    for (const file of files) {
      const id = crypto.randomUUID();
      this.items.push({ id, referral, findingId, view: viewOf(index), file, preview: URL.createObjectURL(file), status: { kind: 'queued' }, digest: '' });
      index += 1;
    }
    void this.#run();
  }

  again(id: string): void {
    this.#move(id, { type: 'again' });
    void this.#run();
  }

  /** Stops and forgets a picture that is not on the server yet. */
  drop(id: string): void {
    this.#move(id, { type: 'remove' });
    this.#senders.get(id)?.abort();
    this.#senders.delete(id);
    const item = this.items.find((one) => one.id === id);
    if (item) URL.revokeObjectURL(item.preview);
    this.items = this.items.filter((one) => one.id !== id);
  }

  async removeSent(id: string): Promise<void> {
    await removeImage(id);
  }

  #find(id: string): UploadItem | undefined {
    return this.items.find((item) => item.id === id);
  }
  #move(id: string, event: UploadEvent): void {
    const item = this.#find(id);
    if (item) item.status = step(item.status, event);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const next = this.items.find((item) => item.status.kind === 'queued');
        if (!next) return;
        await this.#one(next.id);
      }
    } finally {
      this.#running = false;
    }
  }

  async #one(id: string): Promise<void> {
    const item = this.#find(id);
    if (!item) return;
    this.#move(id, { type: 'hash' });
    let sending: Sender;
    try {
      const digest = await sha256(item.file);
      if (alreadyThere(id, digest, this.items, this.#arrived())) {
        this.same.push(item.file.name);
        this.drop(id);
        return;
      }
      item.digest = digest;
      await this.#prepare();
      const metadata: Record<string, string> = { referral: item.referral, image: id, view: item.view, sha256: digest };
      if (item.findingId) metadata['finding'] = item.findingId;
      // What a picture says of itself outranks it; the file's own date stands in where it says nothing.
      if (item.file.lastModified > 0 && item.file.lastModified <= Date.now()) metadata['captured'] = new Date(item.file.lastModified).toISOString();
      sending = await sender(uploadsUrl, item.file, metadata, (sent) => this.#move(id, { type: 'progress', sent }));
    } catch {
      this.#move(id, { type: 'refused', code: 'failed', message: '' });
      return;
    }
    this.#senders.set(id, sending);
    this.#move(id, { type: 'send' });
    while (this.#find(id)?.status.kind === 'sending') {
      try {
        await sending.start();
        this.#move(id, { type: 'finished' });
        this.#sent();
      } catch (error) {
        await this.#interrupted(id, error as TusFault);
      }
    }
    this.#senders.delete(id);
  }

  async #interrupted(id: string, fault: TusFault): Promise<void> {
    const why = afterStatus(fault.http);
    if (why === 'refused') {
      this.#move(id, { type: 'refused', code: fault.code, message: fault.message });
      return;
    }
    if (why === 'line') line.lost();
    this.#move(id, { type: 'interrupted', why });
    const status = this.#find(id)?.status;
    if (status?.kind !== 'waiting') return;
    if (why === 'sign-in') await session.regain(fault.code === 'locked' ? 'locked' : 'signed-out').catch(() => undefined);
    else await line.wait(backoffMs(status.attempt, fault.retryAfter));
    this.#move(id, { type: 'send' });
  }
}
