import type { UnloadOutboxStorage } from '../store/unload-outbox.ts';

/** Unload outbox storage shared by several pages of a test. */
export class MemoryStorage implements UnloadOutboxStorage {
  readonly values = new Map<string, string>();
  hasRoom = true;

  all(): ReadonlyMap<string, string> {
    return new Map(this.values);
  }

  put(name: string, value: string): boolean {
    if (this.hasRoom) this.values.set(name, value);
    return this.hasRoom;
  }

  remove(name: string): void {
    this.values.delete(name);
  }
}
