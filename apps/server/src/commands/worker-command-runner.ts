/**
 * Executes commands in a worker thread. A worker that ends is replaced, and the new one receives all
 * unanswered commands again, which is safe because a command takes effect once.
 */
import type { Directory } from '@tandem/protocol/directory';
import { errorOf, type ErrorBody } from '@tandem/protocol';
import { EngineError, type Engine } from '../engine/port.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { PacedTurns } from '../runtime/paced-turns.ts';
import { StallDetector } from '../runtime/stall-detector.ts';
import { SupervisedWorker, type WorkerEnd } from '../runtime/worker-supervisor.ts';
import { releaseThread, type StorageDescription } from '../storage/storage.ts';
import { storageErrors, UNANSWERED } from '../storage/storage-error.ts';
import { COMMAND_LIMITS, STORAGE_STALL } from '../limits.ts';
import { toFault, type CommandWorkerMessage, type NumberedRequest } from './command-batcher.ts';
import { CommandFaultLog } from './command-fault-log.ts';
import type {
  CommandAnswer,
  CommandRequest,
  CommandRunner,
  CommittedBatch,
  ServerCommand,
} from './command-runner.ts';
import type { CommandWorkerData } from './command-worker.ts';

type NewDocument = Extract<ServerCommand, { name: 'document:create' }>['input'];

export type MayCreate = (user: string, input: NewDocument) => Promise<boolean>;

/** Whether anything but content is known of a document. */
export type IsDocument = (document: string) => Promise<boolean>;

export interface WorkerCommandRunnerOptions {
  readonly storage: StorageDescription;
  readonly engine: Engine;
  readonly log: Log;
  /** Whether the command to create a document will probably be done; it is decided when it is executed. */
  readonly mayCreate: MayCreate;
  readonly isDocument: IsDocument;
  /** Whether commands are recorded in the audit log (AU6). */
  readonly isAudited: boolean;
  readonly allowsPublicPages: boolean;
  /** Those whom they have met without it. */
  readonly directory?: Directory;
  /** Whether the server sends mails. */
  readonly sendsMail: boolean;
  readonly workerUrl?: URL | undefined;
  readonly clock?: Clock | undefined;
}

/** Of content that nobody has written to. */
const FIRST_HEAD = 1;

interface Unanswered {
  readonly request: NumberedRequest;
  readonly resolve: (answer: CommandAnswer) => void;
  attempts: number;
}

export class WorkerCommandRunner implements CommandRunner {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #mayCreate: MayCreate;
  readonly #isDocument: IsDocument;
  /** Documents that are being created, and whether they may be. */
  readonly #creations = new Map<string, Promise<boolean>>();
  readonly #faults: CommandFaultLog;
  readonly #worker: SupervisedWorker<readonly NumberedRequest[], CommandWorkerMessage>;
  readonly #unanswered = new Map<number, Unanswered>();
  readonly #stall: StallDetector;
  readonly #turns: PacedTurns;
  #unsent: NumberedRequest[] = [];
  #lastNumber = 0;
  #storageError: ErrorBody | null = null;
  #storageListener: (error: ErrorBody | null) => void = ignore;
  #committedListener: (batch: CommittedBatch) => void = ignore;
  #lostListener: (unanswered: readonly CommandRequest[]) => void = ignore;

