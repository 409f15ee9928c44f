// Text to the clipboard. It is fetched first, and Safari forgets the press meanwhile unless it gets the promise itself.

export interface Board {
  write?(items: unknown[]): Promise<void>;
  writeText?(text: string): Promise<void>;
}
export type MakeItem = new (data: Record<string, Promise<Blob>>) => unknown;

/** True when the browser took it; false when it refused, or has no clipboard for pages like this. Fails only if the text does. */
export async function toClipboard(text: Promise<string>, board: Board | undefined, Item: MakeItem | undefined): Promise<boolean> {
  // Whoever waits for a blob that fails must not leave its failure unhandled.
  const blob = text.then((words) => new Blob([words], { type: 'text/plain' }));
  blob.catch(() => undefined);
  if (board?.write && Item) {
    try {
      await board.write([new Item({ 'text/plain': blob })]);
      return true;
    } catch {
      // Older browsers take no promise: the plain way is tried.
    }
  }
  const words = await text;
  try {
    if (!board?.writeText) return false;
    await board.writeText(words);
    return true;
  } catch {
    return false;
  }
}
