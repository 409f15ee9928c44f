// One short message at the foot of the page, with an optional undo. Announced, never focused.
export interface Message { text: string; action?: { label: string; run: () => void } }

class Toasts {
  shown = $state<Message | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  show(message: Message, ms: number): void {
    clearTimeout(this.#timer);
    this.shown = message;
    this.#timer = setTimeout(() => (this.shown = null), ms);
  }
  act(): void {
    this.shown?.action?.run();
    this.shown = null;
  }
}
export const toasts = new Toasts();
export function toast(text: string, action?: Message['action'], ms = 8000): void {
  toasts.show(action ? { text, action } : { text }, ms);
}
