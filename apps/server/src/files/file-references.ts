/** The job that finds files to which nothing refers any more: FS7, FI9. */
import type { Engine } from '../engine/port.ts';
import { ItemFailures } from '../jobs/item-failures.ts';
import { recurringJob } from '../jobs/job-handler.ts';
import { FILES } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import {
  listDocumentsWithFiles,
  listStoredFiles,
  noteReferences,
} from '../storage/discarded-files.ts';
import type { Database } from '../storage/tables.ts';

export interface FileReferences {
  /**
   * @param files those in question
   * @returns ids of files that a document needs; null when nobody can tell now, so that all of them stay
   */
  of(document: string, files: readonly string[]): Promise<Iterable<string> | null>;
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
  /** A file is kept while one of them refers to it. What is asked first costs least. */
  readonly sources: readonly FileReferences[];
  readonly clock: Pick<Clock, 'now'>;
}) {
  const check = async (document: string): Promise<void> => {
    const files = await listStoredFiles(db, document);
    const referenced = await referencesOf(document, { files, sources });
    if (referenced === null) return;
    const at = clock.now();
    const before = at - FILES.unreferencedMs;
    await noteReferences(db, { document, referenced, at, before });
  };
  return recurringJob({
    kind: 'file-reference-sweep',
    intervalMs: FILES.referenceSweepMs,
    async run({ signal }) {
      const failures = new ItemFailures();
      let after: string | undefined = '';
      while (after !== undefined) {
        const documents = await listDocumentsWithFiles(db, { after, limit: FILES.perSweep });
        for (const document of documents) {
          signal.throwIfAborted();
          await failures.attempt(() => check(document));
        }
        after = documents.at(-1);
      }
      failures.throwIfAny();
    },
  });
}

async function referencesOf(
  document: string,
  {
    files,
    sources,
  }: { readonly files: readonly string[]; readonly sources: readonly FileReferences[] },
): Promise<ReadonlySet<string> | null> {
  const found = new Set<string>();
  for (const source of sources) {
    const left = files.filter((file) => !found.has(file));
    if (left.length === 0) break;
    const needed = await source.of(document, left);
    if (needed === null) return null;
    for (const file of needed) found.add(file);
  }
  return found;
}
