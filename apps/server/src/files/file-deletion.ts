/** Deletes the bytes of files, and finds what was left over: FS3, FS4. */
import { recurringJob } from '../jobs/job-handler.ts';
import { OBJECTS } from '../limits.ts';
import { FILES } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import {
  discardFile,
  discardFilesOf,
  discardFilesWithoutDocument,
  forgetFile,
  listDiscarded,
} from '../storage/files.ts';
import type { ObjectStore } from '../storage/objects/object-store.ts';
import type { Database } from '../storage/tables.ts';

export interface FileDeletionOptions {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Twice as long as a transfer can last. */
const UPLOAD_OVER_MS = 2 * OBJECTS.transferTimeoutMs;

export class FileDeletion {
  readonly #options: FileDeletionOptions;

  constructor(options: FileDeletionOptions) {
    this.#options = options;
  }

  /** After an upload that came to nothing. A failure here is left to the sweep. */
  async discard(key: string): Promise<void> {
    try {
      await discardFile(this.#options.db, key);
      await this.#delete(key);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'an unfinished upload could not be deleted yet');
    }
  }

  /** @throws StorageError */
  async deleteFilesOf(document: string, signal: AbortSignal): Promise<void> {
    await discardFilesOf(this.#options.db, document);
    await this.deleteDiscarded(signal);
  }

  /** @throws StorageError */
  async deleteDiscarded(signal: AbortSignal): Promise<void> {
    const { db, clock } = this.#options;
    const uploadsBefore = clock.now() - UPLOAD_OVER_MS;
    for (;;) {
      const keys = await listDiscarded(db, { uploadsBefore, limit: FILES.perSweep });
      for (const key of keys) {
        signal.throwIfAborted();
        await discardFile(db, key);
        await this.#delete(key);
      }
      if (keys.length < FILES.perSweep) return;
    }
  }

  async #delete(key: string): Promise<void> {
    await this.#options.objects.delete(key);
    await forgetFile(this.#options.db, key);
  }
}

export function fileSweep({
  db,
  deletion,
}: {
  readonly db: Database;
  readonly deletion: FileDeletion;
}) {
  return recurringJob({
    kind: 'file-sweep',
    intervalMs: FILES.sweepMs,
    async run({ signal }) {
      await discardFilesWithoutDocument(db);
      await deletion.deleteDiscarded(signal);
    },
  });
}
