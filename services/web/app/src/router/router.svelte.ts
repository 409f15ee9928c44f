// A small router on the history API. Links are ordinary <a href>; a click on one of ours is taken over here.
// Screens may register a "leave" task (save what is pending) that runs before the next screen shows.
import { match, type Route } from './match';

type Leave = () => void | Promise<void>;

class Router {
  route = $state<Route>({ name: 'home', params: {} });
  search = $state('');
  #leave = new Set<Leave>();

  start(): void {
    this.#read();
    addEventListener('popstate', () => void this.#changed());
    document.addEventListener('click', (event) => this.#click(event));
  }

  async go(path: string, how: 'push' | 'replace' = 'push'): Promise<void> {
    await this.#runLeave();
    if (how === 'replace') history.replaceState(null, '', path);
    else history.pushState(null, '', path);
    this.#read();
    scrollTo(0, 0);
  }

  /** Changes the query only: filters belong in the address, a new history entry per keystroke does not. */
  setQuery(values: Record<string, string>): void {
    const pairs = new URLSearchParams();
    for (const [key, value] of Object.entries(values)) if (value) pairs.set(key, value);
    const text = pairs.toString();
    history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''));
    this.search = location.search;
  }

  onLeave(task: Leave): () => void {
    this.#leave.add(task);
    return () => this.#leave.delete(task);
  }

  /** Runs the leave tasks without going anywhere, for at most `ms`. */
  async settle(ms: number): Promise<void> {
    await Promise.race([this.#runLeave(), new Promise<void>((done) => setTimeout(done, ms))]);
  }

  #read(): void {
    this.route = match(location.pathname);
    this.search = location.search;
  }
  async #changed(): Promise<void> {
    await this.#runLeave();
    this.#read();
  }
  async #runLeave(): Promise<void> {
    await Promise.allSettled([...this.#leave].map((task) => task()));
  }
  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    const href = link.getAttribute('href') ?? '';
    if (!href.startsWith('/') || href.startsWith('/api/')) return;
    event.preventDefault();
    void this.go(href);
  }
}
export const router = new Router();
