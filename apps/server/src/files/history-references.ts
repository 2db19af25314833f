/** The files that versions of a document show (FS7). */
import { decodeHistoryRows, type HistoryRow } from '@tandem/protocol';
import { EngineError } from '../engine/port.ts';
import type { History } from '../history/port.ts';
import type { FileReferences } from './file-references.ts';

/** An update contains the id of each file that it brought into the text, as it is, also once the text has lost it. */
export function historyReferences(history: Pick<History, 'read'>): FileReferences {
  return {
    async of(document, files) {
      try {
        return await findFiles(history, document, files);
      } catch (error) {
        if (error instanceof EngineError) return null;
        throw error;
      }
    },
  };
}

async function findFiles(
  history: Pick<History, 'read'>,
  document: string,
  files: readonly string[],
): Promise<readonly string[] | null> {
  const list = await history.read({ kind: 'sessions', document, before: null });
  const upTo = list?.head ?? 0;
  const sought = new Set(files);
  let after = 0;
  while (after < upTo && sought.size > 0) {
    const rows = await history.read({ kind: 'rows', document, after, upTo });
    const read = rows === null ? [] : decodeHistoryRows(rows);
    const last = read.at(-1);
    // A compaction or a purge meanwhile: the next run can tell.
    if (last === undefined) return null;
    for (const row of read) removeFound(sought, row);
    after = last.offset;
  }
  return files.filter((file) => !sought.has(file));
}

function removeFound(sought: Set<string>, { update }: HistoryRow): void {
  const bytes = Buffer.from(update.buffer, update.byteOffset, update.byteLength);
  for (const file of sought) if (bytes.includes(file)) sought.delete(file);
}
