/** The job that finds files to which nothing refers any more: FS7, FI9. */
import type { Engine } from '../engine/port.ts';
import { recurringJob } from '../jobs/job-handler.ts';
import { FILES } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { listDocumentsWithFiles, noteReferences } from '../storage/files.ts';
import type { Database } from '../storage/tables.ts';

export interface FileReferences {
  /** The ids of files that a document needs; null when nobody can tell now, so that all of them stay. */
  of(document: string): Promise<Iterable<string> | null>;
}

/** What the text shows. A document in the trash has its text. */
export function textReferences(engine: Pick<Engine, 'view'>): FileReferences {
  return {
    of: async (document) => (await engine.view(document))?.files ?? null,
  };
}

export function fileReferenceSweep({
  db,
  sources,
  clock,
}: {
  readonly db: Database;
  /** A file is kept while one of them refers to it. */
  readonly sources: readonly FileReferences[];
  readonly clock: Pick<Clock, 'now'>;
}) {
  return recurringJob({
    kind: 'file-reference-sweep',
    intervalMs: FILES.referenceSweepMs,
    async run({ signal }) {
      let after: string | undefined = '';
      while (after !== undefined) {
        const documents = await listDocumentsWithFiles(db, { after, limit: FILES.perSweep });
        for (const document of documents) {
          signal.throwIfAborted();
          const referenced = await referencesOf(document, sources);
          if (referenced === null) continue;
          const at = clock.now();
          const before = at - FILES.unreferencedMs;
          await noteReferences(db, { document, referenced, at, before });
        }
        after = documents.at(-1);
      }
    },
  });
}

async function referencesOf(
  document: string,
  sources: readonly FileReferences[],
): Promise<ReadonlySet<string> | null> {
  const found = new Set<string>();
  for (const source of sources) {
    const files = await source.of(document);
    if (files === null) return null;
    for (const file of files) found.add(file);
  }
  return found;
}
