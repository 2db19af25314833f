/**
 * Carries out commands, any number in one transaction. What they did, their events and their results are
 * on disk together, or not at all. One that fails takes nothing with it: as hardly any does, all are undone
 * then, and done again with a savepoint for each, which is dear.
 */
import { errorOf, MAX_DONE_POSITIONS, type ChannelEvent, type ChannelName } from '@tandem/protocol';
import { nameOf, type ChannelKey } from '../storage/channel-key.ts';
import { EventLog } from './event-log.ts';
import { DatabaseError } from '../storage/storage-error.ts';
import type { SqlExecutor } from '../storage/sqlite/executor.ts';
import type { Database } from '../storage/tables.ts';
import type { WriteLock } from '../storage/sqlite/write-lock.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import { CommandLog } from './command-log.ts';
import type { Effect } from './effect.ts';
import type { Handler, HandlerContext, HandlerTable, NewEvent, Outcome } from './handler.ts';
import type { CommandAnswer, CommandRequest, CommittedBatch } from './runner.ts';
import type { ServerCommand, ServerCommandName } from './server-command.ts';

export interface CommandTransactionsOptions {
  /** A connection that nobody else uses. */
  readonly executor: SqlExecutor;
  /** The same connection. */
  readonly db: Database;
  readonly lock: WriteLock;
  readonly handlers: HandlerTable;
  readonly now: () => number;
  /** A handler threw: a fault of ours. */
  readonly onFault: (command: ServerCommandName, error: unknown) => void;
}

export interface TransactionResult extends Omit<CommittedBatch, 'tookMs'> {
  /** One for each request, in their order. */
  readonly answers: readonly CommandAnswer[];
}

type Done = Extract<CommandAnswer, { kind: 'done' }>;

interface Mode {
  /** When all of it happens. */
  readonly at: number;
  /** What goes when a command fails. */
  readonly undo: 'all' | 'one';
}

/** A command that has no savepoint has failed. */
class BatchAborted extends Error {}

export class CommandTransactions {
  readonly #options: CommandTransactionsOptions;
  readonly #commands: CommandLog;
  readonly #channels: EventLog;
  #effects: Effect[] = [];
  #lastAt = 0;
  #count = 0;

  constructor(options: CommandTransactionsOptions) {
    this.#options = options;
    this.#commands = new CommandLog(options.executor);
    this.#channels = new EventLog(options.executor, options.db);
  }

  /** @throws when nothing of it was committed. */
  run(requests: readonly CommandRequest[]): Promise<TransactionResult> {
    return this.#options.lock.holdThrough(async () => {
      const at = (this.#lastAt = Math.max(this.#lastAt, this.#options.now()));
      try {
        return await this.#transact(requests, { at, undo: 'all' });
      } catch (error) {
        if (!(error instanceof BatchAborted)) throw error;
        return await this.#transact(requests, { at, undo: 'one' });
      }
    });
  }

  async #transact(requests: readonly CommandRequest[], mode: Mode): Promise<TransactionResult> {
    this.#effects = [];
    await this.#sql('BEGIN IMMEDIATE');
    try {
      const answers: CommandAnswer[] = [];
      for (const request of requests) answers.push(await this.#answer(request, mode));
      await this.#channels.writeHeads();
      if (this.#count++ % COMMAND_LIMITS.transactionsPerSweep === 0)
        await this.#commands.sweep(mode.at);
      await this.#sql('COMMIT');
      return { answers, events: this.#channels.committed(), effects: this.#effects };
    } catch (error) {
      this.#channels.undone();
      // A full disk has ended the transaction already.
      await this.#sql('ROLLBACK').catch(ignore);
      throw error;
    }
  }

  async #answer({ user, command }: CommandRequest, { at, undo }: Mode): Promise<CommandAnswer> {
    const before = await this.#commands.find(user, command.id);
    if (before !== null) return before;
    const published: { readonly key: ChannelKey; readonly event: NewEvent }[] = [];
    const context: HandlerContext = {
      db: this.#options.db,
      user,
      command: command.id,
      at,
      publish: (key, event) => published.push({ key, event }),
    };
    const outcome =
      undo === 'all'
        ? await this.#executeOptimistic(command, context)
        : await this.#executeWithSavepoint(command, context);
    const kept = { user, id: command.id, at };
    if (outcome.kind === 'refused') {
      if (!outcome.error.temporary) await this.#commands.keep(kept, { error: outcome.error });
      return outcome;
    }
    const positions = new Map<ChannelName, Done['positions'][number]>();
    for (const { key, event } of published) {
      const stamped = { ...event, at, command: command.id } as ChannelEvent;
      const position = await this.#channels.append(key, stamped);
      const name = nameOf(key, user);
      if (name !== null) positions.set(name, { name, ...position });
    }
    const told = [...positions.values()].slice(0, MAX_DONE_POSITIONS);
    const answer: Done = { kind: 'done', repeated: false, positions: told };
    await this.#commands.keep(kept, { positions: answer.positions });
    if (outcome.effects !== undefined) this.#effects.push(...outcome.effects);
    return answer;
  }

  /** @throws OneFailed when it did not go well. */
  async #executeOptimistic(command: ServerCommand, context: HandlerContext): Promise<Outcome> {
    try {
      const outcome = await this.#handle(command, context);
      if (outcome.kind === 'done') return outcome;
    } catch (error) {
      if (isOfDisk(error)) throw error;
    }
    throw new BatchAborted();
  }

  async #executeWithSavepoint(command: ServerCommand, context: HandlerContext): Promise<Outcome> {
    await this.#sql('SAVEPOINT command');
    try {
      const outcome = await this.#handle(command, context);
      if (outcome.kind === 'refused') await this.#sql('ROLLBACK TO command');
      await this.#sql('RELEASE command');
      return outcome;
    } catch (error) {
      if (isOfDisk(error)) throw error;
      await this.#sql('ROLLBACK TO command');
      await this.#sql('RELEASE command');
      this.#options.onFault(command.name, error);
      return { kind: 'refused', error: errorOf('internal') };
    }
  }

  #handle({ name, input }: ServerCommand, context: HandlerContext): Promise<Outcome> {
    const handler = this.#options.handlers[name] as Handler<ServerCommandName>;
    return handler(context, input);
  }

  async #sql(statement: string): Promise<void> {
    await this.#options.executor.execute(statement, []);
  }
}

/** What the disk does is no command's fault: all of the transaction is tried again. */
function isOfDisk(error: unknown): boolean {
  return error instanceof DatabaseError && error.failure !== 'failed';
}

function ignore(): void {}
