import type * as Y from 'yjs';
import { schemaVersion, setSchemaVersion } from './page.ts';
import { type PageRoots, pageRoots } from './stream/roots.ts';

/**
 * One step from the version before to `to`.
 *
 * Two peers may take the same step on their own copies, and editors may be offline with the page as it was before. So
 * a step must converge when it is taken twice at once: it may set attributes and formats as a function of the page
 * alone. Inserting or replacing text or markers would show them twice.
 */
export interface Migration {
  readonly to: number;
  readonly migrate: (roots: PageRoots) => void;
}

/** In ascending order of `to`; the last one's is `SCHEMA_VERSION`, unless that is still 1. */
export const MIGRATIONS: readonly Migration[] = [];

/** Takes a page through the steps that it lacks, in one transaction. A newer or current page is left alone. */
export function migratePage(
  doc: Y.Doc,
  migrations: readonly Migration[] = MIGRATIONS,
): 'unchanged' | 'migrated' {
  const roots = pageRoots(doc);
  const from = schemaVersion(roots);
  const missing = migrations.filter(({ to }) => to > from);
  if (missing.length === 0) return 'unchanged';
  doc.transact(() => {
    for (const { to, migrate } of missing) {
      migrate(roots);
      setSchemaVersion(roots, to);
    }
  });
  return 'migrated';
}
