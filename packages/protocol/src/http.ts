/**
 * Bodies of the HTTP API. Errors are `{ error: ErrorBody }`. The session cookie authenticates a
 * request or, where cookies are unavailable, the session token in `Tandem-Token`; programs send an API token (AT3).
 * The routes are in `openapi/routes.ts`; beside them, `GET /api/channels/:name/events` sends server-sent events,
 * `FeedEvents` by name, from a `Last-Event-ID` on: rules S1–S6 of PROTOCOL.md.
 */
import { z } from 'zod';
import type { ChannelName } from './channels.ts';
import { errorBody } from './errors.ts';
import {
  MAX_EXCERPT_LENGTH,
  MAX_MET_PEOPLE,
  MAX_SEARCH_LENGTH,
  MAX_SEARCH_RESULTS,
  MAX_TREE_DEPTH,
} from './limits.ts';
import { eventChannelMessages } from './messages/event-channel.ts';
import {
  access,
  color,
  documentId,
  documentKind,
  newDocumentId,
  newName,
  newTitle,
  title,
  user,
} from './messages/field.ts';
import { credential } from './messages/handshake.ts';
import { listedDocument, type LibraryPlace, type TreePlace } from './topics/library.ts';
import { opaqueText, sentText } from './text.ts';

export const TOKEN_HEADER = 'Tandem-Token';

const MAX_URL_LENGTH = 2_048;

export const session = z.object({
  user,
  token: credential,
  expiresAt: z.number().int(),
  isGuest: z.boolean().optional(),
  /** The server's public address; sent to a page loaded over plain http from another address. */
  publicUrl: opaqueText(MAX_URL_LENGTH).optional(),
});
export type Session = z.infer<typeof session>;

export const profilePatch = z.strictObject({
  name: newName.optional(),
  color: color.optional(),
});
export type ProfilePatch = z.infer<typeof profilePatch>;

export const documentSummary = z.object({
  id: documentId,
  kind: documentKind,
  title,
  access,
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  present: z.array(user).max(8),
});
export type DocumentSummary = z.infer<typeof documentSummary>;

export const libraryPlaceText = z
  .string()
  .regex(/^\d{1,15}\.[A-Za-z0-9_-]{1,64}$/)
  .transform((text): LibraryPlace => {
    const at = text.indexOf('.');
    return { updatedAt: Number(text.slice(0, at)), id: text.slice(at + 1) };
  });
export const toPlaceText = ({ updatedAt, id }: LibraryPlace): string => `${updatedAt}.${id}`;
export const treePlaceText = z
  .string()
  .regex(/^[0-9A-Za-z]{1,200}\.[A-Za-z0-9_-]{1,64}$/)
  .transform((text): TreePlace => {
    const at = text.indexOf('.');
    return { position: text.slice(0, at), id: text.slice(at + 1) };
  });
export const toTreePlaceText = ({ position, id }: TreePlace): string => `${position}.${id}`;

export const documentPath = z.object({
  documents: z.array(listedDocument).max(MAX_TREE_DEPTH + 1),
});

export const librarySearch = opaqueText(MAX_SEARCH_LENGTH);

export const documentCreate = z.strictObject({
  id: newDocumentId,
  title: newTitle.optional(),
});
export const documentPatch = z.strictObject({ title: newTitle });
export const metPerson = z.object({
  user,
  document: z.object({ id: documentId, title }),
  seenAt: z.number().int().nullable(),
});
export type MetPerson = z.infer<typeof metPerson>;
export const metPeople = z.object({ people: z.array(metPerson).max(MAX_MET_PEOPLE) });
export type MetPeople = z.infer<typeof metPeople>;

export const searchResult = z.object({
  document: documentId,
  kind: documentKind,
  title,
  updatedAt: z.number().int(),
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  /** Where the excerpt matches, in UTF-16 units, in order and without overlaps. */
  matches: z.array(z.object({ from: z.number().int(), to: z.number().int() })),
});
export type SearchResult = z.infer<typeof searchResult>;
export const searchResults = z.object({ results: z.array(searchResult).max(MAX_SEARCH_RESULTS) });
export type SearchResults = z.infer<typeof searchResults>;

export const errorAnswer = z.object({ error: errorBody });

export const FEED_TYPE = 'text/event-stream; charset=utf-8';

export const feedPath = (name: ChannelName): string =>
  `/api/channels/${encodeURIComponent(name)}/events`;

export const feedEvents = {
  /** Sent first, and whenever missed events are no longer available. */
  state: eventChannelMessages.subscribed
    .pick({ epoch: true, offset: true, state: true })
    .required({ state: true }),
  events: eventChannelMessages.events,
  value: z.union([
    eventChannelMessages['activity:changed'],
    eventChannelMessages['dashboard:changed'],
  ]),
  ended: errorAnswer,
} as const;
export type FeedEvents = {
  readonly [T in keyof typeof feedEvents]: z.infer<(typeof feedEvents)[T]>;
};
