/** The first row of a document, with the owner of the Yjs client that it was written under. */
import * as Y from 'yjs';
import type { Birth } from '../storage/journal/journal.ts';
import type { CreateRequest } from './port.ts';

/** @param at milliseconds since the epoch. */
export function seedOf({ update, user }: CreateRequest, at: number): Birth['seed'] {
  if (update === undefined) return undefined;
  const { from } = Y.parseUpdateMeta(update);
  return { update, user, at, owners: new Map([...from.keys()].map((client) => [client, user])) };
}
