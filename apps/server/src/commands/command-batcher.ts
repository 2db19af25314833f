/**
 * Group commit of commands without a timer: one transaction at a time, in the order in which commands
 * came; what comes meanwhile is in the next one. A transaction that the disk did not take is tried again after
 * pauses that double, and nobody overtakes it.
 */
import { errorOf } from '@tandem/protocol';
import { DatabaseError } from '../storage/storage-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { COMMIT_RETRY_CAP_MS, COMMIT_RETRY_FIRST_MS } from '../engine/limits.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import type { CommandTransactions } from './command-transactions.ts';
import type { CommandAnswer, CommandRequest, CommittedBatch } from './runner.ts';
import type { ServerCommandName } from './server-command.ts';

export interface NumberedRequest extends CommandRequest {
  readonly number: number;
}

export interface NumberedAnswer {
  readonly number: number;
  readonly answer: CommandAnswer;
}

/** What the host says, in the order in which it happened. */
export type CommandNews =
  | ({
      readonly kind: 'committed';
      readonly answers: readonly NumberedAnswer[];
    } & CommittedBatch)
  | { readonly kind: 'stalled'; readonly detail: string }
  | { readonly kind: 'resumed' }
  /** A handler threw, or a transaction of one command failed: a fault of ours. */
  | { readonly kind: 'fault'; readonly command: ServerCommandName; readonly detail: string };

export interface CommandBatcherOptions {
  readonly transactions: CommandTransactions;
  readonly send: (news: CommandNews) => void;
  readonly clock: Clock;
  /** Runs something after all that has arrived was received. */
  readonly defer: (run: () => void) => void;
}

export class CommandBatcher implements AsyncDisposable {
  readonly #options: CommandBatcherOptions;
  #queue: NumberedRequest[] = [];
  #state: 'idle' | 'running' | 'paused' = 'idle';
  /** Transactions that failed in a row. */
  #failures = 0;
  /** Transactions still to be made of one command each, so that the one at fault is found. */
  #single = 0;
  #settled: Promise<void> = Promise.resolve();
  #retry: unknown;

  constructor(options: CommandBatcherOptions) {
    this.#options = options;
  }

  receive(requests: readonly NumberedRequest[]): void {
    this.#queue.push(...requests);
    this.#start();
  }

  /** Carries out what is there, with one last try where the disk does not take it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'paused') this.#resume();
    while (this.#state === 'running') await this.#settled;
    this.#options.clock.clearTimeout(this.#retry);
  }

  #start(): void {
    if (this.#state !== 'idle' || this.#queue.length === 0) return;
    this.#state = 'running';
    this.#settled = new Promise((resolve) =>
      this.#options.defer(() => void this.#run().then(resolve)),
    );
  }

  async #run(): Promise<void> {
    const { transactions, send } = this.#options;
    const requests = this.#queue.slice(0, this.#single > 0 ? 1 : COMMAND_LIMITS.perTransaction);
    const beganMs = performance.now();
    try {
      const { answers, events, effects } = await transactions.run(requests);
      if (this.#failures > 0) send({ kind: 'resumed' });
      this.#failures = 0;
      send({
        kind: 'committed',
        answers: requests.map(({ number }, i) => ({ number, answer: answers[i] as CommandAnswer })),
        tookMs: performance.now() - beganMs,
        events,
        effects,
      });
      this.#finished(requests.length);
    } catch (error) {
      this.#failed(requests, error);
    }
    this.#start();
  }

  #finished(requests: number): void {
    this.#queue = this.#queue.slice(requests);
    this.#single = Math.max(0, this.#single - 1);
    this.#state = 'idle';
  }

  #failed(requests: readonly NumberedRequest[], error: unknown): void {
    const { send } = this.#options;
    if (error instanceof DatabaseError && error.failure !== 'failed') {
      this.#pause(error);
    } else if (requests.length > 1) {
      this.#single = requests.length;
      this.#state = 'idle';
    } else {
      for (const { number, command } of requests) {
        send({ kind: 'fault', command: command.name, detail: String(error) });
        const answer = { kind: 'refused', error: errorOf('internal') } as const;
        const answers = [{ number, answer }];
        send({ kind: 'committed', answers, tookMs: null, events: [], effects: [] });
      }
      this.#finished(requests.length);
    }
  }

  #pause(error: DatabaseError): void {
    const { clock, send } = this.#options;
    if (this.#failures === 0) send({ kind: 'stalled', detail: error.message });
    const pauseMs = COMMIT_RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 16);
    this.#failures++;
    this.#state = 'paused';
    this.#retry = clock.setTimeout(() => this.#resume(), Math.min(COMMIT_RETRY_CAP_MS, pauseMs));
  }

  #resume(): void {
    this.#options.clock.clearTimeout(this.#retry);
    this.#state = 'idle';
    this.#start();
  }
}
