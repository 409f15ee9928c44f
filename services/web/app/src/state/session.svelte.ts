// Who is signed in, and what happens when that ends in the middle of work: requests wait in regain() while
// the lock screen or the sign-in dialog is over the page, and go on when the same person is back.
import * as directory from '../api/directory';
import { guardWith } from '../api/client';
import { isCode, Unreachable } from '../api/problem';
import type { Environment, Language, Me, Role } from '../api/types';
import { language } from '../i18n/language.svelte';
import { idlePhase, type IdlePhase } from './idle';
import { line } from './line.svelte';
import { router } from '../router/router.svelte';
import { Wishes, type Wish } from './wish';

type Phase = 'starting' | 'unreachable' | 'out' | 'in';
/** How long leaving waits for what is still being saved. */
const LAST_SAVE_MS = 1500;
/** Whether the person has a password, for the lock screen after a reload: "true" or "false", in this tab only. */
const PASSWORD_KEY = 'lysbro-has-password';
const ACTIVITY = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

function rememberedPassword(): boolean {
  return typeof sessionStorage === 'undefined' || sessionStorage.getItem(PASSWORD_KEY) !== 'false';
}
function rememberPassword(has: boolean | null): void {
  if (typeof sessionStorage === 'undefined') return;
  if (has === null) sessionStorage.removeItem(PASSWORD_KEY);
  else sessionStorage.setItem(PASSWORD_KEY, String(has));
}

