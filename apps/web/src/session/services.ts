/** Services that live outside React, created once per page. */
import {
  browserEnvironment,
  browserFallback,
  browserLocks,
  Client,
  isWork,
  openBrowserStores,
  takeLease,
  type ChannelSession,
} from '@tandem/client';
import { SCHEMA_VERSION } from '@tandem/document';
import { createContext, use } from 'react';
import { Account } from './account.ts';
import { readAddress } from './account-dialog.ts';
import { BEGUN_KEY, deviceStorage } from './device-storage.ts';
import { Refusals, type RefusalNotice } from './refusals.ts';
import { RefusedDocuments } from './refused-documents.ts';
import { followOtherTabs } from './sign-out.ts';

export interface Services {
  readonly account: Account;
  readonly client: Client;
  /** Open for the life of the page: nearly every screen shows a part of them. */
  readonly library: ChannelSession<'library'>;
  readonly activity: ChannelSession<'activity'>;
  readonly refused: RefusedDocuments;
  readonly refusals: Refusals;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error('used outside of the application');
  return services;
}

export interface ServicesOptions {
  readonly reportRefusal: RefusalNotice;
}

export async function createServices({ reportRefusal }: ServicesOptions): Promise<Services> {
  const environment = browserEnvironment();
  const { clock } = environment;
  const account = new Account(deviceStorage, {
    clock,
    locks: browserLocks(),
    lease: (name) => takeLease(name, environment),
  });
  const stores = await openBrowserStores({ clock, localStorage: () => localStorage });
  const client = new Client({
    base: location.origin,
    environment,
    ...stores,
    schema: SCHEMA_VERSION,
    fetch: account.fetch,
    fallback: browserFallback(() => localStorage, clock),
  });
  const library = client.subscribe('library');
  const activity = client.subscribe('activity');
  const refused = new RefusedDocuments(client.commands);
  const refusals = new Refusals(reportRefusal);
  client.pages.completeLibrary(library, activity);
  account.follow(library);
  client.commands.onRefused((call, error) => {
    if (!refused.handleRefusal(call, error) && isWork(call)) refusals.report(call, error);
  });
  // The first paint shows what this device has stored.
  await Promise.all([client.commands.loaded, library.loaded]);
  return { account, client, library, activity, refused, refusals };
}

export function startServices({ client }: Services): void {
  client.start();
  followOtherTabs(client);
  readAddress(() => deviceStorage.write(BEGUN_KEY, Date.now()));
}
