import { describe, expect, it } from 'vitest';
import { toClipboard, type MakeItem } from '../src/letter/clipboard';

class Item {
  constructor(readonly data: Record<string, Promise<Blob>>) {}
}
const make = Item as unknown as MakeItem;
const letter = () => Promise.resolve('Svar på henvisning');

describe('toClipboard', () => {
  it('gives the promise where the browser takes one', async () => {
    const taken: string[] = [];
    const write = async (items: unknown[]) => {
      const blob = await (items[0] as Item).data['text/plain'];
      taken.push(await blob!.text());
    };
    expect(await toClipboard(letter(), { write, writeText: () => Promise.reject(new Error('not asked')) }, make)).toBe(true);
    expect(taken).toEqual(['Svar på henvisning']);
  });
  it('writes the text where promises are refused or unknown', async () => {
    for (const [board, item] of [[{ write: () => Promise.reject(new Error('no promise')) }, make], [{}, undefined]] as const) {
      const taken: string[] = [];
      const writeText = async (text: string) => void taken.push(text);
      expect(await toClipboard(letter(), { ...board, writeText }, item)).toBe(true);
      expect(taken).toEqual(['Svar på henvisning']);
    }
  });
  it('says when it may not, or there is no clipboard', async () => {
    expect(await toClipboard(letter(), { writeText: () => Promise.reject(new Error('denied')) }, undefined)).toBe(false);
    expect(await toClipboard(letter(), undefined, make)).toBe(false);
  });
  it('fails when the text could not be fetched, whatever the clipboard says', async () => {
    const gone = () => Promise.reject<string>(new Error('gone'));
    const write = async (items: unknown[]) => void (await (items[0] as Item).data['text/plain']);
    await expect(toClipboard(gone(), { write }, make)).rejects.toThrow('gone');
    await expect(toClipboard(gone(), undefined, undefined)).rejects.toThrow('gone');
  });
});
