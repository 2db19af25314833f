/** What the editor of a document needs of its files. The code of uploads is loaded when it is first needed. */
import { filePath } from '@tandem/protocol';
import type { EditorFiles, FileUploads } from '../editor/files/editor-files.ts';
import { mayHaveWaiting } from './uploads-database.ts';

const load = () => import('./page-uploads.ts');

export function documentFiles(document: string): EditorFiles {
  let uploads: Promise<FileUploads> | null = null;
  return {
    address: (file) => filePath(document, file),
    uploads: () => (uploads ??= load().then(({ uploadsOf }) => uploadsOf(document))),
  };
}

/** Goes on with what earlier pages have left. */
export function resumeUploads(): void {
  if (mayHaveWaiting()) void load();
}
