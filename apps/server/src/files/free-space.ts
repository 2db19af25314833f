/** Keeps a part of the disk free, because it also keeps the text (FI5). */
import type { Clock } from '../runtime/clock.ts';
import { OBJECTS } from '../storage/limits.ts';
import { pledgedBytes } from '../storage/files.ts';
import type { ObjectStore } from '../storage/objects/object-store.ts';
import type { Database } from '../storage/tables.ts';
import { FILES } from './limits.ts';

export class DiskFull extends Error {
  constructor() {
    super('the disk has no room for more files');
    this.name = 'DiskFull';
  }
}

export interface FreeSpaceOptions {
  readonly db: Database;
  readonly objects: Pick<ObjectStore, 'freeBytes'>;
  readonly clock: Pick<Clock, 'now'>;
}

export class FreeSpace {
  readonly #options: FreeSpaceOptions;

  constructor(options: FreeSpaceOptions) {
    this.#options = options;
  }

  /**
   * Whether all that is being uploaded fits, on this node and on others. Asked after the row of an upload is committed, so
   * that of two that begin at once at least one sees the other. What has arrived of an upload counts twice.
   */
  async hasRoom(): Promise<boolean> {
    const { db, objects, clock } = this.#options;
    const pledged = await pledgedBytes(db, clock.now() - OBJECTS.transferTimeoutMs);
    const free = await objects.freeBytes();
    return free === null || free >= pledged + FILES.minFreeBytes;
  }

  /** For one upload: others, or other programs, may fill the disk while it is written. */
  watch(): (bytes: number) => Promise<void> | null {
    let unchecked = 0;
    return (bytes) => {
      unchecked += bytes;
      if (unchecked < FILES.freeCheckBytes) return null;
      unchecked = 0;
      return this.#check();
    };
  }

  async #check(): Promise<void> {
    const free = await this.#options.objects.freeBytes();
    if (free !== null && free < FILES.minFreeBytes) throw new DiskFull();
  }
}
