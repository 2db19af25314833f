/**
 * The command worker with faults between a commit and its report: it exits once when a file `….end` exists,
 * and hangs, as in a flush of a disk that hangs, while `….hang` does.
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
import { openCommandStore, openJobStore } from '../../src/storage/storage.ts';
import { storageErrors } from '../../src/storage/storage-error.ts';

const POLL_MS = 5;

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandWorkerMessage>({
  errors: storageErrors,
  create({ data: { storage }, send }) {
    if (storage.kind !== 'sqlite') throw new Error('This worker fails with SQLite only.');
    const ending = `${storage.path}.end`;
    const hanging = `${storage.path}.hang`;
    const store = openCommandStore(storage);
    const transactions = new CommandTransactions({
      store,
      jobs: openJobStore(storage, store.db, systemClock),
      handlers: HANDLERS,
      clock: systemClock,
      isAudited: true,
      allowsPublicPages: true,
      sendsMail: false,
      onFault() {},
    });
    return new CommandBatcher({
      transactions,
      send(message) {
        if (existsSync(ending)) {
          rmSync(ending);
          process.exit(1);
        }
        const cell = new Int32Array(new SharedArrayBuffer(4));
        while (existsSync(hanging)) Atomics.wait(cell, 0, 0, POLL_MS);
        send(message);
      },
      clock: systemClock,
      defer: setImmediate,
    });
  },
});
