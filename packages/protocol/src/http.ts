/**
 * Bodies of the HTTP API. Errors are `{ error: ErrorBody }`. The session cookie authenticates a
 * request or, where cookies are unavailable, the session token in `Tandem-Token`; programs send an API token (AT3).
 * The routes are in `openapi/routes.ts`; beside them, `GET /api/channels/:name/events` sends server-sent events,
 * `FeedEvents` by name, from a `Last-Event-ID` on: rules S1–S6 of PROTOCOL.md.
 */
import * as z from 'zod/mini';
import type { ChannelName } from './channels.ts';
import { errorBody } from './errors.ts';
import {
  MAX_BACKLINKS,
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
  ulid,
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
  expiresAt: z.int(),
  isGuest: z.optional(z.boolean()),
  /** The server's public address; sent to a page loaded over plain http from another address. */
  publicUrl: z.optional(opaqueText(MAX_URL_LENGTH)),
  /** Whether people may publish documents on the web (PB9). */
  publicPages: z.optional(z.boolean()),
});
export type Session = z.infer<typeof session>;

export const profilePatch = z.strictObject({
  name: z.optional(newName),
  color: z.optional(color),
});
export type ProfilePatch = z.infer<typeof profilePatch>;

export const documentSummary = z.object({
  id: documentId,
  kind: documentKind,
  title,
  access,
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  createdAt: z.int(),
  updatedAt: z.int(),
  present: z.array(user).check(z.maxLength(8)),
});
export type DocumentSummary = z.infer<typeof documentSummary>;

export const libraryPlaceText = z.pipe(
  z.string().check(z.regex(/^\d{1,15}\.[A-Za-z0-9_-]{1,64}$/)),
  z.transform((text): LibraryPlace => {
    const at = text.indexOf('.');
    return { updatedAt: Number(text.slice(0, at)), id: text.slice(at + 1) };
  }),
);
export const toPlaceText = ({ updatedAt, id }: LibraryPlace): string => `${updatedAt}.${id}`;
export const treePlaceText = z.pipe(
  z.string().check(z.regex(/^[0-9A-Za-z]{1,200}\.[A-Za-z0-9_-]{1,64}$/)),
  z.transform((text): TreePlace => {
    const at = text.indexOf('.');
    return { position: text.slice(0, at), id: text.slice(at + 1) };
  }),
);
export const toTreePlaceText = ({ position, id }: TreePlace): string => `${position}.${id}`;

export const documentPath = z.object({
  documents: z.array(listedDocument).check(z.maxLength(MAX_TREE_DEPTH + 1)),
});

export const librarySearch = opaqueText(MAX_SEARCH_LENGTH);

export const documentCreate = z.strictObject({
  id: newDocumentId,
  title: z.optional(newTitle),
});
export const documentPatch = z.strictObject({ title: newTitle });
export const metPerson = z.object({
  user,
  document: z.object({ id: documentId, title }),
  seenAt: z.nullable(z.int()),
});
export type MetPerson = z.infer<typeof metPerson>;
export const metPeople = z.object({
  people: z.array(metPerson).check(z.maxLength(MAX_MET_PEOPLE)),
});
export type MetPeople = z.infer<typeof metPeople>;

export const searchResult = z.object({
  document: documentId,
  kind: documentKind,
  title,
  updatedAt: z.int(),
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  /** Of a comment whose text the excerpt is (SE9). */
  thread: z.optional(ulid),
  /** Where the excerpt matches, in UTF-16 units, in order and without overlaps. */
  matches: z.array(z.object({ from: z.int(), to: z.int() })),
});
export type SearchResult = z.infer<typeof searchResult>;
export const searchResults = z.object({
  results: z.array(searchResult).check(z.maxLength(MAX_SEARCH_RESULTS)),
  /** Nothing has the words; the results have words that differ by one letter (SE8), or contain them (SE10). */
  similar: z.boolean(),
});
export type SearchResults = z.infer<typeof searchResults>;

/** The documents whose text has a link to one (BL1), last changed first. */
export const backlinks = z.object({
  documents: z.array(z.omit(searchResult, { thread: true })).check(z.maxLength(MAX_BACKLINKS)),
});
export type Backlinks = z.infer<typeof backlinks>;

export const errorAnswer = z.object({ error: errorBody });

export const FEED_TYPE = 'text/event-stream; charset=utf-8';

export const feedPath = (name: ChannelName): string =>
  `/api/channels/${encodeURIComponent(name)}/events`;

export const feedEvents = {
  /** Sent first, and whenever missed events are no longer available. */
  state: z.required(
    z.pick(eventChannelMessages.subscribed, { epoch: true, offset: true, state: true }),
    { state: true },
  ),
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
