/** Copies of files that a person has pasted from another document: the server makes them, one after the other (FI12). */
import { errorAnswer, fileCopyPath } from '@tandem/protocol';
import type { UploadState } from '../editor/files/editor-files.ts';

export type CopyResult =
  | { readonly kind: 'copied' }
  | { readonly kind: 'later' }
  /** A sentence. */
  | { readonly kind: 'refused'; readonly message: string };

export interface FileCopiesOptions {
  readonly copy: (file: string) => Promise<CopyResult>;
  readonly setTimer: (run: () => void, delayMs: number) => unknown;
}

const COPYING: UploadState = { kind: 'copying' };
export const COPY_RETRY_MS = 5_000;

export class FileCopies {
  readonly #options: FileCopiesOptions;
  readonly #states = new Map<string, UploadState>();
  readonly #listeners = new Set<() => void>();
  #isRunning = false;

  constructor(options: FileCopiesOptions) {
    this.#options = options;
  }

  add(files: readonly string[]): void {
    for (const file of files) this.#states.set(file, COPYING);
    this.#changed();
    void this.#run();
  }

  get(file: string): UploadState | null {
    return this.#states.get(file) ?? null;
  }

  retry(file: string): void {
    if (this.#states.has(file)) this.add([file]);
  }

  cancel(file: string): void {
    if (this.#states.delete(file)) this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (;;) {
      const next = [...this.#states].find(([, state]) => state === COPYING)?.[0];
      if (next === undefined) break;
      const result = await this.#options.copy(next);
      if (result.kind === 'later') {
        this.#options.setTimer(() => {
          this.#isRunning = false;
          void this.#run();
        }, COPY_RETRY_MS);
        return;
      }
      if (this.#states.get(next) !== COPYING) continue;
      if (result.kind === 'copied') this.#states.delete(next);
      else this.#states.set(next, { kind: 'failed', message: result.message });
      this.#changed();
    }
    this.#isRunning = false;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const SERVER_FAULT = 500;
const UNAUTHORIZED = 401;

export async function copyFile(document: string, file: string): Promise<CopyResult> {
  const answer = await fetch(fileCopyPath(document, file), { method: 'POST' }).catch(() => null);
  const isLater =
    answer === null || answer.status >= SERVER_FAULT || answer.status === UNAUTHORIZED;
  if (isLater) return { kind: 'later' };
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return { kind: 'copied' };
  const error = errorAnswer.safeParse(body).data?.error;
  if (error === undefined || error.temporary) return { kind: 'later' };
  return { kind: 'refused', message: error.message };
}
