// Saves what is edited, by itself, one request at a time. A passing fault (no line) is tried again for as long
// as it takes; a refusal is shown and waits for the next edit. Plain TypeScript: time comes through setTimeout.

export type SaveState =
  | { kind: 'clean' } | { kind: 'dirty' } | { kind: 'saving' } | { kind: 'saved'; at: string }
  | { kind: 'waiting' } | { kind: 'refused'; error: unknown };

export interface AutosaveOptions<T> {
  /** Resolves with the time the server wrote. */
  save(value: T): Promise<string>;
  changed(state: SaveState): void;
  /** Is this fault one that may pass by itself? */
  passing(error: unknown): boolean;
  /** Resolves when trying again makes sense: after so many ms, or sooner when the line is back. */
  wait(ms: number): Promise<void>;
  delayMs?: number;
}

export class Autosave<T> {
  #options: AutosaveOptions<T>;
  #pending: { value: T } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: AutosaveOptions<T>) {
    this.#options = options;
  }

  edit(value: T): void {
    this.#pending = { value };
    this.#options.changed({ kind: 'dirty' });
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), this.#options.delayMs ?? 800);
  }

  get busy(): boolean {
    return this.#pending !== null || this.#running !== null;
  }

  /** Saves now what is pending; resolves when nothing is (saved or refused). */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running ??= this.#run().finally(() => (this.#running = null));
    await this.#running;
  }

  /** Forgets what is pending: the thing was sent, discarded or lost to somebody else. */
  stop(): void {
    this.#stopped = true;
    this.#pending = null;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    let attempt = 0;
    while (this.#pending && !this.#stopped) {
      const { value } = this.#pending;
      this.#pending = null;
      this.#options.changed({ kind: 'saving' });
      try {
        const at = await this.#options.save(value);
        attempt = 0;
        if (!this.#pending && !this.#stopped) this.#options.changed({ kind: 'saved', at });
      } catch (error) {
        // Stopped means "do not try again"; that it was not saved must be told all the same.
        if (this.#stopped || !this.#options.passing(error)) {
          this.#options.changed({ kind: 'refused', error });
          if (this.#stopped || !this.#pending) return;
          continue;
        }
        this.#pending ??= { value };
        this.#options.changed({ kind: 'waiting' });
        await this.#options.wait(Math.min(30_000, 1000 * 2 ** attempt));
        attempt += 1;
      }
    }
  }
}
