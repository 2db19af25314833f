/** The files that versions of a document show (FS7). */
import { EngineError } from '../engine/port.ts';
import type { FoundFiles, History } from '../history/port.ts';
import type { FileReferences } from './file-references.ts';

/** The thread of the history reads and searches, some rows at a time, so that others who ask it have their turn. */
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
): Promise<readonly string[]> {
  const found = new Set<string>();
  let after: number | null = 0;
  while (after !== null && found.size < files.length) {
    const left = files.filter((file) => !found.has(file));
    const answer: FoundFiles | null = await history.read({
      kind: 'files',
      document,
      after,
      files: left,
    });
    for (const file of answer?.found ?? []) found.add(file);
    after = answer?.next ?? null;
  }
  return [...found];
}
