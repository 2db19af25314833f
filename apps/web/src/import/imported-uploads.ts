/** Hands the files of one imported document to the queue of uploads, and follows what becomes of them. */
import type { AddedFile, FileUploads } from '../editor/files/editor-files.ts';
import type { ImportedFile } from './imported.ts';

export class ImportedUploads {
  readonly #uploads: FileUploads;
  readonly #underWay = new Set<string>();
  readonly #stop: () => void;
  #refused = 0;

  constructor(uploads: FileUploads) {
    this.#uploads = uploads;
    this.#stop = uploads.subscribe(() => this.#follow());
  }

  /** Those that the server does not have yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  get refused(): number {
    return this.#refused;
  }

  /** Waits while the queue has no room. @returns null when that is cancelled */
  async add({ blob, name, type }: ImportedFile, signal: AbortSignal): Promise<AddedFile | null> {
    const file = new File([blob], name, { type });
    while (!signal.aborted) {
      const [added] = this.#uploads.add([file]) ?? [];
      if (added !== undefined) {
        this.#underWay.add(added.id);
        return added;
      }
      await this.#change(signal);
    }
    return null;
  }

  subscribe(listener: () => void): () => void {
    return this.#uploads.subscribe(listener);
  }

  close(): void {
    this.#stop();
  }

  /** The queue forgets a file that the server refuses: the report names it, and masses of them would fill this device. */
  #follow(): void {
    for (const file of this.#underWay) {
      const state = this.#uploads.get(file);
      if (state !== null && state.kind !== 'failed') continue;
      this.#underWay.delete(file);
      if (state === null) continue;
      this.#refused++;
      this.#uploads.cancel(file);
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    let stop: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      const end = (): void => resolve();
      const unsubscribe = this.#uploads.subscribe(end);
      signal.addEventListener('abort', end);
      stop = () => {
        unsubscribe();
        signal.removeEventListener('abort', end);
      };
    });
    stop();
  }
}
