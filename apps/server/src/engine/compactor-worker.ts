/** The thread that compacts, one document at a time, and makes checkpoints, while everything else goes on. */
import { Checkpointer } from '../storage/sqlite/checkpointer.ts';
import { compactDocument } from './compactor.ts';
import type { CompactionDone } from './compaction-queue.ts';
import { SqliteJournal } from '../storage/journal/sqlite-journal.ts';
import { runWorker } from '../runtime/worker-body.ts';

export interface CompactorWorkerData {
  readonly path: string;
}

runWorker<CompactorWorkerData, string, CompactionDone>(({ data, progress, lock, send }) => {
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
});
