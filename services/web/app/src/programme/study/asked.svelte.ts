// Something asked of the server, perhaps again before the answer came: the newest question counts, and what stood there stays until then.
export class Asked<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<unknown>(null);
  busy = $state(false);
  #newest = 0;

  /** True when this question's answer is what now stands here. */
  async ask(fetch: () => Promise<T>): Promise<boolean> {
    const mine = (this.#newest += 1);
    this.busy = true;
    this.failure = null;
    try {
      const got = await fetch();
      if (mine === this.#newest) this.value = got;
      return mine === this.#newest;
    } catch (error) {
      if (mine === this.#newest) this.failure = error;
      return false;
    } finally {
      if (mine === this.#newest) this.busy = false;
    }
  }
}
