// One case being read: the lease and its renewal, which pictures were shown, and the answer being written.
import * as department from '../api/department';
import * as review from '../api/review';
import { isCode, isPassing, Problem } from '../api/problem';
import type { AnswerContent, Case, DeclineReason } from '../api/types';
import { Autosave, type SaveState } from '../state/autosave';
import { line } from '../state/line.svelte';
import { blankAnswer, fitted, needs, ofSent, type Need } from './answer';
import { flow } from './flow.svelte';
import { apply, preset, type Filled, type PresetName } from './presets';

/** A blank answer says nothing that somebody would want to keep. */
const wrote = (content: AnswerContent): boolean => content.summary.trim() !== '' || content.reason.trim() !== '' || content.findings.some((f) => f.diagnosis.trim() !== '' || f.plan.trim() !== '');

const RENEW_MS = 60_000;
const POLL_MS = 5_000;

export class Reading {
  readonly id: string;
  found = $state<Case | null>(null);
  content = $state<AnswerContent>(blankAnswer([]));
  token = $state<string | null>(null);
  lost = $state(false);
  save = $state<SaveState>({ kind: 'clean' });
  failure = $state<unknown>(null);
  /** It is not the caller's to see any more: nothing of the patient stays on the page. */
  gone = $state(false);
  /** What had been typed here when it went. */
  kept = $state<AnswerContent | null>(null);
  /** Field errors of the last refused signature, as the server named them. */
  refused = $state<unknown>(null);
  #last = '';
  #renewal: ReturnType<typeof setInterval> | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #autosave: Autosave<AnswerContent>;
  #telling = new Set<string>();
  #filled: Filled = {};

