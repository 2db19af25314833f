/** The thread that compacts, one document at a time, while everything else goes on. */
import { compactDocument } from './compactor.ts';
import type { CompactionDone } from './compaction-queue.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { runWorker } from './worker-body.ts';

export interface CompactorWorkerData {
  readonly path: string;
}

runWorker<CompactorWorkerData, string, CompactionDone>(({ data, board, lock, say }) => {
  const journal = SqliteJournal.open(data.path, { lock });
  return {
    receive(document) {
      void compactDocument(document, { journal, board }).then((outcome) =>
        say({ document, outcome }),
      );
    },
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
  };
});