class Session {
  phase = $state<Phase>('starting');
  me = $state<Me | null>(null);
  environment = $state<Environment | null>(null);
  locked = $state(false);
  expired = $state(false);
  idle = $state<IdlePhase>({ phase: 'active' });
  /** What the server could not be told yet. */
  overdue = $state<Wish | null>(null);
  hasPassword = $state(rememberedPassword());
  /** This page has shown somebody's work and been left: the next person gets a fresh one. */
  #spent = false;
  #lastSeen = Date.now();
  #back: { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } | null = null;
  #tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('lysbro');
  #wishes = new Wishes({
    storage: typeof localStorage === 'undefined' ? null : localStorage,
    send: (wish) => (wish === 'out' ? directory.signOut() : directory.lock()),
    changed: (overdue) => (this.overdue = overdue),
    wait: (ms) => line.wait(ms),
  });

  async start(): Promise<void> {
    guardWith({ regain: (code) => this.regain(code), reached: () => line.back(), unreached: () => line.lost() });
    line.start();
    for (const kind of ACTIVITY) addEventListener(kind, () => this.touch(), { passive: true, capture: true });
    this.#tabs?.addEventListener('message', (event) => this.#heard(event.data as string));
    setInterval(() => void this.#watch(), 1000);
    await this.load();
  }

  async load(): Promise<void> {
    this.phase = 'starting';
    directory.environment().then((e) => (this.environment = e), () => undefined);
    // A lock or sign-out that an earlier page could not deliver comes before anything is shown.
    const wish = this.#wishes.kept;
    if (!(await this.#wishes.resume())) {
      this.locked = wish === 'lock';
      this.phase = wish === 'lock' ? 'in' : 'out';
      return;
    }
    try {
      this.#enter(await directory.me());
    } catch (error) {
      if (isCode(error, 'locked')) {
        this.locked = true;
        this.phase = 'in';
      } else this.phase = error instanceof Unreachable ? 'unreachable' : 'out';
    }
  }

  #enter(me: Me): void {
    this.me = me;
    this.phase = 'in';
    this.hasPassword = me.hasPassword;
    rememberPassword(me.hasPassword);
    language.use(me.person.language);
    this.touch();
  }

  /** After any way of signing in or unlocking. Another person than before gets a fresh page. */
  welcome(me: Me): void {
    this.#wishes.clear();
    const other = this.me !== null && this.me.person.id !== me.person.id;
    if (other || this.#spent) {
      location.assign('/');
      return;
    }
    this.locked = false;
    this.expired = false;
    this.#enter(me);
    this.#tabs?.postMessage('back');
    this.#back?.resolve();
    this.#back = null;
  }

  regain(code: 'signed-out' | 'locked'): Promise<void> {
    if (this.#spent) return Promise.reject(new Error('left'));
    if (code === 'locked') this.locked = true;
    else if (this.me === null) this.phase = 'out';
    else this.expired = true;
    if (!this.#back) {
      let resolve = () => {};
      let reject: (reason: unknown) => void = () => {};
      const promise = new Promise<void>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      this.#back = { promise, resolve, reject };
    }
    return this.#back.promise;
  }

  async lock(): Promise<void> {
    this.locked = true;
    this.#tabs?.postMessage('lock');
    await this.#wishes.want('lock');
  }

  /** Ends the session here. What was on the screen goes at once; a full page load then leaves nothing of it in memory.
      Without a line that load would fail, so the page stays on sign-in and goes on trying. */
  async leave(): Promise<void> {
    this.#wishes.keep('out');
    // A page behind the lock screen could not save: it would only wait for somebody to unlock.
    const saved = this.locked || this.expired ? Promise.resolve() : router.settle(LAST_SAVE_MS);
    this.#away();
    this.#tabs?.postMessage('out');
    await saved;
    if (!(await this.#wishes.want('out'))) return;
    this.#tabs?.postMessage('gone');
    location.assign('/sign-in');
  }

  /** Tells the server what is outstanding, so that it can't undo the sign-in or unlocking that follows. */
  async settle(): Promise<void> {
    await this.#wishes.settle();
  }

  #away(): void {
    this.#spent = true;
    this.me = null;
    this.locked = false;
    this.expired = false;
    this.idle = { phase: 'active' };
    this.phase = 'out';
    rememberPassword(null);
    this.#back?.reject(new Error('left'));
    this.#back = null;
  }

  async speak(code: Language): Promise<void> {
    language.use(code);
    if (!this.me) return;
    this.me.person.language = code;
    await directory.setLanguage(code).catch(() => undefined);
  }

  touch(): void {
    const now = Date.now();
    if (now - this.#lastSeen > 10_000) this.#tabs?.postMessage('active');
    this.#lastSeen = now;
    if (this.idle.phase === 'warning') this.idle = { phase: 'active' };
  }

  async #watch(): Promise<void> {
    if (!this.me || this.locked || this.expired) return;
    const next = idlePhase(Date.now() - this.#lastSeen, this.me.idleSeconds);
    if (next.phase !== 'active' || this.idle.phase !== 'active') this.idle = next;
    if (next.phase === 'lock') await this.lock();
  }

  #heard(what: string): void {
    if (what === 'active') this.#lastSeen = Date.now();
    if (what === 'lock') this.locked = true;
    if (what === 'out' && !this.#spent) this.#away();
    if (what === 'gone') location.assign('/sign-in');
    if (what === 'back' && (this.locked || this.expired)) {
      directory.me().then((me) => this.welcome(me), () => undefined);
    }
  }

  has(...roles: Role[]): boolean {
    return this.me?.grants.some((grant) => roles.includes(grant.role)) ?? false;
  }
  /** Whether the person has read what is recorded about them, in the words that hold now. */
  get told(): boolean {
    return this.me?.notice.confirmedAt != null;
  }
  get isGp(): boolean {
    return this.has('gp-clinician', 'gp-staff');
  }
  get isReviewer(): boolean {
    return this.has('specialist', 'coordinator');
  }
  /** Practices where the person may write referrals. */
  get practices(): { id: string; name: string }[] {
    const found = new Map<string, { id: string; name: string }>();
    for (const g of this.me?.grants ?? []) if (g.practice && g.role.startsWith('gp-')) found.set(g.practice.id, g.practice);
    return [...found.values()];
  }
  /** Whether the person sends what is written in this practice, or in one that it took over. */
  sendsIn(practice: string): boolean {
    const here = this.me?.grants.filter((grant) => grant.practice?.id === practice && grant.role.startsWith('gp-')) ?? [];
    return here.length ? here.some((grant) => grant.role === 'gp-clinician') : this.has('gp-clinician');
  }
  get home(): string {
    if (this.isGp) return '/in';
    if (this.has('practice-admin') && !this.isReviewer) return '/people';
    if (this.isReviewer) return '/work';
    if (this.has('programme-manager')) return '/program';
    return this.has('administrator') ? '/admin' : '/me';
  }
}
export const session = new Session();
