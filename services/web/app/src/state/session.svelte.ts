// Who is signed in, and what happens when that ends in the middle of work: requests wait in regain() while
// the lock screen or the sign-in dialog is over the page, and go on when the same person is back.
import * as directory from '../api/directory';
import { guardWith } from '../api/client';
import { isCode, Unreachable } from '../api/problem';
import type { Environment, Language, Me, Role } from '../api/types';
import { language } from '../i18n/language.svelte';
import { idlePhase, type IdlePhase } from './idle';
import { line } from './line.svelte';

type Phase = 'starting' | 'unreachable' | 'out' | 'in';
const ACTIVITY = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

class Session {
  phase = $state<Phase>('starting');
  me = $state<Me | null>(null);
  environment = $state<Environment | null>(null);
  locked = $state(false);
  expired = $state(false);
  idle = $state<IdlePhase>({ phase: 'active' });
  #lastSeen = Date.now();
  #back: { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } | null = null;
  #tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('lysbro');

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
    language.use(me.person.language);
    this.touch();
  }

  /** After any way of signing in or unlocking. Another person than before gets a fresh page. */
  welcome(me: Me): void {
    const other = this.me !== null && this.me.person.id !== me.person.id;
    if (other) {
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
    await directory.lock().catch(() => undefined);
  }

  /** Ends the session here; a full page load leaves nothing of it in memory. */
  async leave(): Promise<void> {
    await directory.signOut().catch(() => undefined);
    this.#tabs?.postMessage('out');
    location.assign('/sign-in');
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
    if (what === 'out') location.assign('/sign-in');
    if (what === 'back' && (this.locked || this.expired)) {
      directory.me().then((me) => this.welcome(me), () => undefined);
    }
  }

  has(...roles: Role[]): boolean {
    return this.me?.grants.some((grant) => roles.includes(grant.role)) ?? false;
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
  get home(): string {
    if (this.isGp) return '/in';
    if (this.isReviewer) return '/work';
    if (this.has('programme-manager')) return '/program';
    return this.has('administrator') ? '/admin' : '/me';
  }
}
export const session = new Session();
