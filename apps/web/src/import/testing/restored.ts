/** Imports of zip files without a server: what is made, and the report. */
import { type Archive, openArchive } from '../archive.ts';
import { type ArchiveImport, importArchive } from '../archive-import.ts';
import { refusalOf } from '../convert-file.ts';
import type { FileReading } from '../conversion.ts';
import type { NewDocument } from '../create-document.ts';

interface Options {
  /** Titles of documents that the server refuses, that cannot be made, and that are incomplete. */
  readonly refuse?: string;
  readonly fail?: string;
  readonly incomplete?: string;
  readonly parent?: string | null;
}

interface Restored {
  readonly result: ArchiveImport;
  readonly created: readonly NewDocument[];
}

export async function restored(
  blob: Blob,
  { refuse = '', fail = '', incomplete = '', parent = null }: Options = {},
): Promise<Restored> {
  const created: NewDocument[] = [];
  let archive: Archive | null = null;
  const reading: Pick<FileReading, 'openArchive' | 'readDocument'> = {
    async openArchive(given) {
      try {
        archive = await openArchive(given);
        return { kind: 'archive', contents: archive.contents };
      } catch (error) {
        return { kind: 'refused', reason: refusalOf(error) };
      }
    },
    async readDocument(index) {
      try {
        return { kind: 'imported', ...(await archive!.read(index)) };
      } catch (error) {
        return { kind: 'refused', reason: refusalOf(error) };
      }
    },
  };
  const result = await importArchive(blob, {
    reading,
    create(document) {
      if (document.title === fail) return Promise.reject(new Error('not loaded'));
      if (document.title === refuse)
        return Promise.resolve({ kind: 'refused', error: { code: 'limit' } as never });
      created.push(document);
      const made = { document: `new-${document.title}` };
      return Promise.resolve(
        document.title === incomplete
          ? { kind: 'incomplete', ...made, error: null }
          : { kind: 'created', ...made, losses: [] },
      );
    },
    parent,
    now: 1_000_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return { result, created };
}
