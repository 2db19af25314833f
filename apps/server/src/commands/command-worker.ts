/** The thread that carries out commands and waits for the disk on their behalf. */
import { connectDatabase } from '../database/database.ts';
import { LocalExecutor } from '../database/executor.ts';
import { systemClock } from '../engine/clock.ts';
import { runWorker } from '../engine/worker-body.ts';
import { CommandHost, type CommandNews, type NumberedRequest } from './command-host.ts';
import { CommandTransactions } from './command-transactions.ts';
import { HANDLERS } from './handlers/handlers.ts';

export interface CommandWorkerData {
  readonly path: string;
}

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandNews>(({ data, lock, say }) => {
  const executor = new LocalExecutor(data.path);
  const db = connectDatabase(executor);
  const transactions = new CommandTransactions({
    executor,
    db,
    lock,
    handlers: HANDLERS,
    now: Date.now,
    onFault: (command, error) => say({ kind: 'fault', command, detail: detailOf(error) }),
  });
  const host = new CommandHost({ transactions, say, clock: systemClock, defer: setImmediate });
  return {
    receive: (requests) => host.receive(requests),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await db.destroy();
    },
  };
});

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
