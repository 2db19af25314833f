/**
 * Follows what other processes append to a shard's documents: by the rows that the bus delivers, and by
 * reading the journal after a conflict, for a gap, and for a client that is ahead (CL2, CL11, CL12).
 */
import { FOLLOW_GAP_MS } from '@tandem/sync';
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { COMMIT_RETRY } from '../storage/group-commit.ts';
import type { Journal } from '../storage/journal/journal.ts';
import { isRetryable } from '../storage/storage-error.ts';
import type { LoadedDocument } from './loaded-document.ts';
import type { FollowRequest } from './port.ts';
import type { RequestOf } from './shard-message.ts';

export type WaitingRequest = RequestOf<'open' | 'append'>;

export interface DocumentFollowingOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** The document may have new rows, and updates to append. */
  readonly onFollowed: (document: LoadedDocument) => void;
  /** Called for each request that waited, in order. */
  readonly onCaughtUp: (document: LoadedDocument, request: WaitingRequest) => void;
  readonly onLost: (document: LoadedDocument, error: unknown) => void;
}

interface Waiting {
  state: 'idle' | 'reading';
  timer: unknown;
  failures: number;
  /** Each waits for the read of its number. */
  requests: readonly { readonly request: WaitingRequest; readonly read: number }[];
}

export class DocumentFollowing implements Disposable {
  readonly #options: DocumentFollowingOptions;
  readonly #waiting = new Map<LoadedDocument, Waiting>();
  readonly #reads = new Set<Promise<void>>();

  constructor(options: DocumentFollowingOptions) {
    this.#options = options;
  }

  get isReading(): boolean {
    return this.#reads.size > 0;
  }

  get waitingBytes(): number {
    let bytes = 0;
    for (const { requests } of this.#waiting.values())
      for (const { request } of requests)
        if (request.kind === 'append') bytes += request.update.byteLength;
    return bytes;
  }

  async readsEnded(): Promise<void> {
    await Promise.all(this.#reads);
  }

  handle(document: LoadedDocument, request: FollowRequest): void {
    const { follower, authority } = document;
    this.#run(document, () => {
      // Only the journal knows which epoch is the current one.
      if (request.epoch !== authority.epoch) follower.request();
      else if (request.kind === 'later') follower.receive(request.later);
      else follower.announce(request.head);
    });
  }

  /** Keeps the request until the document has followed the journal. */
  wait(document: LoadedDocument, request: WaitingRequest): void {
    const waiting = this.#waitingOf(document);
    const earlier = waiting.requests.find(isOf(request.subscription));
    const read = earlier?.read ?? document.follower.request();
    waiting.requests = [...waiting.requests, { request, read }];
    this.#advance(document);
  }

  isWaiting(document: LoadedDocument, subscription: number): boolean {
    return this.#waiting.get(document)?.requests.some(isOf(subscription)) ?? false;
  }

  close(document: LoadedDocument, subscription: number): void {
    const waiting = this.#waiting.get(document);
    if (waiting === undefined) return;
    const isOfSubscription = isOf(subscription);
    waiting.requests = waiting.requests.filter((each) => !isOfSubscription(each));
  }

  /** Call it after each outcome of a batch. */
  resolve(document: LoadedDocument): void {
    this.#run(document, () => document.follower.resolve());
  }

  /** @returns the openings that waited. Updates end with their subscriptions. */
  remove(document: LoadedDocument): readonly RequestOf<'open'>[] {
    const waiting = this.#waiting.get(document);
    if (waiting === undefined) return [];
    this.#options.clock.clearTimeout(waiting.timer);
    this.#waiting.delete(document);
    return waiting.requests
      .map(({ request }) => request)
      .filter((request) => request.kind === 'open');
  }

  [Symbol.dispose](): void {
    for (const document of [...this.#waiting.keys()]) this.remove(document);
  }

  #run(document: LoadedDocument, work: () => void): void {
    const { onFollowed, onLost } = this.#options;
    const { head } = document.authority;
    try {
      document.read(work);
    } catch (error) {
      onLost(document, error);
      return;
    }
    if (document.authority.head !== head) onFollowed(document);
    this.#advance(document);
  }

  #advance(document: LoadedDocument): void {
    const { need } = document.follower;
    if (need === 'nothing' && !this.#waiting.has(document)) return;
    const waiting = this.#waitingOf(document);
    this.#release(document, waiting);
    if (need === 'rows-now' && waiting.failures === 0) this.#read(document, waiting);
    else if (need !== 'nothing') this.#readLater(document, waiting, FOLLOW_GAP_MS);
    else if (waiting.requests.length === 0 && waiting.state === 'idle') this.remove(document);
  }

  #release(document: LoadedDocument, waiting: Waiting): void {
    const isReady = (read: number) => document.follower.isApplied(read);
    const ready = waiting.requests.filter(({ read }) => isReady(read));
    waiting.requests = waiting.requests.filter(({ read }) => !isReady(read));
    for (const { request } of ready) this.#options.onCaughtUp(document, request);
  }

  #readLater(document: LoadedDocument, waiting: Waiting, delayMs: number): void {
    waiting.timer ??= this.#options.clock.setTimeout(() => {
      waiting.timer = null;
      if (document.follower.need !== 'nothing') this.#read(document, waiting);
      else this.#advance(document);
    }, delayMs);
  }

  #read(document: LoadedDocument, waiting: Waiting): void {
    const { journal, clock, onLost } = this.#options;
    clock.clearTimeout(waiting.timer);
    waiting.timer = null;
    waiting.state = 'reading';
    const isRemoved = () => this.#waiting.get(document) !== waiting;
    const read = journal.readLater(document.document, document.follower.begin()).then(
      (later) => {
        if (isRemoved()) return;
        waiting.state = 'idle';
        waiting.failures = 0;
        this.#run(document, () => {
          if (document.follower.answer(later) === 'lost')
            throw new Error('another process changed the document in the journal');
        });
      },
      (error: unknown) => {
        if (isRemoved()) return;
        waiting.state = 'idle';
        document.follower.fail();
        if (!isRetryable(error)) return onLost(document, error);
        this.#readLater(document, waiting, backoffMs(COMMIT_RETRY, waiting.failures++));
      },
    );
    this.#reads.add(read);
    void read.finally(() => this.#reads.delete(read));
  }

  #waitingOf(document: LoadedDocument): Waiting {
    const waiting = this.#waiting.get(document) ?? {
      state: 'idle',
      timer: null,
      failures: 0,
      requests: [],
    };
    this.#waiting.set(document, waiting);
    return waiting;
  }
}

function isOf(subscription: number) {
  return ({ request }: { readonly request: WaitingRequest }) =>
    request.subscription === subscription;
}
