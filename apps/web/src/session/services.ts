/** What lives outside React and is made once per page. */
import {
  browserEnvironment,
  Client,
  createMemoryStore,
  localStoragePlace,
  openIndexedDbStore,
  type ClientOptions,
} from '@tandem/client';
import { SCHEMA_VERSION } from '@tandem/document';
import type { ErrorBody } from '@tandem/protocol';
import { QueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { CommandQueue, COMMANDS_KEY } from '../documents/command-queue.ts';
import { createDocumentApi, type DocumentApi } from '../documents/document-api.ts';
import { Account } from './account.ts';
import { deviceStorage, watchOtherTabs } from './device-storage.ts';

export interface Services {
  readonly account: Account;
  readonly client: Client;
  readonly commands: CommandQueue;
  readonly documents: DocumentApi;
  readonly queries: QueryClient;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error('used outside of the application');
  return services;
}

export interface ServicesOptions {
  /** Tells the person that the server would not do what they asked for. */
  readonly complain: (error: ErrorBody) => void;
}

export async function createServices({ complain }: ServicesOptions): Promise<Services> {
  const queries = new QueryClient();
  // Only a page that came over HTTPS, or from this machine, has locks.
  const account = new Account(deviceStorage, navigator.locks);
  const documents = createDocumentApi(account, deviceStorage);
  const commands = new CommandQueue({
    storage: deviceStorage,
    send: (command) => documents.send(command),
    settled: (command) => documents.remember(queries, command),
    refused: (_command, error) => complain(error),
    isWritten: async (document) =>
      (await client.unconfirmed()).some(
        (work) => work.kind === 'waiting' && work.document === document,
      ),
    later: (run, delayMs) => setTimeout(run, delayMs),
  });
  const client = new Client({
    base: location.origin,
    environment: browserEnvironment(),
    ...(await openStore()),
    schema: SCHEMA_VERSION,
    fetch: account.fetch,
  });
  return { account, client, commands, documents, queries };
}

export function startServices({ client, commands }: Services): void {
  client.start();
  const retry = () => void commands.retry();
  client.connection.listen({ state: ({ kind }) => kind === 'connected' && retry() });
  addEventListener('online', retry);
  watchOtherTabs(COMMANDS_KEY, () => commands.reload());
  retry();
}

/** Where the browser keeps nothing, memory does as long as the page is open, and the chip says so. */
async function openStore(): Promise<Pick<ClientOptions, 'store' | 'durable' | 'lastWords'>> {
  try {
    const store = await openIndexedDbStore();
    return { store, durable: true, lastWords: localStoragePlace(() => localStorage) };
  } catch {
    return { store: createMemoryStore(), durable: false };
  }
}
