/** Executes commands in the order of their arrival, many in one transaction. */
import { errorOf } from '@tandem/protocol';
import type { Clock } from '../runtime/clock.ts';
import { GroupCommit } from '../storage/group-commit.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import type {
  CommandAnswer,
  CommandRequest,
  CommittedBatch,
  ServerCommandName,
} from './command-runner.ts';
import type { CommandTransactions, TransactionResult } from './command-transactions.ts';

export interface NumberedRequest extends CommandRequest {
  readonly number: number;
}

export interface NumberedAnswer {
  readonly number: number;
  readonly answer: CommandAnswer;
}

export type CommandWorkerMessage =
  | ({
      readonly kind: 'committed';
      readonly answers: readonly NumberedAnswer[];
    } & CommittedBatch)
  | { readonly kind: 'stalled'; readonly detail: string }
  | { readonly kind: 'resumed' }
  | CommandFault;

export interface CommandFault {
  readonly kind: 'fault';
  readonly user: string;
  readonly id: string;
  readonly command: ServerCommandName;
  readonly detail: string;
}

export function toFault({ user, command }: CommandRequest, error: unknown): CommandFault {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'fault', user, id: command.id, command: command.name, detail };
}

export interface CommandBatcherOptions {
  readonly transactions: CommandTransactions;
  readonly send: (message: CommandWorkerMessage) => void;
  readonly clock: Clock;
  readonly defer: (run: () => void) => void;
}

export class CommandBatcher implements AsyncDisposable {
  readonly #options: CommandBatcherOptions;
  readonly #commit: GroupCommit<NumberedRequest, TransactionResult>;
  #queue: NumberedRequest[] = [];
  #turn: 'none' | 'scheduled' = 'none';

  constructor(options: CommandBatcherOptions) {
    const { transactions, send, clock } = options;
    this.#options = options;
    this.#commit = new GroupCommit({
      clock,
      take: (limit) => this.#queue.slice(0, Math.min(limit, COMMAND_LIMITS.perTransaction)),
      commit: (requests) => transactions.run(requests),
      onCommitted: (requests, result, tookMs) => this.#finish(requests, result, tookMs),
      onRejected: (request, error) => this.#reject(request, error),
      onStalled: ({ message }) => send({ kind: 'stalled', detail: message }),
      onResumed: () => send({ kind: 'resumed' }),
      onReady: () => this.#wake(),
    });
  }

  receive(requests: readonly NumberedRequest[]): void {
    this.#queue.push(...requests);
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commit.drain();
  }

  #wake(): void {
    if (this.#turn === 'scheduled' || this.#queue.length === 0) return;
    this.#turn = 'scheduled';
    this.#options.defer(() => {
      this.#turn = 'none';
      this.#commit.start();
    });
  }

  #finish(
    requests: readonly NumberedRequest[],
    { answers, entry, events, effects }: TransactionResult,
    tookMs: number,
  ): void {
    this.#queue = this.#queue.slice(requests.length);
    this.#options.send({
      kind: 'committed',
      answers: requests.map(({ number }, i) => ({ number, answer: answers[i] as CommandAnswer })),
      tookMs,
      entry,
      events,
      effects,
    });
  }

  #reject(request: NumberedRequest, error: unknown): void {
    const { send } = this.#options;
    const { number } = request;
    this.#queue = this.#queue.slice(1);
    send(toFault(request, error));
    const answer = { kind: 'refused', error: errorOf('command-failed') } as const;
    send({
      kind: 'committed',
      answers: [{ number, answer }],
      tookMs: null,
      entry: null,
      events: [],
      effects: [],
    });
  }
}
