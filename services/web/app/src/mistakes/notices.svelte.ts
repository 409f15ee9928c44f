// What this person has to be told, asked for when a screen opens and every minute after.
import * as mistakes from '../api/mistakes';
import type { Notice } from '../api/types';

const POLL_MS = 60_000;

/** How a notice names a case. */
export const referenceOf = (id: string): string => id.replaceAll('-', '').slice(24).toUpperCase();

export class Notices {
  items = $state<Notice[]>([]);
  readonly side: 'office' | 'department';
  constructor(side: 'office' | 'department') {
    this.side = side;
  }
  async load(): Promise<void> {
    try {
      this.items = (await mistakes.notices(this.side)).items;
    } catch {
      // Asked again in a minute: nothing on the screen depends on it.
    }
  }
  start(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.load();
    }, POLL_MS);
    return () => clearInterval(timer);
  }
  async read(id: string): Promise<void> {
    await mistakes.readNotice(this.side, id);
    this.items = this.items.filter((one) => one.id !== id);
  }
}
