/**
 * The history in a worker thread, which begins with the first request. It takes one request at a time, so that its
 * memory is that of one document; the others wait, and one too many is refused. Next is the person who was served
 * longest ago, so that nobody waits for more than one request of each other person.
 */
import { errorOf } from '@tandem/protocol';
import { LRUCache } from 'lru-cache';
import { EngineError } from '../engine/port.ts';
import { MAX_TRACKED_CALLERS } from '../limits.ts';
import { HISTORY } from '../storage/history/limits.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { SupervisedWorker } from '../runtime/worker-supervisor.ts';
import { releaseThread, type StorageDescription } from '../storage/storage.ts';
import { storageErrors } from '../storage/storage-error.ts';
import type { HistoryReply, HistoryWorkerData } from './history-worker.ts';
import {
  HistoryThreadEnded,
  type Asker,
  type History,
  type HistoryAnswers,
  type HistoryRequest,
} from './port.ts';

export interface WorkerHistoryOptions {
  readonly storage: StorageDescription;
  readonly log: Pick<Log, 'error'>;
  /** The name of the thread. */
  readonly name: string;
  readonly placesPerPerson: number;
  /** How many requests of all people may wait. */
  readonly places?: number;
  readonly workerUrl?: URL | undefined;
}

interface Waiting {
  readonly request: HistoryRequest;
  readonly user: string | null;
  readonly resolve: (answer: HistoryAnswers[HistoryRequest['kind']] | null) => void;
  readonly reject: (error: EngineError) => void;
}

/** Who asks for the jobs of the server itself. */
const SERVER = '';

export class WorkerHistory implements History {
  readonly #log: Pick<Log, 'error'>;
  readonly #worker: SupervisedWorker<HistoryRequest, HistoryReply>;
  readonly #placesPerPerson: number;
  readonly #places: number;
  #waiting: Waiting[] = [];
  /** By person, their last turn. Those whose turn was longest ago are forgotten, and are next. */
  readonly #turns = new LRUCache<string, number>({ max: MAX_TRACKED_CALLERS });
  #lastTurn = 0;
  #current: Waiting | null = null;
  #state: 'unused' | 'starting' | 'ready' | 'ended' = 'unused';

  constructor(options: WorkerHistoryOptions) {
    const { storage, log, name, workerUrl } = options;
    this.#log = log;
    this.#placesPerPerson = options.placesPerPerson;
    this.#places = options.places ?? HISTORY.maxQueued;
    this.#worker = new SupervisedWorker({
      name,
      workerUrl: workerUrl ?? new URL('./history-worker.js', import.meta.url),
      workerData: { storage } satisfies HistoryWorkerData,
      errors: storageErrors,
      clock: systemClock,
      onMessage: (reply) => this.#answer(reply),
      onStarted: () => this.#start(),
      onEnded: ({ detail }) => this.#fail(detail),
      onExit: (threadId) => releaseThread(storage, threadId),
    });
  }

  read<R extends HistoryRequest>(
    request: R,
    asker?: Asker,
  ): Promise<HistoryAnswers[R['kind']] | null> {
    if (this.#isFullFor(asker) || this.#state === 'ended' || asker?.signal.aborted === true)
      return Promise.reject(new EngineError(errorOf('overloaded')));
    const answer = new Promise<HistoryAnswers[HistoryRequest['kind']] | null>((resolve, reject) => {
      const waiting = { request, user: asker?.user ?? null, resolve, reject };
      this.#waiting.push(waiting);
      asker?.signal.addEventListener('abort', () => this.#withdraw(waiting), { once: true });
    });
    if (this.#state === 'unused') {
      this.#state = 'starting';
      this.#worker.startInBackground();
    }
    this.#next();
    return answer as Promise<HistoryAnswers[R['kind']] | null>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'ended';
    for (const { reject } of this.#waiting.splice(0))
      reject(new EngineError(errorOf('overloaded')));
    await this.#worker[Symbol.asyncDispose]();
    this.#current?.reject(new EngineError(errorOf('overloaded')));
  }

  #isFullFor(asker: Asker | undefined): boolean {
    if (this.#waiting.length >= this.#places) return true;
    if (asker === undefined) return false;
    const own = [this.#current, ...this.#waiting].filter((each) => each?.user === asker.user);
    return own.length >= this.#placesPerPerson;
  }

  /** Nobody waits for it any more. What the thread has begun goes on. */
  #withdraw(waiting: Waiting): void {
    if (!this.#waiting.includes(waiting)) return;
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
    waiting.reject(new EngineError(errorOf('overloaded')));
  }

  #start(): void {
    this.#state = 'ready';
    this.#next();
  }

  #next(): void {
    if (this.#state !== 'ready' || this.#current !== null) return;
    if (this.#waiting.length === 0) return;
    const turnOf = ({ user }: Waiting) => this.#turns.get(user ?? SERVER) ?? 0;
    const next = this.#waiting.reduce((one, other) => (turnOf(other) < turnOf(one) ? other : one));
    this.#turns.set(next.user ?? SERVER, ++this.#lastTurn);
    this.#waiting = this.#waiting.filter((each) => each !== next);
    this.#current = next;
    this.#worker.post(next.request);
  }

  #answer(reply: HistoryReply): void {
    const current = this.#current;
    this.#current = null;
    if (reply.kind === 'done') current?.resolve(reply.answer);
    else {
      this.#log.error(
        { document: current?.request.document, detail: reply.detail },
        'history not read',
      );
      current?.reject(
        new EngineError(errorOf(reply.isStorage ? 'storage-failed' : 'document-damaged')),
      );
    }
    this.#next();
  }

  /** The supervisor starts another worker. */
  #fail(detail: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'starting';
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    this.#log.error({ document: current.request.document, detail }, 'history not read');
    current.reject(new HistoryThreadEnded(errorOf('overloaded')));
  }
}
