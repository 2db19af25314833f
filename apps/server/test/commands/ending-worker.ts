/** The command worker, except that it ends once between a commit and its report, when a file says so. */
import { existsSync, rmSync } from 'node:fs';
import { Kysely } from 'kysely';
import {
  CommandHost,
  type CommandNews,
  type NumberedRequest,
} from '../../src/commands/command-host.ts';
import { CommandTransactions } from '../../src/commands/command-transactions.ts';
import type { CommandWorkerData } from '../../src/commands/command-worker.ts';
import { HANDLERS } from '../../src/commands/handlers/handlers.ts';
import { SqliteExecutorDialect } from '../../src/database/dialect.ts';
import { LocalExecutor } from '../../src/database/executor.ts';
import type { Tables } from '../../src/database/tables.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { runWorker } from '../../src/engine/worker-body.ts';

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandNews>(({ data, lock, say }) => {
  const executor = new LocalExecutor(data.path);
  const db = new Kysely<Tables>({ dialect: new SqliteExecutorDialect(executor) });
  const ending = `${data.path}.end`;
  const transactions = new CommandTransactions({
    executor,
    db,
    lock,
    handlers: HANDLERS,
    now: Date.now,
    onFault() {},
  });
  return new CommandHost({
    transactions,
    say(news) {
      if (existsSync(ending)) {
        rmSync(ending);
        process.exit(1);
      }
      say(news);
    },
    clock: systemClock,
    defer: setImmediate,
  });
});
