// One draft being written: its form, its pictures, what is missing, and the saving of it.
import * as intake from '../api/intake';
import { ready } from '../api/people';
import { isCode, isPassing } from '../api/problem';
import type { Questionnaire } from '../api/questionnaire';
import type { FieldError, Intention, Named, Picture, Receipt, Referral, View } from '../api/types';
import { t as words } from '../i18n/form';
import { t, type Key, maybe } from '../i18n/gp';
import { language } from '../i18n/language.svelte';
import { fieldText } from '../i18n/problems';
import { siteText } from '../i18n/words';
import { Autosave, type SaveState } from '../state/autosave';
import { line } from '../state/line.svelte';
import { inLanguage } from '../questionnaire/questionnaire';
import type { Taken } from '../questionnaire/views';
import { now } from '../state/now.svelte';
import { session } from '../state/session.svelte';
import { Uploads } from '../upload/uploads.svelte';
import { cantWait, rememberCantWait } from './usual';
import { askedOf, redFlagsOf, viewsOf, warningsOf } from './asked';
import { judge } from './checker';
import { emptyForm, fromContent, toContent, type Form } from './form';
import { faultText } from './faultText';
import { isFresh, noLongerFresh } from './fresh';
import { gaps, isView, type Gap, type Page } from './missing';
import type { Checked } from './picture-check';

const POLL_MS = 2000;
/** Codes of pictures that the page has better words for than the server, which does not know where they stand. */
const GAP_CODES = ['rejected-image', 'too-small', 'unknown-finding'] as const;
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
  /** To try the service with: the patient is made up and stays. */
  training = $state(false);
  receipt = $state<Receipt | null>(null);
  /** The doctor on whose list it is to be sent, and since when. */
  responsible = $state<Named | null>(null);
  readyAt = $state<string | null>(null);
  failure = $state<unknown>(null);
  /** All descriptions; empty until they have come. */
  questionnaires = $state.raw<Questionnaire[]>([]);
  /** "Can't wait until tomorrow" was chosen: it is phoned about first. It becomes "urgent" when somebody was. */
  #cantWait = $state(false);
  /** What the server advises of pictures and answers. */
  advice = $state<Referral['warnings']>([]);
  /** What this browser makes of pictures, by id; null: can't tell. */
  checks = $state<Record<string, Checked | null>>({});
  /** Pictures that are sent as they are, against advice. */
  used = $state<string[]>([]);
  readonly asked = $derived(askedOf(this.questionnaires, this.form, now.at));
  readonly redFlags = $derived(redFlagsOf(this.asked));
  readonly warnings = $derived(warningsOf(this.asked));
  readonly wanted = $derived(viewsOf(this.asked, this.form, this.taken));
  readonly uploads: Uploads;
  #version = 0;
  #last = '';
  #autosave: Autosave<Edited>;
  #poll: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
    this.#cantWait = cantWait(id);
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
      this.training = found.training;
      this.form = fromContent(found.content, crypto.randomUUID());
      // Who was phoned stands in the draft: then it is how soon that stands there, too.
      if (this.form.spokeWith) this.cantWait = false;
      this.images = found.images;
      this.advice = found.warnings;
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

  /** Changes what goes without saying; a draft that nobody has touched yet is not saved for it. */
  prefill(change: () => void): void {
    const text = () => JSON.stringify({ practiceId: this.practiceId, content: toContent(this.form) });
    const untouched = this.#version === 0 && text() === this.#last;
    change();
    if (untouched) this.#last = text();
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
      this.advice = found.warnings;
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
  /** Pictures that count for the views that are asked for: those here and those on their way. */
  get taken(): Taken[] {
    const there = this.pictures.filter((picture) => picture.state !== 'rejected').map(({ findingId, view }) => ({ findingId, view }));
    const coming = this.uploads.items.filter((item) => item.status.kind !== 'refused' && !this.images.some((image) => image.id === item.id));
    return [...there, ...coming.map(({ findingId, view }) => ({ findingId, view }))];
  }
  get cantWait(): boolean {
    return this.#cantWait;
  }
  set cantWait(can: boolean) {
    this.#cantWait = can;
    rememberCantWait(this.id, can);
  }
  /** Something was chosen that somebody of the department must hear of at once. */
  get phoneFirst(): boolean {
    return this.redFlags.length > 0 || this.cantWait;
  }
  get gaps(): Gap[] {
    const page: Page = { pictures: this.pictureCount, asked: this.asked, wanted: this.wanted, phoneFirst: this.phoneFirst };
    return gaps(this.server, this.form, page, (field, code, error) => this.#gapText(field, code, error));
  }
  #gapText(field: string, code: string, error: FieldError | null): string {
    if ((GAP_CODES as readonly string[]).includes(code)) return t(`gap.${code}` as Key);
    const what = this.#nameOf(field);
    if (['required', 'emergency-call', 'view-missing'].includes(code)) return what;
    if (!/(^|\.)answers\./.test(field)) return error ? fieldText(error) : what;
    const item = this.asked.flatMap((one) => one.q.item).find((one) => one.linkId === field.split('.').at(-1));
    return `${what}: ${faultText(code, item) ?? (error ? fieldText(error) : '')}`;
  }
  /** The words for a field in the list of what is missing. */
  #nameOf(field: string): string {
    const parts = field.split('.');
    if (parts[0] === 'emergencyCall') return words('gap.emergencyCall');
    if (field === 'patient.phone' || field === 'patient.address') return words(`gap.${parts[1] as 'phone' | 'address'}`);
    const finding = parts[0] === 'findings' ? Number(parts[1]) : null;
    const of = (what: string) => (finding !== null && this.form.findings.length > 1 ? t('gap.of', { what, n: finding + 1 }) : what);
    const id = finding === null ? null : this.form.findings[finding]?.id;
    if (isView(field)) {
      const view = parts.at(-1) as View;
      const wanted = this.wanted.find((one) => one.findingId === id && !one.advice && one.views.includes(view));
      return of(words('gap.view', { what: wanted ? inLanguage(wanted.text, language.code) : t(`view.${view}`) }));
    }
    if (parts[0] === 'answers' || parts[2] === 'answers') {
      const linkId = parts.at(-1);
      const items = this.asked.filter((one) => one.findingId === (id ?? null) && (finding !== null || one.q.id === parts[1])).flatMap((one) => one.q.item);
      return of(inLanguage(items.find((item) => item.linkId === linkId)?.text, language.code) || (linkId ?? field));
    }
    return finding === null ? maybe('gap', field) : of(maybe('gap', parts[2] ?? ''));
  }

  /** Looks at pictures that were just added, while the patient is there. */
  look(): void {
    for (const { id, file } of this.uploads.items) {
      if (id in this.checks) continue;
      this.checks[id] = null;
      void judge(id, file).then((checked) => (this.checks[id] = checked));
    }
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
    this.noticed();
    await this.flush();
    await ready(this.id, this.#version, doctor);
  }
  async submit(intention: Intention | null): Promise<void> {
    // What was changed in the same moment, such as how soon, is not noticed by itself yet.
    this.noticed();
    await this.flush();
    this.receipt = await intake.submit(this.id, this.#version, intention);
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
