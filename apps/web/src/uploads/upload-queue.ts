/**
 * Sends the files that people put into documents, a few at a time, until the server has them: across lost connections,
 * reloads and tabs. A file that is sent twice changes nothing (FI1), so tabs only avoid to do the same work.
 */
import type { SendFile, SendResult } from './send-file.ts';
import type { UploadOwner } from './upload-owner.ts';
import type { StoredUpload, UploadStore } from './upload-store.ts';

export type QueuedState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly share: number }
  | { readonly kind: 'failed'; readonly reason: Failure };

export type Failure = Exclude<SendResult, { readonly kind: 'stored' | 'later' }>;

export interface UploadQueueOptions {
  readonly store: UploadStore;
  readonly send: SendFile;
  /** Null before the first sign-in. */
  readonly owner: () => UploadOwner | null;
  /** Runs the work unless another tab does the same. @returns false in that case */
  readonly exclusively: (name: string, work: () => Promise<void>) => Promise<boolean>;
  readonly setTimer: (run: () => void, delayMs: number) => unknown;
  readonly clearTimer: (timer: unknown) => void;
}

export const QUEUE_LIMITS = {
  maxFiles: 200,
  maxBytes: 500_000_000,
  concurrent: 2,
  retryFirstMs: 1_000,
  retryLastMs: 60_000,
  /** A document that was created offline reaches the server before, or a moment after, its files. */
  attemptsWithoutDocument: 6,
  otherTabMs: 2_000,
} as const;

interface Entry {
  readonly upload: StoredUpload;
  state: QueuedState;
  attempts: number;
  timer: unknown;
  cancel: AbortController | null;
  isPersisted: Promise<boolean>;
}

const WAITING: QueuedState = { kind: 'waiting' };

export class UploadQueue {
  readonly #options: UploadQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #running = 0;
  #isOnlyInMemory = false;

  constructor(options: UploadQueueOptions) {
    this.#options = options;
  }

