// Whether the server answers. The browser's own online flag is only a hint (a captive network counts as online),
// so a failed request says "offline" and the next answer says "online"; meanwhile a light probe asks.
const PROBE_MS = 5000;

class Line {
  online = $state(typeof navigator === 'undefined' ? true : navigator.onLine);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #waiting = new Set<() => void>();

  start(): void {
    addEventListener('offline', () => this.lost());
    addEventListener('online', () => void this.#probe());
    if (!this.online) this.lost();
  }
  lost(): void {
    this.online = false;
    this.#timer ??= setTimeout(() => void this.#probe(), PROBE_MS);
  }
  back(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.online && this.#waiting.size === 0) return;
    this.online = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
  /** Resolves when the line is back, or after `ms`, whichever comes first. */
  wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        done();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }
  async #probe(): Promise<void> {
    this.#timer = null;
    try {
      await fetch('/api/directory/environment', { cache: 'no-store' });
      this.back();
    } catch {
      this.lost();
    }
  }
}
export const line = new Line();
