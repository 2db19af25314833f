/** The thread that executes commands and waits for the disk on their behalf. */
import type { Directory } from '@tandem/protocol/directory';
import { systemClock } from '../runtime/clock.ts';
import { runWorker } from '../runtime/worker-thread.ts';
import { openCommandStore, openJobStore, type StorageDescription } from '../storage/storage.ts';
import { storageErrors } from '../storage/storage-error.ts';
import {
  CommandBatcher,
  toFault,
  type CommandWorkerMessage,
  type NumberedRequest,
} from './command-batcher.ts';
import { CommandTransactions } from './command-transactions.ts';
import { HANDLERS } from './handlers/handlers.ts';

export interface CommandWorkerData {
  readonly storage: StorageDescription;
  readonly isAudited: boolean;
  readonly allowsPublicPages: boolean;
  readonly directory: Directory;
  readonly sendsMail: boolean;
}

runWorker<CommandWorkerData, readonly NumberedRequest[], CommandWorkerMessage>({
  errors: storageErrors,
  create({ data, send }) {
    const store = openCommandStore(data.storage);
    const transactions = new CommandTransactions({
      store,
      jobs: openJobStore(data.storage, store.db, systemClock),
      handlers: HANDLERS,
      isAudited: data.isAudited,
      allowsPublicPages: data.allowsPublicPages,
      directory: data.directory,
      sendsMail: data.sendsMail,
      clock: systemClock,
      onFault: (request, error) => send(toFault(request, error)),
    });
    const batcher = new CommandBatcher({
      transactions,
      send,
      clock: systemClock,
      defer: setImmediate,
    });
    return {
      receive: (requests) => batcher.receive(requests),
      async [Symbol.asyncDispose]() {
        await batcher[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      },
    };
  },
});