  constructor(id: string) {
    this.id = id;
    this.#autosave = new Autosave<AnswerContent>({
      save: async (content) => {
        if (!this.token) throw new Problem(409, 'claim-lost', '');
        return (await this.#held(review.saveAnswer(id, this.token, content))).savedAt;
      },
      changed: (state) => (this.save = state),
      passing: isPassing,
      wait: (ms) => line.wait(ms),
    });
  }

  async load(): Promise<void> {
    this.failure = null;
    try {
      const found = await review.open(this.id);
      this.found = found;
      this.#take(found.answerDraft);
      const start = flow.startId === this.id;
      flow.startId = null;
      this.token = flow.token(this.id);
      if (this.token && !found.claim?.mine) this.token = null;
      if (!this.token && !found.signed && (found.claim?.mine || (start && !found.claim))) await this.start();
      else if (this.token) this.#keepRenewing();
      clearInterval(this.#poll);
      this.#poll = setInterval(() => void this.#pictures(), POLL_MS);
    } catch (error) {
      if (this.found && isCode(error, 'not-found')) this.vanish();
      else this.failure = error;
    }
  }
  #take(draft: AnswerContent | null): void {
    const findings = this.found?.findings ?? [];
    this.content = draft ? fitted(draft, findings) : this.amending ? ofSent(this.found?.answers ?? [], findings) : fitted(null, findings);
    this.#filled = {};
    this.#last = JSON.stringify(this.content);
  }

  async start(): Promise<void> {
    const lease = this.amending ? await department.amend(this.id) : await review.claim(this.id);
    await this.#got(lease.token);
  }
  /** Opens an answered case again, to write an answer that replaces the one that was sent. */
  async amend(): Promise<void> {
    const lease = await department.amend(this.id);
    await this.#got(lease.token);
  }
  get amending(): boolean {
    return this.found?.state === 'amending';
  }
  async takeOver(): Promise<void> {
    const lease = await review.takeOver(this.id);
    await this.#got(lease.token);
  }
  async #got(token: string): Promise<void> {
    const kept = this.lost ? $state.snapshot(this.content) : null;
    this.token = token;
    flow.keep(this.id, token);
    this.lost = false;
    const found = await this.#held(review.open(this.id));
    this.found = found;
    // What was typed here before the lease was lost is worth more than the kept draft.
    if (kept) {
      this.content = fitted(kept, found.findings);
      this.#last = '';
    } else this.#take(found.answerDraft);
    this.#keepRenewing();
  }
  #keepRenewing(): void {
    clearInterval(this.#renewal);
    this.#renewal = setInterval(() => {
      if (this.token && !this.lost) void this.#held(review.renew(this.id, this.token)).catch(() => undefined);
    }, RENEW_MS);
  }

  /** Notices in any answer that the lease has gone to somebody else, or that the case is over. */
  async #held<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (isCode(error, 'claim-lost', 'withdrawn', 'declined')) {
        this.lost = true;
        this.token = null;
        flow.forget(this.id);
        clearInterval(this.#renewal);
      }
      if (isCode(error, 'not-found', 'withdrawn', 'declined')) await this.look();
      throw error;
    }
  }

  /** Out of sight at once. What was typed stays where it can be copied: it was never sent. */
  vanish(): void {
    if (this.gone) return;
    this.gone = true;
    if ((this.token !== null || this.lost) && wrote(this.content)) this.kept = $state.snapshot(this.content);
    this.found = null;
    this.content = blankAnswer([]);
    this.token = null;
    this.#autosave.stop();
    this.close();
    flow.forget(this.id);
  }

  async #pictures(): Promise<void> {
    if (!this.found?.images.some((image) => image.state === 'processing') || document.visibilityState !== 'visible') return;
    const found = await this.#again();
    if (found && this.found) this.found.images = found.images;
  }
  /** The case as it stands now; null when it can't be had, and out of sight when it is not there for the caller. */
  async #again(): Promise<Case | null> {
    try {
      return await review.open(this.id);
    } catch (error) {
      if (isCode(error, 'not-found')) this.vanish();
      return null;
    }
  }

  /** A picture went out of sight, an answer was filed, the case is over; what is being written stays. */
  async look(): Promise<void> {
    const found = await this.#again();
    if (found && this.found) {
      this.found.images = found.images;
      this.found.answers = found.answers;
      this.found.withdrawn = found.withdrawn;
      this.found.state = found.state;
    }
  }

  noticed(): void {
    const text = JSON.stringify(this.content);
    if (text === this.#last || !this.token || this.lost) return;
    this.#last = text;
    this.#autosave.edit($state.snapshot(this.content));
  }
  get unsaved(): boolean {
    return this.#autosave.busy;
  }
  flush(): Promise<void> {
    return this.#autosave.flush();
  }

  /** The picture was on the screen long enough to be seen. */
  async tell(imageId: string): Promise<void> {
    const image = this.found?.images.find((one) => one.id === imageId);
    if (!image || image.shown || !this.token || this.#telling.has(imageId)) return;
    this.#telling.add(imageId);
    try {
      await this.#held(review.shown(this.id, this.token, imageId));
      const now = this.found?.images.find((one) => one.id === imageId);
      if (now) now.shown = true;
    } catch {
      // Shown again, told again: the next display of the picture repeats it.
    } finally {
      this.#telling.delete(imageId);
    }
  }

  get pictures(): Case['images'] {
    return (this.found?.images ?? []).filter((image) => !image.removed);
  }
  get needs(): Need[] {
    return needs(this.content, this.pictures, this.amending);
  }
  fill(name: PresetName): void {
    if (!this.token || this.lost) return;
    this.#filled = apply(this.content, preset(name), this.#filled);
  }

  async sign(): Promise<void> {
    if (!this.token) return;
    this.refused = null;
    try {
      await this.#autosave.flush();
      const token = this.token;
      const signed = await this.#held(review.sign(this.id, token, $state.snapshot(this.content)));
      this.close();
      this.#autosave.stop();
      await flow.signed(this.id, token, signed.releaseAt);
    } catch (error) {
      this.refused = error;
      throw error;
    }
  }
  async ask(wants: string[], text: string): Promise<void> {
    if (!this.token) return;
    const token = this.token;
    await this.#end(() => review.ask(this.id, token, wants, text));
  }
  /** `act` is this act's own id: tried again, it is not done twice. */
  async decline(act: string, reason: DeclineReason | '', text: string): Promise<void> {
    const token = this.token;
    if (token) await this.#end(() => department.decline(this.id, act, token, reason, text));
  }
  async forward(act: string, departmentId: string, specialty: string, text: string): Promise<void> {
    const token = this.token;
    if (token) await this.#end(() => department.forward(this.id, act, token, departmentId, specialty, text));
  }
  /** Does what ends the lease. What was typed is kept until it is done. */
  async #end(run: () => Promise<unknown>): Promise<void> {
    await this.#autosave.flush();
    await this.#held(run());
    flow.forget(this.id);
    this.#autosave.stop();
    this.close();
  }
  async release(): Promise<void> {
    if (!this.token) return;
    await this.#autosave.flush();
    await this.#held(review.release(this.id, this.token));
    flow.forget(this.id);
    this.token = null;
    this.close();
  }
  close(): void {
    clearInterval(this.#renewal);
    clearInterval(this.#poll);
  }
}
