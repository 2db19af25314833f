/** Jobs of the trash: documents whose time there is over, and the text of purged ones (PO4). */
import { ulid } from 'ulid';
import { TRASH_MS } from '@tandem/protocol';
import type { CommandRunner } from '../commands/command-runner.ts';
import { DOCUMENT_PURGE } from '../commands/document-purge.ts';
import type { Engine } from '../engine/port.ts';
import type { FileDeletion } from '../files/file-deletion.ts';
import { recurringJob, type JobHandler } from '../jobs/job-handler.ts';
import { TRASH } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { SearchIndex } from '../storage/search/search-index.ts';
import type { Database } from '../storage/tables.ts';
import { findExpiredTrash } from '../storage/trash.ts';

/** Purges as the owner would, so that all their pages hear of it. */
export function trashSweep({
  db,
  runner,
  clock,
}: {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock: Pick<Clock, 'now'>;
}) {
  return recurringJob({
    kind: 'trash-sweep',
    intervalMs: TRASH.sweepMs,
    async run({ signal }) {
      const before = clock.now() - TRASH_MS;
      let purged: number;
      do {
        purged = 0;
        for (const { id, owner } of await findExpiredTrash(db, before, TRASH.documentsPerSweep)) {
          signal.throwIfAborted();
          const input = { document: id, before };
          const command = { id: ulid(), name: 'document:expire', input } as const;
          const answer = await runner.run({ user: owner ?? '', command });
          if (answer.kind === 'done') purged++;
          // Any other refusal means that its owner has just restored it.
          else if (answer.error.temporary) throw new Error(answer.error.message);
        }
      } while (purged > 0);
    },
  });
}

export function documentPurge({
  engine,
  search,
  deletion,
}: {
  readonly engine: Pick<Engine, 'delete'>;
  readonly search: Pick<SearchIndex, 'remove'>;
  /** Null: this server takes no files. */
  readonly deletion: Pick<FileDeletion, 'deleteFilesOf'> | null;
}): JobHandler<'document-purge', { readonly document: string }> {
  return {
    ...DOCUMENT_PURGE,
    async run({ document }, { signal }) {
      await search.remove(document);
      const outcome = await engine.delete(document, { maxHead: Number.MAX_SAFE_INTEGER });
      if (outcome === 'kept') throw new Error('the document is still open');
      await deletion?.deleteFilesOf(document, signal);
    },
  };
}