  constructor(options: WorkerCommandRunnerOptions) {
    const {
      storage,
      isAudited,
      allowsPublicPages,
      directory = 'contacts',
      sendsMail,
      engine,
      log,
      workerUrl,
      clock = systemClock,
    } = options;
    this.#engine = engine;
    this.#log = log;
    this.#mayCreate = options.mayCreate;
    this.#isDocument = options.isDocument;
    this.#faults = new CommandFaultLog(log);
    this.#worker = new SupervisedWorker({
      name: 'command',
      workerUrl: workerUrl ?? new URL('./command-worker.js', import.meta.url),
      workerData: {
        storage,
        isAudited,
        allowsPublicPages,
        directory,
        sendsMail,
      } satisfies CommandWorkerData,
      errors: storageErrors,
      clock,
      onMessage: (message) => this.#handle(message),
      onStarted: () => this.#resend(),
      onEnded: (end) => this.#handleEnd(end),
      onExit: (threadId) => releaseThread(storage, threadId),
    });
    this.#turns = new PacedTurns({
      intervalMs: COMMAND_LIMITS.intervalMs,
      clock,
      nextTurn: setImmediate,
    });
    this.#stall = new StallDetector({
      clock,
      afterMs: STORAGE_STALL.afterMs,
      intervalMs: STORAGE_STALL.checkIntervalMs,
      isDue: () => this.#unanswered.size > 0,
      onStalled: () => this.#stalled(UNANSWERED, UNANSWERED.message),
    });
  }

  async start(): Promise<void> {
    await this.#worker.start();
  }

  async run(request: CommandRequest): Promise<CommandAnswer> {
    const { command } = request;
    if (command.name !== 'document:create') return await this.#submit(request);
    try {
      return await this.#create(request, command.input);
    } catch (error) {
      if (error instanceof EngineError) return { kind: 'refused', error: error.body };
      this.#faults.report(toFault(request, error));
      return { kind: 'refused', error: errorOf('command-failed') };
    }
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#send();
    this.#stall[Symbol.dispose]();
    await this.#worker[Symbol.asyncDispose]();
  }

  /** Creates the content first: a user who learns of the document can open it. What is refused has none. */
  async #create(request: CommandRequest, input: NewDocument): Promise<CommandAnswer> {
    const { user } = request;
    const { document } = input;
    const allowed = this.#isAllowed(user, input);
    this.#creations.set(document, allowed);
    try {
      const isExpected = await allowed;
      const made = isExpected ? await this.#engine.create({ document, kind: 'page', user }) : null;
      const answer = await this.#submit(request);
      if (made === 'created' && answer.kind === 'refused' && !answer.error.temporary)
        await this.#deleteContent(document, allowed);
      // It became possible meanwhile.
      if (!isExpected && answer.kind === 'done')
        await this.#engine.create({ document, kind: 'page', user });
      return answer;
    } finally {
      if (this.#creations.get(document) === allowed) this.#creations.delete(document);
    }
  }

  /** What stood in the way happened meanwhile, such as the end of the session. */
  async #deleteContent(document: string, creation: Promise<boolean>): Promise<void> {
    try {
      if (await this.#isDocument(document)) return;
      // Another command is creating it.
      if (this.#creations.get(document) !== creation) return;
      await this.#engine.delete(document, { maxHead: FIRST_HEAD });
    } catch (error) {
      this.#log.warn({ err: error }, 'content of a refused document could not be deleted');
    }
  }

  async #isAllowed(user: string, input: NewDocument): Promise<boolean> {
    // The one around it may be on its way, in the same batch.
    const around = this.#creations.get(input.parent ?? '');
    if (around !== undefined) return await around;
    try {
      return await this.#mayCreate(user, input);
    } catch {
      // Storage fails: what follows says so.
      return true;
    }
  }

  #submit(request: CommandRequest): Promise<CommandAnswer> {
    const numbered: NumberedRequest = { ...request, number: ++this.#lastNumber };
    if (this.#unsent.push(numbered) === 1) this.#turns.run(() => this.#send());
    return new Promise((resolve) => {
      this.#unanswered.set(numbered.number, { request: numbered, resolve, attempts: 1 });
    });
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#worker.post(this.#unsent);
    this.#unsent = [];
    this.#stall.sent();
  }

  #resend(): void {
    const unanswered = [...this.#unanswered.values()].map(({ request }) => request);
    this.#unsent = [];
    if (unanswered.length > 0) this.#worker.post(unanswered);
    this.#stall.sent();
  }

  #handle(message: CommandWorkerMessage): void {
    switch (message.kind) {
      case 'committed':
        // Events and effects before the answers.
        this.#committedListener(message);
        for (const { number, answer } of message.answers) this.#settle(number, answer);
        break;
      case 'stalled':
        this.#stalled(errorOf('storage-failed'), message.detail);
        break;
      case 'resumed':
        this.#resumed();
        break;
      case 'fault':
        this.#faults.report(message);
    }
    if (this.#stall.answered() && this.#storageError === UNANSWERED) this.#resumed();
  }

  #stalled(error: ErrorBody, reason: string): void {
    if (this.#storageError !== null && error === UNANSWERED) return;
    this.#log.error({ reason }, 'storing commands has stalled');
    this.#setStorageError(error);
  }

  #resumed(): void {
    this.#log.info('storing commands works again');
    this.#setStorageError(null);
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

  #handleEnd({ detail }: WorkerEnd): void {
    this.#log.error({ detail }, 'command worker ended');
    this.#stall.answered();
    // The next worker reports the failure again if storing still fails.
    if (this.#storageError !== null) this.#setStorageError(null);
    const requests = [...this.#unanswered.values()].map(({ request }) => request);
    for (const [number, unanswered] of this.#unanswered) {
      if (++unanswered.attempts > COMMAND_LIMITS.maxAttempts)
        this.#settle(number, { kind: 'refused', error: errorOf('command-failed') });
    }
    this.#lostListener(requests);
  }
}

function ignore(): void {}