  /** Takes up what earlier pages of this person have left. */
  async start(): Promise<void> {
    for (const upload of await this.#options.store.all())
      if (!this.#entries.has(keyOf(upload)) && this.#isOurs(upload))
        this.#enqueue(upload, Promise.resolve(true));
    this.#changed();
  }

  /** What guests of this device have added is from now on this person's, who has taken their documents over. */
  async takeFromGuests(): Promise<void> {
    const owner = this.#options.owner();
    for (const upload of await this.#options.store.all())
      if (upload.owner?.isGuest === true) await this.#options.store.put({ ...upload, owner });
  }

  /** What this device has not sent, of all people. */
  async unsent(): Promise<number> {
    return Math.max(await this.#options.store.count(), this.#entries.size);
  }

  /** @returns false when there is no room for all of them */
  add(uploads: readonly StoredUpload[]): boolean {
    // One that has failed does not go on by itself: it must not keep the others from going.
    const unsent = [...this.#entries.values()].filter(({ state }) => state.kind !== 'failed');
    const all = [...unsent.map(({ upload }) => upload), ...uploads];
    const bytes = all.reduce((sum, { blob }) => sum + blob.size, 0);
    if (all.length > QUEUE_LIMITS.maxFiles || bytes > QUEUE_LIMITS.maxBytes) return false;
    for (const upload of uploads) this.#enqueue(upload, this.#options.store.put(upload));
    this.#changed();
    return true;
  }

  uploads(): readonly StoredUpload[] {
    return [...this.#entries.values()].map(({ upload }) => upload);
  }

  find(document: string, file: string): QueuedState | null {
    return this.#entries.get(keyOf({ document, file }))?.state ?? null;
  }

  /** Whether something would be lost if the page were left now. */
  get isOnlyInMemory(): boolean {
    return this.#isOnlyInMemory && this.#entries.size > 0;
  }

  retry(document: string, file: string): void {
    const entry = this.#entries.get(keyOf({ document, file }));
    if (entry?.state.kind !== 'failed') return;
    entry.attempts = 0;
    this.#wait(entry, 0);
  }

  cancel(document: string, file: string): void {
    const entry = this.#entries.get(keyOf({ document, file }));
    if (entry === undefined) return;
    entry.cancel?.abort();
    this.#forget(entry);
  }

  /** The connection is back: nobody waits for a pause to end. */
  hurry(): void {
    for (const entry of this.#entries.values())
      if (entry.state.kind === 'waiting' && entry.cancel === null) this.#wait(entry, 0);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #enqueue(upload: StoredUpload, isPersisted: Promise<boolean>): void {
    const entry: Entry = {
      upload,
      state: WAITING,
      attempts: 0,
      timer: null,
      cancel: null,
      isPersisted,
    };
    void isPersisted.then((isStored) => (this.#isOnlyInMemory ||= !isStored));
    this.#entries.set(keyOf(upload), entry);
    this.#wait(entry, 0);
  }

  #wait(entry: Entry, delayMs: number): void {
    this.#options.clearTimer(entry.timer);
    entry.timer = this.#options.setTimer(() => {
      entry.timer = null;
      this.#next();
    }, delayMs);
    this.#show(entry, WAITING);
  }

  #next(): void {
    for (const entry of this.#entries.values()) {
      if (this.#running >= QUEUE_LIMITS.concurrent) return;
      if (!this.#isOurs(entry.upload)) continue;
      const isDue = entry.state.kind === 'waiting' && entry.timer === null && entry.cancel === null;
      if (isDue) void this.#run(entry);
    }
  }

  #isOurs({ owner }: StoredUpload): boolean {
    return owner === null || owner.id === this.#options.owner()?.id;
  }

  async #run(entry: Entry): Promise<void> {
    entry.cancel = new AbortController();
    this.#running++;
    try {
      const isMine = await this.#options.exclusively(keyOf(entry.upload), () => this.#send(entry));
      if (!isMine) this.#wait(entry, QUEUE_LIMITS.otherTabMs);
    } finally {
      this.#running--;
      entry.cancel = null;
      this.#next();
    }
  }

  async #send(entry: Entry): Promise<void> {
    const { store, send } = this.#options;
    const { upload, cancel } = entry;
    const isPersisted = await entry.isPersisted;
    // Another tab has sent it.
    if (isPersisted && !(await store.has(upload))) return this.#forget(entry);
    if (cancel === null || cancel.signal.aborted) return;
    this.#show(entry, { kind: 'sending', share: 0 });
    const result = await send(upload, {
      signal: cancel.signal,
      onProgress: (share) =>
        !cancel.signal.aborted && this.#show(entry, { kind: 'sending', share }),
    });
    if (!cancel.signal.aborted) this.#onResult(entry, result);
  }

  #onResult(entry: Entry, result: SendResult): void {
    entry.attempts++;
    switch (result.kind) {
      case 'stored':
        return this.#forget(entry);
      case 'later':
        return this.#wait(entry, result.afterMs ?? pauseAfter(entry.attempts));
      case 'no-document':
        if (entry.attempts < QUEUE_LIMITS.attemptsWithoutDocument)
          return this.#wait(entry, pauseAfter(entry.attempts));
        return this.#show(entry, { kind: 'failed', reason: result });
      case 'too-large':
      case 'off':
      case 'refused':
        return this.#show(entry, { kind: 'failed', reason: result });
    }
  }

  #forget(entry: Entry): void {
    this.#options.clearTimer(entry.timer);
    this.#entries.delete(keyOf(entry.upload));
    void entry.isPersisted.then(() => this.#options.store.delete(entry.upload));
    this.#changed();
  }

  #show(entry: Entry, state: QueuedState): void {
    entry.state = state;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function keyOf({ document, file }: Pick<StoredUpload, 'document' | 'file'>): string {
  return `${document}/${file}`;
}

function pauseAfter(attempts: number): number {
  const { retryFirstMs, retryLastMs } = QUEUE_LIMITS;
  return Math.min(retryLastMs, retryFirstMs * 2 ** (attempts - 1));
}
