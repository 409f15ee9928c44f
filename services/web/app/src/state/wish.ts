// A lock or a sign-out that has not reached the server yet. On a shared computer with a poor line it must not be
// forgotten: the wish alone (one word, nothing about the person) stays in the browser's storage until the server
// has done it, through reloads too. Plain TypeScript: storage, requests and time come from outside.
import { Problem } from '../api/problem';

export type Wish = 'lock' | 'out';
const KEY = 'lysbro-wants';

export interface WishOptions {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  send(wish: Wish): Promise<void>;
  /** Called with the wish when the server could not be told, and with null when nothing is outstanding. */
  changed(overdue: Wish | null): void;
  /** Resolves when trying again makes sense: after so many ms, or sooner when the line is back. */
  wait(ms: number): Promise<void>;
}

export class Wishes {
  static readonly RETRY_MS = 5000;
  #options: WishOptions;
  #memory: Wish | null = null;
  #carrying: Promise<boolean> | null = null;
  #retrying = false;

  constructor(options: WishOptions) {
    this.#options = options;
  }

  get kept(): Wish | null {
    try {
      const kept = this.#options.storage ? this.#options.storage.getItem(KEY) : this.#memory;
      return kept === 'lock' || kept === 'out' ? kept : null;
    } catch {
      return this.#memory;
    }
  }

  /** Notes the wish without sending it. Signing out outranks locking. */
  keep(wish: Wish): void {
    if (this.kept !== 'out') this.#write(wish);
  }

  /** Notes the wish and tells the server; true when it is done. Otherwise it is tried again until it is. */
  async want(wish: Wish): Promise<boolean> {
    this.keep(wish);
    const done = await this.settle();
    if (!done) void this.#retry();
    return done;
  }

  /** One attempt at what is outstanding; true when nothing is any more. */
  async settle(): Promise<boolean> {
    this.#carrying ??= this.#carry().finally(() => (this.#carrying = null));
    return this.#carrying;
  }

  /** A reload begins with what an earlier page left undone. */
  async resume(): Promise<boolean> {
    const wish = this.kept;
    return wish === null || this.want(wish);
  }

  /** Somebody has signed in or unlocked: what was wished before holds no more. */
  clear(): void {
    this.#write(null);
    this.#options.changed(null);
  }

  async #carry(): Promise<boolean> {
    for (let wish = this.kept; wish !== null; wish = this.kept) {
      try {
        await this.#options.send(wish);
      } catch (error) {
        // 401: the session is over or locked already, which is what was wanted.
        if (!(error instanceof Problem && error.status === 401)) {
          this.#options.changed(this.kept);
          return false;
        }
      }
      // Locking may have been overtaken by signing out while it was under way.
      if (this.kept === wish) this.clear();
    }
    return true;
  }

  async #retry(): Promise<void> {
    if (this.#retrying) return;
    this.#retrying = true;
    do await this.#options.wait(Wishes.RETRY_MS);
    while (!(await this.settle()));
    this.#retrying = false;
  }

  #write(wish: Wish | null): void {
    this.#memory = wish;
    try {
      if (wish === null) this.#options.storage?.removeItem(KEY);
      else this.#options.storage?.setItem(KEY, wish);
    } catch {
      // Storage is closed to this page: the wish lives as long as the page does.
    }
  }
}
