/**
 * The runner of a server: commands go to a worker and come back when they are on disk. A worker that ends is
 * started again and gets what is unanswered once more, which is harmless: a command takes effect once.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import { databaseErrors } from '../storage/storage-error.ts';
import { releaseWriteLock, writeLockMemory } from '../storage/sqlite/write-lock.ts';
import { systemClock } from '../runtime/clock.ts';
import { EngineError, type Engine } from '../engine/port.ts';
import { SupervisedWorker, type WorkerEnd } from '../runtime/worker-supervisor.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import type { Log } from '../runtime/log.ts';
import type { CommandNews, NumberedRequest } from './command-batcher.ts';
import type { CommandWorkerData } from './command-worker.ts';
import type { CommandAnswer, CommandRequest, CommandRunner, CommittedBatch } from './runner.ts';

export interface WorkerRunnerOptions {
  /** The database file, with all its tables. */
  readonly path: string;
  readonly engine: Engine;
  readonly log: Log;
  /** Where the bundled worker is; beside this file unless a test puts it elsewhere. */
  readonly workerUrl?: URL | undefined;
}

interface Unanswered {
  readonly request: NumberedRequest;
  readonly resolve: (answer: CommandAnswer) => void;
  attempts: number;
}

export class WorkerRunner implements CommandRunner {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #worker: SupervisedWorker<readonly NumberedRequest[], CommandNews>;
  /** In the order in which they were said. */
  readonly #unanswered = new Map<number, Unanswered>();
  #unsent: NumberedRequest[] = [];
  #lastNumber = 0;
  #storageError: ErrorBody | null = null;
  #storageListener: (error: ErrorBody | null) => void = ignore;
  #committedListener: (batch: CommittedBatch) => void = ignore;
  #lostListener: (unanswered: readonly CommandRequest[]) => void = ignore;

  constructor({ path, engine, log, workerUrl }: WorkerRunnerOptions) {
    this.#engine = engine;
    this.#log = log;
    const lock = writeLockMemory(path);
    this.#worker = new SupervisedWorker({
      name: 'command',
      workerUrl: workerUrl ?? new URL('./command-worker.js', import.meta.url),
      workerData: { path, lock } satisfies CommandWorkerData,
      errors: databaseErrors,
      clock: systemClock,
      onMessage: (news) => this.#handleNews(news),
      onStarted: () => this.#sendAgain(),
      onEnded: (end) => this.#ended(end),
      onExit: (threadId) => releaseWriteLock(lock, threadId),
    });
  }

  /** @throws DatabaseError when the file cannot be used. */
  async start(): Promise<void> {
    await this.#worker.start();
  }

  async run(request: CommandRequest): Promise<CommandAnswer> {
    const { user, command } = request;
    try {
      // Whoever hears of a document can open it.
      if (command.name === 'document:create')
        await this.#engine.create({ document: command.input.document, kind: 'page', user });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { kind: 'refused', error: error.body };
    }
    return await this.#carryOut(request);
  }

  get storageError(): ErrorBody | null {
    return this.#storageError;
  }

  onStorageChanged(listener: (error: ErrorBody | null) => void): void {
    this.#storageListener = listener;
  }

  onCommitted(listener: (batch: CommittedBatch) => void): void {
    this.#committedListener = listener;
  }

  onLost(listener: (unanswered: readonly CommandRequest[]) => void): void {
    this.#lostListener = listener;
  }

  /** What was said before is carried out, where the disk takes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#send();
    await this.#worker[Symbol.asyncDispose]();
  }

  #carryOut(request: CommandRequest): Promise<CommandAnswer> {
    const numbered: NumberedRequest = { ...request, number: ++this.#lastNumber };
    // What a turn of the loop has brought goes to the worker in one message.
    if (this.#unsent.push(numbered) === 1) setImmediate(() => this.#send());
    return new Promise((resolve) => {
      this.#unanswered.set(numbered.number, { request: numbered, resolve, attempts: 1 });
    });
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#worker.post(this.#unsent);
    this.#unsent = [];
  }

  #sendAgain(): void {
    const unanswered = [...this.#unanswered.values()].map(({ request }) => request);
    this.#unsent = [];
    if (unanswered.length > 0) this.#worker.post(unanswered);
  }

  #handleNews(news: CommandNews): void {
    switch (news.kind) {
      case 'committed':
        // Events and effects before the answers.
        this.#committedListener(news);
        for (const { number, answer } of news.answers) this.#settle(number, answer);
        break;
      case 'stalled':
        this.#log.error({ reason: news.detail }, 'no command can be stored; it is tried again');
        this.#setStorageError(errorOf('storage-failed'));
        break;
      case 'resumed':
        this.#log.info('storing commands works again');
        this.#setStorageError(null);
        break;
      case 'fault':
        this.#log.error({ command: news.command, detail: news.detail }, 'a command failed');
    }
  }

  #setStorageError(error: ErrorBody | null): void {
    this.#storageError = error;
    this.#storageListener(error);
  }

  #settle(number: number, answer: CommandAnswer): void {
    const unanswered = this.#unanswered.get(number);
    this.#unanswered.delete(number);
    unanswered?.resolve(answer);
  }

  #ended({ detail }: WorkerEnd): void {
    this.#log.error({ detail }, 'the command worker ended');
    // The next worker states it again where storing still fails.
    if (this.#storageError !== null) this.#setStorageError(null);
    const requests = [...this.#unanswered.values()].map(({ request }) => request);
    for (const [number, unanswered] of this.#unanswered) {
      if (++unanswered.attempts > COMMAND_LIMITS.maxAttempts)
        this.#settle(number, { kind: 'refused', error: errorOf('internal') });
    }
    this.#lostListener(requests);
  }
}

function ignore(): void {}
