// A list fetched from the server: its rows, its failure, and fetching it again. The server may answer with the
// bare list or with {items}.
export class List<T> {
  rows = $state<T[] | null>(null);
  failure = $state<unknown>(null);
  #fetch: () => Promise<T[] | { items: T[] }>;
  constructor(fetch: () => Promise<T[] | { items: T[] }>) {
    this.#fetch = fetch;
    void this.load();
  }
  async load(): Promise<void> {
    this.failure = null;
    try {
      const got = await this.#fetch();
      this.rows = Array.isArray(got) ? got : got.items;
    } catch (error) {
      this.failure = error;
    }
  }
}

/** One form's sending: busy, what was refused, and by which field. */
export class Sending {
  busy = $state(false);
  failure = $state<unknown>(null);
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.failure = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
