/** Deletes the bytes of files, and finds what was left over: FS3, FS4. */
import { ItemFailures } from '../jobs/item-failures.ts';
import { recurringJob } from '../jobs/job-handler.ts';
import { OBJECTS } from '../storage/limits.ts';
import { FILES } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import {
  discardFilesOf,
  discardFilesWithoutDocument,
  discardUpload,
  forgetFile,
  listDiscarded,
} from '../storage/discarded-files.ts';
import { deleteFile, type StoredFileRow } from '../storage/files.ts';
import { newObjectKey, type ObjectStore } from '../storage/objects/object-store.ts';
import type { Database } from '../storage/tables.ts';

export interface FileDeletionOptions {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Twice as long as a transfer can last, since clocks of nodes differ. */
const UPLOAD_OVER_MS = 2 * OBJECTS.transferTimeoutMs;

export class FileDeletion {
  readonly #options: FileDeletionOptions;

  constructor(options: FileDeletionOptions) {
    this.#options = options;
  }

  /** After an upload that came to nothing. A failure here is left to the sweep. */
  async discard(key: string): Promise<void> {
    try {
      await this.#discard(key);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the bytes of a file could not be deleted yet');
    }
  }

  /** By a person (FI11). Bytes that cannot be deleted now are left to the sweep. */
  async deleteFile(file: StoredFileRow): Promise<void> {
    const { db, clock } = this.#options;
    const { maxTombstones } = FILES;
    await deleteFile(db, { file, tombstoneKey: newObjectKey(), at: clock.now(), maxTombstones });
    await this.discard(file.key);
  }

  /** @throws when some could not be deleted */
  async deleteFilesOf(document: string, signal: AbortSignal): Promise<void> {
    await discardFilesOf(this.#options.db, document);
    await this.#deleteDiscarded(document, signal);
  }

  /** @throws when some could not be deleted */
  async deleteDiscarded(signal: AbortSignal): Promise<void> {
    await this.#deleteDiscarded(null, signal);
  }

  async #deleteDiscarded(document: string | null, signal: AbortSignal): Promise<void> {
    const { db, clock } = this.#options;
    const uploadsBefore = clock.now() - UPLOAD_OVER_MS;
    const failures = new ItemFailures();
    let after: string | undefined = '';
    while (after !== undefined) {
      const limit = FILES.perSweep;
      const keys: string[] = await listDiscarded(db, { document, uploadsBefore, after, limit });
      for (const key of keys) {
        signal.throwIfAborted();
        await failures.attempt(() => this.#discard(key));
      }
      after = keys.at(-1);
    }
    failures.throwIfAny();
  }

  /** An upload that was listed may have been stored since. */
  async #discard(key: string): Promise<void> {
    const { db, objects } = this.#options;
    if (!(await discardUpload(db, key))) return;
    await objects.delete(key);
    await forgetFile(db, key);
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
