// What outlives a single case: leases held by this page, the order of the list, and the signature that can
// still be undone while the next case is already open.
import * as review from '../api/review';
import { isCode } from '../api/problem';
import type { CaseRow } from '../api/types';
import { t } from '../i18n/specialist';
import { problemText } from '../i18n/problems';
import { router } from '../router/router.svelte';
import { toast } from '../ui/toast.svelte';

interface Held { id: string; token: string; releaseAt: number }

class Flow {
  /** The list as last shown, for "next case". */
  rows: CaseRow[] = [];
  held = $state<Held | null>(null);
  secondsLeft = $state(0);
  #tokens = new Map<string, string>();
  /** The case to start at once when it opens: asked for with Enter, or next after signing. */
  startId: string | null = null;
  /** The case whose signature was taken back: it opens at its answer. */
  undoneId: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  token(id: string): string | null {
    return this.#tokens.get(id) ?? null;
  }
  keep(id: string, token: string): void {
    this.#tokens.set(id, token);
  }
  forget(id: string): void {
    this.#tokens.delete(id);
  }

  /** The case after this one that nobody else reads and that does not wait for its office. */
  nextAfter(id: string, step: 1 | -1 = 1): CaseRow | null {
    const open = (row: CaseRow) => row.id !== id && row.state !== 'awaiting-information' && (!row.claim || row.claim.mine) && row.id !== this.held?.id;
    const at = this.rows.findIndex((row) => row.id === id);
    const order = step === 1 ? [...this.rows.slice(at + 1), ...this.rows.slice(0, Math.max(at, 0))] : this.rows.slice(0, Math.max(at, 0)).reverse();
    return order.find(open) ?? null;
  }

  async signed(id: string, token: string, releaseAt: string): Promise<void> {
    this.hold(id, token, releaseAt);
    const next = this.nextAfter(id);
    this.rows = this.rows.filter((row) => row.id !== id);
    if (next) {
      this.startId = next.id;
      await router.go(`/read/${next.id}`);
    } else await router.go('/work');
  }

  hold(id: string, token: string, releaseAt: string): void {
    clearInterval(this.#timer);
    this.held = { id, token, releaseAt: new Date(releaseAt).getTime() };
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), 250);
  }
  #tick(): void {
    if (!this.held) return;
    // The server's clock may differ from ours: never show more than its ten seconds.
    this.secondsLeft = Math.min(10, Math.ceil((this.held.releaseAt - Date.now()) / 1000));
    if (this.secondsLeft > 0) return;
    this.forget(this.held.id);
    this.held = null;
    clearInterval(this.#timer);
    toast(t('sent'), undefined, 3000);
  }

  async undo(): Promise<void> {
    const held = this.held;
    if (!held) return;
    try {
      await review.undo(held.id, held.token);
      clearInterval(this.#timer);
      this.held = null;
      toast(t('undone'), undefined, 4000);
      this.startId = held.id;
      this.undoneId = held.id;
      if (router.route.params['id'] === held.id) location.reload();
      else await router.go(`/read/${held.id}`);
    } catch (error) {
      if (isCode(error, 'already-sent') || isCode(error, 'kept-back')) this.held = null;
      toast(problemText(error));
    }
  }
}
export const flow = new Flow();
