/** The thread that compacts documents, one at a time, and maintains the database in the background. */
import { runWorker } from '../runtime/worker-thread.ts';
import { openJournal, startMaintenance, type StorageDescription } from '../storage/storage.ts';
import { storageErrors } from '../storage/storage-error.ts';
import type { CompactionDone } from './compaction-queue.ts';
import { compactDocument } from './compactor.ts';

export interface CompactorWorkerData {
  readonly storage: StorageDescription;
}

runWorker<CompactorWorkerData, string, CompactionDone>({
  errors: storageErrors,
  create({ data, progress, send }) {
    const journal = openJournal(data.storage);
    const maintenance = startMaintenance(data.storage);
    return {
      receive(document) {
        void compactDocument(document, { journal, progress }).then((outcome) =>
          send({ document, outcome }),
        );
      },
      async [Symbol.asyncDispose]() {
        maintenance[Symbol.dispose]();
        await journal[Symbol.asyncDispose]();
      },
    };
  },
});
