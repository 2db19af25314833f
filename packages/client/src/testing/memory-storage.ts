import type { UnloadOutboxStorage } from '../store/unload-outbox.ts';

/** Unload outbox storage shared by several pages of a test. */
export class MemoryStorage implements UnloadOutboxStorage {
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
