/** What the editor of a document needs of its files. The code of uploads is loaded when it is first needed. */
import { filePath } from '@tandem/protocol';
import type { EditorFiles, FileUploads, KeptImages } from '../editor/files/editor-files.ts';
import { findOwnerBy, type UploadOwner } from './upload-owner.ts';
import { mayHaveWaiting } from './uploads-database.ts';

/** Where their code does not load. */
const NONE_KEPT: KeptImages = { keep() {}, find: async () => null, forget() {} };

const load = () => import('./page-uploads.ts');

export function documentFiles(document: string): EditorFiles {
  let uploads: Promise<FileUploads> | null = null;
  const find = (): Promise<FileUploads> =>
    (uploads ??= load().then(({ uploadsOf }) => uploadsOf(document)));
  return {
    address: (file) => filePath(document, file),
    uploads: find,
    kept: () =>
      import('../image-cache/kept-images.ts')
        .then(({ keptImages }) => keptImages(document))
        .catch(() => NONE_KEPT),
    onPasted: (files) => void find().then((found) => found.copy(files)),
  };
}

/** Goes on with what earlier pages have left. */
export function resumeUploads(owner: () => UploadOwner | null): void {
  findOwnerBy(owner);
  if (mayHaveWaiting()) void load();
}

/** Whether this device has files that it has not sent; true also where nobody can tell. */
export async function hasUnsentUploads(): Promise<boolean> {
  if (!mayHaveWaiting()) return false;
  try {
    return (await (await load()).unsentUploads()) > 0;
  } catch {
    return true;
  }
}

/** What a guest of this device has not sent becomes the person's, together with the guest's documents. */
export async function takeUploadsFromGuests(): Promise<void> {
  if (mayHaveWaiting()) await (await load()).takeUploadsFromGuests();
}
