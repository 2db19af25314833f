/** The thread that carries out commands and waits for the disk on their behalf. */
import { connectDatabase } from '../storage/sqlite/database.ts';
import { LocalExecutor } from '../storage/sqlite/executor.ts';
import { systemClock } from '../runtime/clock.ts';
import { databaseErrors } from '../storage/storage-error.ts';
import { SharedWriteLock } from '../storage/sqlite/write-lock.ts';
import { runWorker } from '../runtime/worker-thread.ts';
import { CommandBatcher, type CommandNews, type NumberedRequest } from './command-batcher.ts';
import { CommandTransactions } from './command-transactions.ts';
import { HANDLERS } from './handlers/handlers.ts';

export interface CommandWorkerData {
  readonly path: string;
  /** See `write-lock.ts`. */
  readonly lock: SharedArrayBuffer;
}

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandNews>({
  errors: databaseErrors,
  create({ data, send }) {
    const executor = new LocalExecutor(data.path);
    const db = connectDatabase(executor);
    const transactions = new CommandTransactions({
      executor,
      db,
      lock: new SharedWriteLock(data.lock),
      handlers: HANDLERS,
      now: Date.now,
      onFault: (command, error) => send({ kind: 'fault', command, detail: detailOf(error) }),
    });
    const host = new CommandBatcher({
      transactions,
      send,
      clock: systemClock,
      defer: setImmediate,
    });
    return {
      receive: (requests) => host.receive(requests),
      async [Symbol.asyncDispose]() {
        await host[Symbol.asyncDispose]();
        await db.destroy();
      },
    };
  },
});

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
