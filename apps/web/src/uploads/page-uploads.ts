/** The queue of this page, and the uploads of single documents in it. Loaded with the first file. */
import '../editor/files/file-texts.ts';
import { toFileName } from '@tandem/protocol';
import { newFileId } from '@tandem/protocol/file-secrets';
import { currentLanguage, translate } from '../translation/translation.ts';
import type { AddedFile, FileUploads, UploadState } from '../editor/files/editor-files.ts';
import { formatBytes } from '../editor/files/file-words.ts';
import { copyFile, FileCopies } from './file-copies.ts';
import { sendFile } from './send-file.ts';
import { UploadQueue, type Failure, type QueuedState } from './upload-queue.ts';
import { currentOwner } from './upload-owner.ts';
import { BrowserUploadStore } from './upload-store.ts';
import { noteWaiting } from './uploads-database.ts';

const IMAGE_TYPES = /^image\/(?:png|jpeg|gif|webp|avif)$/;

/** Of what was sent, which is shown until the page is left. */
const MAX_KEPT_BLOBS = 100;

const store = new BrowserUploadStore();
const queue = new UploadQueue({
  store,
  owner: currentOwner,
  send: sendFile,
  exclusively,
  setTimer: (run, delayMs) => setTimeout(run, delayMs),
  clearTimer: (timer) => clearTimeout(timer as number),
});

const blobs = new Map<string, Blob>();

const started = queue.start().then(() => {
  for (const { file, blob } of queue.uploads()) keepBlob(file, blob);
});
queue.subscribe(() => void noteUnsent());
addEventListener('online', () => queue.hurry());
addEventListener('beforeunload', (event) => {
  if (queue.isOnlyInMemory) event.preventDefault();
});

/** Other tabs, and other people on this device, may have some in the store. */
async function noteUnsent(): Promise<void> {
  if (queue.uploads().length > 0) noteWaiting(true);
  else if ((await store.count()) === 0 && queue.uploads().length === 0) noteWaiting(false);
}

export async function unsentUploads(): Promise<number> {
  await started;
  return await queue.unsent();
}

export async function takeUploadsFromGuests(): Promise<void> {
  await started;
  await queue.takeFromGuests();
}

export async function uploadsOf(document: string): Promise<FileUploads> {
  await started;
  return new DocumentUploads(document);
}

class DocumentUploads implements FileUploads {
  readonly #document: string;
  readonly #copies: FileCopies;
  readonly #shown = new Map<string, readonly [QueuedState, UploadState]>();

  constructor(document: string) {
    this.#document = document;
    this.#copies = new FileCopies({
      copy: (file) => copyFile(document, file),
      setTimer: (run, delayMs) => setTimeout(run, delayMs),
    });
  }

  copy(files: readonly string[]): void {
    this.#copies.add(files.filter((file) => queue.find(this.#document, file) === null));
  }

  add(files: readonly File[]): readonly AddedFile[] | null {
    const document = this.#document;
    const owner = currentOwner();
    const uploads = files.map((blob) => {
      const { id: file, secret } = newFileId(Date.now(), randomBytes);
      return { document, file, secret, name: toFileName(blob.name), blob, owner };
    });
    if (!queue.add(uploads)) return null;
    const added = uploads.map(({ file, name, blob }): AddedFile => {
      const kind = IMAGE_TYPES.test(blob.type) ? 'image' : 'file';
      return { id: file, name, size: blob.size, kind, blob };
    });
    for (const { id, blob, kind } of added) if (kind === 'image') keepBlob(id, blob);
    return added;
  }

  get(file: string): UploadState | null {
    const state = queue.find(this.#document, file);
    if (state === null) return this.#copies.get(file);
    const known = this.#shown.get(file);
    if (known?.[0] === state) return known[1];
    const shown = toUploadState(state);
    this.#shown.set(file, [state, shown]);
    return shown;
  }

  blob(file: string): Blob | null {
    return blobs.get(file) ?? null;
  }

  retry(file: string): void {
    queue.retry(this.#document, file);
    this.#copies.retry(file);
  }

  cancel(file: string): void {
    queue.cancel(this.#document, file);
    this.#copies.cancel(file);
  }

  subscribe(listener: () => void): () => void {
    const stops = [queue.subscribe(listener), this.#copies.subscribe(listener)];
    return () => stops.forEach((stop) => stop());
  }
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

function toUploadState(state: QueuedState): UploadState {
  return state.kind === 'failed' ? { kind: 'failed', message: messageOf(state.reason) } : state;
}

function messageOf(failure: Failure): string {
  switch (failure.kind) {
    case 'off':
      return translate('editor.files.off');
    case 'too-large':
      return translate('editor.files.tooLarge', {
        most: formatBytes(failure.maxBytes, currentLanguage()),
      });
    case 'no-document':
    case 'refused':
      return failure.message;
  }
}

function keepBlob(file: string, blob: Blob): void {
  blobs.set(file, blob);
  const [oldest] = blobs.keys();
  if (blobs.size > MAX_KEPT_BLOBS && oldest !== undefined) blobs.delete(oldest);
}

/** Pages without a secure connection have no locks; their tabs may send a file twice. */
async function exclusively(name: string, work: () => Promise<void>): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) {
    await work();
    return true;
  }
  return await locks.request(`tandem-upload:${name}`, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work();
    return lock !== null;
  });
}
