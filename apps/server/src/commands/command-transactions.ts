/**
 * Executes commands, many in one transaction: their changes, events and results are stored together or not
 * at all. Failures are rare, so a batch runs without savepoints first. When one command fails, the batch is
 * rolled back and runs again with a savepoint for each command, which is slower but isolates the failure.
 */
import { errorOf, MAX_DONE_POSITIONS, type ChannelEvent, type ChannelName } from '@tandem/protocol';
import type { Clock } from '../runtime/clock.ts';
import { nameOf, type ChannelKey } from '../storage/channel-key.ts';
import type { CommandStore } from '../storage/command-store.ts';
import { isRetryable } from '../storage/storage-error.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import type {
  CommandAnswer,
  CommandRequest,
  CommittedBatch,
  Effect,
  ServerCommand,
  ServerCommandName,
} from './command-runner.ts';
import type { Handler, HandlerContext, HandlerTable, NewEvent, Outcome } from './handler.ts';

export interface CommandTransactionsOptions {
  readonly store: CommandStore;
  readonly handlers: HandlerTable;
  readonly clock: Pick<Clock, 'now'>;
  readonly onFault: (request: CommandRequest, error: unknown) => void;
}

export interface TransactionResult extends Omit<CommittedBatch, 'tookMs'> {
  readonly answers: readonly CommandAnswer[];
}

type Done = Extract<CommandAnswer, { kind: 'done' }>;

interface Mode {
  readonly at: number;
  readonly savepoints: 'none' | 'each';
}

class BatchAborted extends Error {}

export class CommandTransactions {
  readonly #options: CommandTransactionsOptions;
  #effects: Effect[] = [];
  #lastAt = 0;
  #count = 0;

  constructor(options: CommandTransactionsOptions) {
    this.#options = options;
  }

  /** @throws when nothing was committed. */
  async run(requests: readonly CommandRequest[]): Promise<TransactionResult> {
    const at = (this.#lastAt = Math.max(this.#lastAt, this.#options.clock.now()));
    try {
      return await this.#transact(requests, { at, savepoints: 'none' });
    } catch (error) {
      if (!(error instanceof BatchAborted)) throw error;
      return await this.#transact(requests, { at, savepoints: 'each' });
    }
  }

  async #transact(requests: readonly CommandRequest[], mode: Mode): Promise<TransactionResult> {
    const { store } = this.#options;
    this.#effects = [];
    const { result: answers, events } = await store.transaction(async () => {
      const given: CommandAnswer[] = [];
      for (const request of requests) given.push(await this.#answer(request, mode));
      if (this.#count++ % COMMAND_LIMITS.transactionsPerSweep === 0)
        await store.deleteExpiredResults(mode.at);
      return given;
    });
    return { answers, events, effects: this.#effects };
  }

  async #answer(request: CommandRequest, { at, savepoints }: Mode): Promise<CommandAnswer> {
    const { user, command } = request;
    const { store } = this.#options;
    const id = { user, id: command.id };
    const stored = await store.findResult(id);
    if (stored !== null)
      return 'error' in stored
        ? { kind: 'refused', error: stored.error }
        : { kind: 'done', repeated: true, positions: stored.positions };
    const published: { readonly key: ChannelKey; readonly event: NewEvent }[] = [];
    const context: HandlerContext = {
      db: store.db,
      user,
      command: command.id,
      at,
      publish: (key, event) => published.push({ key, event }),
    };
    const outcome =
      savepoints === 'none'
        ? await this.#executeOptimistic(command, context)
        : await this.#executeWithSavepoint(request, context);
    if (outcome.kind === 'refused') {
      if (!outcome.error.temporary) await store.saveResult({ ...id, at }, { error: outcome.error });
      return outcome;
    }
    const positions = new Map<ChannelName, Done['positions'][number]>();
    for (const { key, event } of published) {
      const stamped = { ...event, at, command: command.id } as ChannelEvent;
      const position = await store.appendEvent(key, stamped);
      const name = nameOf(key, user);
      if (name !== null) positions.set(name, { name, ...position });
    }
    const answer: Done = {
      kind: 'done',
      repeated: false,
      positions: [...positions.values()].slice(0, MAX_DONE_POSITIONS),
    };
    await store.saveResult({ ...id, at }, { positions: answer.positions });
    if (outcome.effects !== undefined) this.#effects.push(...outcome.effects);
    return answer;
  }

  /** @throws BatchAborted when the command fails. */
  async #executeOptimistic(command: ServerCommand, context: HandlerContext): Promise<Outcome> {
    try {
      const outcome = await this.#execute(command, context);
      if (outcome.kind === 'done') return outcome;
    } catch (error) {
      if (isRetryable(error)) throw error;
    }
    throw new BatchAborted();
  }

  async #executeWithSavepoint(request: CommandRequest, context: HandlerContext): Promise<Outcome> {
    const { store, onFault } = this.#options;
    try {
      return await store.savepoint(
        () => this.#execute(request.command, context),
        ({ kind }) => kind === 'done',
      );
    } catch (error) {
      if (isRetryable(error)) throw error;
      onFault(request, error);
      return { kind: 'refused', error: errorOf('command-failed') };
    }
  }

  #execute({ name, input }: ServerCommand, context: HandlerContext): Promise<Outcome> {
    const handler = this.#options.handlers[name] as Handler<ServerCommandName>;
    return handler(context, input);
  }
}
