/** The thread that compacts, one document at a time, and makes checkpoints, while everything else goes on. */
import { Checkpointer } from '../storage/sqlite/checkpointer.ts';
import { compactDocument } from './compactor.ts';
import type { CompactionDone } from './compaction-queue.ts';
import { SqliteJournal } from '../storage/journal/sqlite-journal.ts';
import { databaseErrors } from '../storage/storage-error.ts';
import { SharedWriteLock } from '../storage/sqlite/write-lock.ts';
import { runWorker } from '../runtime/worker-thread.ts';

export interface CompactorWorkerData {
  readonly path: string;
  /** See `write-lock.ts`. */
  readonly lock: SharedArrayBuffer;
}

runWorker<CompactorWorkerData, string, CompactionDone>({
  errors: databaseErrors,
  create({ data, progress, send }) {
    const lock = new SharedWriteLock(data.lock);
    const journal = SqliteJournal.open(data.path, { lock });
    const checkpointer = new Checkpointer(data.path, lock);
    checkpointer.start();
    return {
      receive(document) {
        void compactDocument(document, { journal, progress }).then((outcome) =>
          send({ document, outcome }),
        );
      },
      async [Symbol.asyncDispose]() {
        checkpointer[Symbol.dispose]();
        await journal[Symbol.asyncDispose]();
      },
    };
  },
});
