// One import under way: a file is chosen and checked at once, then imported. The file is read when it is chosen, because a browser
// refuses to send one that was saved again since.
import * as directory from '../api/directory';
import { isCode } from '../api/problem';
import type { ImportReport } from '../api/types';

export const MOST_BYTES = 10 * 1024 * 1024;
/** A wait that takes longer is shown, in ms. */
const SLOW = 1000;

export interface Chosen { name: string; size: number; bytes: ArrayBuffer }
export type Refusal = 'unreadable' | 'tooLarge';

export class Importing {
  chosen = $state.raw<Chosen | null>(null);
  refusal = $state<Refusal | null>(null);
  /** What the check found; or, when `done`, what was imported. */
  report = $state.raw<ImportReport | null>(null);
  done = $state(false);
  busy = $state<'check' | 'import' | null>(null);
  slow = $state(false);
  failure = $state<unknown>(null);

  /** How many practices the import would touch; 0 when there is nothing to do, or a fault. */
  get todo(): number {
    return this.report && !this.done && !this.report.faults.length ? this.report.new + this.report.changed : 0;
  }

  async choose(file: File): Promise<void> {
    if (this.busy) return;
    this.refusal = file.size > MOST_BYTES ? 'tooLarge' : null;
    this.chosen = { name: file.name, size: file.size, bytes: new ArrayBuffer(0) };
    this.report = null;
    this.done = false;
    this.failure = null;
    if (this.refusal) return;
    try {
      this.chosen = { ...this.chosen, bytes: await file.arrayBuffer() };
    } catch {
      this.refusal = 'unreadable';
      return;
    }
    await this.check();
  }

  async check(): Promise<void> {
    const chosen = this.chosen;
    if (!chosen) return;
    await this.#wait('check', async () => {
      this.report = await directory.dryRun(chosen.bytes);
    });
  }

  async run(): Promise<void> {
    const chosen = this.chosen;
    if (!chosen || !this.todo) return;
    await this.#wait('import', async () => {
      this.report = await directory.importPractices(chosen.bytes);
      this.done = true;
    });
    // Somebody has changed the register since the check: what is wrong now stands in a new one.
    if (isCode(this.failure, 'file-faults')) await this.check();
  }

  async #wait(what: 'check' | 'import', work: () => Promise<void>): Promise<void> {
    this.busy = what;
    this.failure = null;
    const timer = setTimeout(() => (this.slow = true), SLOW);
    try {
      await work();
    } catch (error) {
      this.failure = error;
    } finally {
      clearTimeout(timer);
      this.slow = false;
      this.busy = null;
    }
  }
}
