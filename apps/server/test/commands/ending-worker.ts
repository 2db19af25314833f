/**
 * The command worker, except that it exits once between a commit and its report, when a file
 * exists.
 */
import { existsSync, rmSync } from 'node:fs';
import {
  CommandBatcher,
  type CommandWorkerMessage,
  type NumberedRequest,
} from '../../src/commands/command-batcher.ts';
import { CommandTransactions } from '../../src/commands/command-transactions.ts';
import type { CommandWorkerData } from '../../src/commands/command-worker.ts';
import { HANDLERS } from '../../src/commands/handlers/handlers.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { runWorker } from '../../src/runtime/worker-thread.ts';
import { openCommandStore } from '../../src/storage/storage.ts';
import { storageErrors } from '../../src/storage/storage-error.ts';

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandWorkerMessage>({
  errors: storageErrors,
  create({ data: { storage }, send }) {
    const ending = `${storage.path}.end`;
    const transactions = new CommandTransactions({
      store: openCommandStore(storage),
      handlers: HANDLERS,
      clock: systemClock,
      onFault() {},
    });
    return new CommandBatcher({
      transactions,
      send(message) {
        if (existsSync(ending)) {
          rmSync(ending);
          process.exit(1);
        }
        send(message);
      },
      clock: systemClock,
      defer: setImmediate,
    });
  },
});
