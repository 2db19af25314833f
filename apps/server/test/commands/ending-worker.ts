/** The command worker, except that it ends once between a commit and its report, when a file says so. */
import { existsSync, rmSync } from 'node:fs';
import { Kysely } from 'kysely';
import {
  CommandBatcher,
  type CommandNews,
  type NumberedRequest,
} from '../../src/commands/command-batcher.ts';
import { CommandTransactions } from '../../src/commands/command-transactions.ts';
import type { CommandWorkerData } from '../../src/commands/command-worker.ts';
import { HANDLERS } from '../../src/commands/handlers/handlers.ts';
import { SqliteExecutorDialect } from '../../src/storage/sqlite/dialect.ts';
import { LocalExecutor } from '../../src/storage/sqlite/executor.ts';
import type { Tables } from '../../src/storage/tables.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { databaseErrors } from '../../src/storage/storage-error.ts';
import { SharedWriteLock } from '../../src/storage/sqlite/write-lock.ts';
import { runWorker } from '../../src/runtime/worker-thread.ts';

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandNews>({
  errors: databaseErrors,
  create({ data, send }) {
    const executor = new LocalExecutor(data.path);
    const db = new Kysely<Tables>({ dialect: new SqliteExecutorDialect(executor) });
    const ending = `${data.path}.end`;
    const transactions = new CommandTransactions({
      executor,
      db,
      lock: new SharedWriteLock(data.lock),
      handlers: HANDLERS,
      now: Date.now,
      onFault() {},
    });
    return new CommandBatcher({
      transactions,
      send(news) {
        if (existsSync(ending)) {
          rmSync(ending);
          process.exit(1);
        }
        send(news);
      },
      clock: systemClock,
      defer: setImmediate,
    });
  },
});
