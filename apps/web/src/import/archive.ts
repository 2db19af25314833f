/**
 * Zip files of documents: an exported workspace, or Markdown in folders. They are read in the thread that reads files,
 * one document at a time.
 */
import { MANIFEST_PATH } from '../export/workspace-manifest.ts';
import { FolderReader } from './folder-reader.ts';
import type { ImportedDocument } from './imported.ts';
import { WorkspaceReader } from './workspace-reader.ts';
import { ZipEntries } from './zip-entries.ts';

export interface ArchivedDocument {
  /** By which the parts of an archive name it. Links to `/d/<id>` lead to it. */
  readonly id: string;
  /** A document before it in the list; null at the top of the tree. */
  readonly parent: string | null;
  readonly title: string;
}

export interface ArchiveContents {
  /** In the order of the tree. Null for one that cannot be read. */
  readonly documents: readonly (ArchivedDocument | null)[];
  /** The number of files that are in it for documents that refer to them. */
  readonly attachments: number;
}

export interface ArchivedText {
  readonly imported: ImportedDocument;
  /** Paths of files that it refers to. */
  readonly attachments: readonly string[];
}

export interface Archive {
  readonly contents: ArchiveContents;
  /** @param index in the list of documents */
  readonly read: (index: number) => Promise<ArchivedText>;
}

export async function openArchive(blob: Blob): Promise<Archive> {
  const entries = await ZipEntries.open(blob);
  return entries.has(MANIFEST_PATH)
    ? await WorkspaceReader.open(entries)
    : await FolderReader.open(entries);
}
