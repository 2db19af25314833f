import type { LastWordsPlace } from '../store/last-words.ts';

/** A place of last words that several pages of a test share. */
export class MemoryPlace implements LastWordsPlace {
  readonly said = new Map<string, string>();
  hasRoom = true;

  all(): ReadonlyMap<string, string> {
    return new Map(this.said);
  }

  put(name: string, words: string): boolean {
    if (this.hasRoom) this.said.set(name, words);
    return this.hasRoom;
  }

  remove(name: string): void {
    this.said.delete(name);
  }
}
