// Whether an office is asked why it did not use the service: after a discarded draft, or in the inbox of a silent office, and
// never within a month of the last time. What can't be found out is not asked.
import * as directory from '../api/directory';
import * as uptake from '../api/uptake';

class Asking {
  /** The practice that is asked, and on which occasion. */
  now = $state<{ practiceId: string; after: 'draft' | 'silence' } | null>(null);

  async afterDraft(practiceId: string): Promise<void> {
    if (await this.#may(practiceId)) this.now = { practiceId, after: 'draft' };
  }

  async inInbox(): Promise<void> {
    try {
      const silent = (await uptake.own()).find((one) => one.silent);
      if (silent && this.now === null && (await this.#may(silent.practiceId))) this.now = { practiceId: silent.practiceId, after: 'silence' };
    } catch {
      // Nobody misses a question.
    }
  }

  async #may(practiceId: string): Promise<boolean> {
    try {
      return (await directory.askable()).some((one) => one.practiceId === practiceId && one.askable);
    } catch {
      return false;
    }
  }

  done(): void {
    this.now = null;
  }
}
export const asking = new Asking();
