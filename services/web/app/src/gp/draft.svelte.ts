// One draft being written: its form, its pictures, what is missing, and the saving of it.
import * as intake from '../api/intake';
import { ready } from '../api/people';
import { isCode, isPassing } from '../api/problem';
import type { FieldError, Named, Picture, Receipt, View } from '../api/types';
import { t, type Key, maybe } from '../i18n/gp';
import { language } from '../i18n/language.svelte';
import { fieldText } from '../i18n/problems';
import { siteText } from '../i18n/words';
import { Autosave, type SaveState } from '../state/autosave';
import { line } from '../state/line.svelte';
import { session } from '../state/session.svelte';
import { Uploads } from '../upload/uploads.svelte';
import { emptyForm, fromContent, toContent, type Form } from './form';
import { isFresh, noLongerFresh } from './fresh';
import { gaps, type Gap } from './missing';

const POLL_MS = 2000;
/** Codes of pictures that the page has better words for than the server, which does not know where they stand. */
const GAP_CODES = ['rejected-image', 'unknown-finding'] as const;
interface Edited { practiceId: string; content: ReturnType<typeof toContent> }

export class Draft {
  readonly id: string;
  form = $state<Form>(emptyForm(crypto.randomUUID()));
  practiceId = $state('');
  images = $state<Picture[]>([]);
  server = $state<FieldError[] | null>(null);
  save = $state<SaveState>({ kind: 'clean' });
  phase = $state<'loading' | 'writing' | 'sent' | 'elsewhere'>('loading');
  stale = $state(false);
  receipt = $state<Receipt | null>(null);
  /** The doctor on whose list it is to be sent, and since when. */
  responsible = $state<Named | null>(null);
  readyAt = $state<string | null>(null);
  failure = $state<unknown>(null);
  readonly uploads: Uploads;
  #version = 0;
  #last = '';
  #autosave: Autosave<Edited>;
  #poll: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
    this.uploads = new Uploads(() => this.ensure(), () => void this.refresh(), () => this.pictures);
    this.#autosave = new Autosave<Edited>({
      save: (edited) => this.#put(edited),
      changed: (state) => (this.save = state),
      passing: isPassing,
      wait: (ms) => line.wait(ms),
    });
  }

  async load(): Promise<void> {
    this.failure = null;
    const practices = session.practices;
    if (practices.length === 1) this.practiceId = practices[0]?.id ?? '';
    if (isFresh(this.id)) {
      this.#begin();
      return;
    }
    try {
      const found = await intake.referral(this.id);
      if (found.state !== 'draft') {
        this.phase = 'elsewhere';
        return;
      }
      this.#version = found.version;
      this.practiceId = found.practice.id;
      this.form = fromContent(found.content, crypto.randomUUID());
      this.images = found.images;
      this.server = found.missing;
      this.#readiness(found);
      this.#begin();
      this.#pollIfNeeded();
    } catch (error) {
      if (isCode(error, 'not-found')) this.#begin();
      else this.failure = error;
    }
  }

  #begin(): void {
    this.#last = JSON.stringify({ practiceId: this.practiceId, content: toContent(this.form) });
    this.phase = 'writing';
  }

  /** Called whenever the form may have changed. */
  noticed(): void {
    if (this.phase !== 'writing' || this.stale || !this.practiceId) return;
    const edited: Edited = { practiceId: this.practiceId, content: toContent(this.form) };
    const text = JSON.stringify(edited);
    if (text === this.#last) return;
    this.#last = text;
    this.#autosave.edit(edited);
  }

  /** The referral exists on the server afterwards: a picture needs something to belong to. */
  async ensure(): Promise<void> {
    if (this.#version === 0) this.#autosave.edit({ practiceId: this.practiceId, content: toContent(this.form) });
    await this.flush();
  }
  flush(): Promise<void> {
    return this.#autosave.flush();
  }
  get unsaved(): boolean {
    return this.#autosave.busy || this.uploads.busy;
  }

  async #put(edited: Edited): Promise<string> {
    try {
      const saved = await intake.saveDraft(this.id, this.#version, edited.practiceId, edited.content);
      this.#version = saved.version;
      noLongerFresh(this.id);
      void this.refresh();
      return saved.savedAt;
    } catch (error) {
      if (isCode(error, 'stale-version')) {
        this.stale = true;
        this.#autosave.stop();
      }
      throw error;
    }
  }

  /** Fetches what only the server knows: the state of the pictures and what it would refuse. */
  async refresh(): Promise<void> {
    try {
      const found = await intake.referral(this.id);
      if (this.phase !== 'writing') return;
      this.images = found.images;
      this.server = found.missing;
      this.#readiness(found);
      for (const item of this.uploads.items) {
        if (item.status.kind === 'sent' && found.images.some((image) => image.id === item.id && image.state !== 'processing')) this.uploads.drop(item.id);
      }
    } catch {
      // The next save or poll asks again.
    }
    this.#pollIfNeeded();
  }
  #pollIfNeeded(): void {
    clearTimeout(this.#poll);
    if (this.phase === 'writing' && this.images.some((image) => image.state === 'processing' && !image.removed)) {
      this.#poll = setTimeout(() => void this.refresh(), POLL_MS);
    }
  }

  get pictures(): Picture[] {
    return this.images.filter((image) => !image.removed);
  }
  get pictureCount(): number {
    const waiting = this.uploads.items.filter((item) => item.status.kind !== 'refused' && !this.images.some((image) => image.id === item.id));
    return this.pictures.length + waiting.length;
  }
  get gaps(): Gap[] {
    return gaps(this.server, this.form, this.pictureCount, (field, error) => this.#gapText(field, error));
  }
  #gapText(field: string, error: FieldError | null): string {
    if (error && error.code !== 'required') return (GAP_CODES as readonly string[]).includes(error.code) ? t(`gap.${error.code}` as Key) : fieldText(error);
    const finding = /^findings\.(\d+)\.(\w+)$/.exec(field);
    if (!finding) return maybe('gap', field);
    const what = maybe('gap', finding[2] ?? '');
    return this.form.findings.length > 1 ? t('gap.of' as Key, { what, n: Number(finding[1]) + 1 }) : what;
  }
  /** The name shown for a place on the body; the code is what counts. */
  get sites(): string {
    return this.form.findings.map((f) => siteText({ bodySite: f.bodySite, laterality: f.laterality || null })).filter(Boolean).join('; ');
  }

  async changeView(id: string, view: View): Promise<void> {
    const image = this.images.find((one) => one.id === id);
    if (image) image.view = view;
    await intake.changeImage(id, { view });
  }
  async changeFinding(id: string, findingId: string): Promise<void> {
    const image = this.images.find((one) => one.id === id);
    if (image) image.findingId = findingId;
    await this.flush();
    await intake.changeImage(id, { findingId });
    await this.refresh();
  }
  async remove(id: string): Promise<void> {
    await intake.removeImage(id);
    this.uploads.drop(id);
    await this.refresh();
  }
  async bringBack(id: string): Promise<void> {
    await intake.restoreImage(id);
    await this.refresh();
  }

  #readiness(found: { responsible: Named | null; readyAt: string | null }): void {
    this.responsible = found.responsible;
    this.readyAt = found.readyAt;
  }
  /** Whether the person may send it themselves: staff prepare, a doctor sends. */
  get maySend(): boolean {
    return session.sendsIn(this.practiceId);
  }
  /** Puts it onto a doctor's list. */
  async makeReady(doctor: string): Promise<void> {
    await this.flush();
    await ready(this.id, this.#version, doctor);
  }
  async submit(): Promise<void> {
    await this.flush();
    this.receipt = await intake.submit(this.id, this.#version);
    this.#autosave.stop();
    clearTimeout(this.#poll);
    this.phase = 'sent';
  }
  async discard(): Promise<void> {
    this.#autosave.stop();
    clearTimeout(this.#poll);
    if (this.#version > 0) await intake.discard(this.id);
  }
  close(): void {
    clearTimeout(this.#poll);
  }
  get exists(): boolean {
    return this.#version > 0;
  }
  get language(): 'en' | 'nb' {
    return language.code;
  }
}
