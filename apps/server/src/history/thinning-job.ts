/** The job that thins the histories of all documents, where the operator wants it (HY12). */
import { EngineError } from '../engine/port.ts';
import { recurringJob } from '../jobs/job-handler.ts';
import { HISTORY } from '../storage/history/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { findUnthinned } from '../storage/history/unthinned-documents.ts';
import { listVersions } from '../storage/history/named-versions.ts';
import type { Database } from '../storage/tables.ts';
import type { History } from './port.ts';

export function historyThinning({
  db,
  history,
  fullMs,
  clock,
}: {
  readonly db: Database;
  readonly history: Pick<History, 'read'>;
  /** How long each change is kept by itself. */
  readonly fullMs: number;
  readonly clock: Pick<Clock, 'now'>;
}) {
  return recurringJob({
    kind: 'history-thinning',
    intervalMs: HISTORY.thinningIntervalMs,
    async run({ signal }) {
      const before = clock.now() - fullMs;
      const failed = new Set<string>();
      let failure: EngineError | null = null;
      for (;;) {
        const limit = HISTORY.documentsPerThinning + failed.size;
        const found = await findUnthinned(db, before, limit);
        const documents = found.filter((document) => !failed.has(document));
        if (documents.length === 0) break;
        for (const document of documents) {
          signal.throwIfAborted();
          const pinned = (await listVersions(db, document)).map(({ offset }) => offset);
          try {
            await history.read({ kind: 'thin', document, before, pinned });
          } catch (error) {
            // Its history stays as it is, and the others are thinned.
            if (!(error instanceof EngineError)) throw error;
            failed.add(document);
            if (!isDamaged(error)) failure ??= error;
          }
        }
      }
      // Documents that took too long, or whose database did not answer, are tried again.
      if (failure !== null) throw failure;
    },
  });
}

function isDamaged({ body }: EngineError): boolean {
  return body.code === 'document-damaged';
}
