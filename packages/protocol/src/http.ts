/**
 * Bodies of the HTTP API. Errors are `{ error: ErrorBody }`. A request is of the session whose cookie it brings or,
 * where cookies do not get through, of the one whose token it brings in `Tandem-Token`.
 *
 * | Route | Request | Answer |
 * |---|---|---|
 * | `POST /api/session` | – | `session`; makes a guest and sets the cookie when there is no session |
 * | `POST /api/session/end` | – | 204; signs out, and ends the connections of this session |
 * | `GET /api/me` | – | `user` of the session |
 * | `PATCH /api/me` | `profilePatch` | `user` |
 * | `GET /api/documents?after=&search=` | – | `libraryPage`: what this user made or opened, last changed first; after a place (`<updatedAt>.<id>`), and of that what a search finds |
 * | `POST /api/documents` | `documentCreate` | `documentSummary`; repeating it with the same id changes nothing |
 * | `GET /api/documents/:id` | – | `documentSummary` |
 * | `PATCH /api/documents/:id` | `documentPatch` | `documentSummary` |
 * | `GET /api/documents/:id/visit` | – | `listedDocument`: the document as it is on this user's list |
 * | `DELETE /api/documents/:id/visit` | – | 204; takes the document off this user's list |
 * | `GET /api/documents/:id/chat?before=&limit=` | – | `chatPage`: the newest messages, or those before a number; 50, or up to 500 |
 * | `GET /api/people?search=` | – | `metPeople`: people who share a document with this user, found by name |
 * | `GET /api/channels/:name/events` | `Last-Event-ID` | server-sent events, `FeedEvents` by name; rules S1–S6 of PROTOCOL.md |
 */
import { z } from 'zod';
import type { ChannelName } from './channels.ts';
import { errorBody } from './errors.ts';
import { MAX_EXCERPT_LENGTH, MAX_MET_PEOPLE, MAX_SEARCH_LENGTH } from './limits.ts';
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
import { credential } from './messages/session.ts';
import type { LibraryPlace } from './topics/library.ts';
import { opaqueText, sentText } from './text.ts';

/** Request: the token of `session`, for browsers and programs that keep no cookie. It is not read where there is one. */
export const TOKEN_HEADER = 'Tandem-Token';

const MAX_URL_LENGTH = 2_048;

export const session = z.object({
  user,
  /** For `hello`. */
  token: credential,
  /** Milliseconds since the epoch, by the server's clock. */
  expiresAt: z.number().int(),
  /** Where people are meant to open this server: told to a page that came by plain http from elsewhere. */
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
  /** The first words of the text. */
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  /** People who are in it now. */
  present: z.array(user).max(8),
});
export type DocumentSummary = z.infer<typeof documentSummary>;

/** `after` of a page of the list, as an address has it. */
export const libraryPlaceText = z
  .string()
  .regex(/^\d{1,15}\.[A-Za-z0-9_-]{1,64}$/)
  .transform((text): LibraryPlace => {
    const at = text.indexOf('.');
    return { updatedAt: Number(text.slice(0, at)), id: text.slice(at + 1) };
  });
export const toPlaceText = ({ updatedAt, id }: LibraryPlace): string => `${updatedAt}.${id}`;
export const librarySearch = opaqueText(MAX_SEARCH_LENGTH);

export const documentCreate = z.strictObject({
  id: newDocumentId,
  title: newTitle.optional(),
});
export const documentPatch = z.strictObject({ title: newTitle });
/** Somebody who shares a document with the reader. */
export const metPerson = z.object({
  user,
  /** One that both may see, to tell people of one name apart. */
  document: z.object({ id: documentId, title }),
  /** When they opened that document last; null when they never did. */
  seenAt: z.number().int().nullable(),
});
export type MetPerson = z.infer<typeof metPerson>;
/** Who was seen last comes first. */
export const metPeople = z.object({ people: z.array(metPerson).max(MAX_MET_PEOPLE) });
export type MetPeople = z.infer<typeof metPeople>;

export const errorAnswer = z.object({ error: errorBody });

export const FEED_TYPE = 'text/event-stream; charset=utf-8';

export const feedPath = (name: ChannelName): string =>
  `/api/channels/${encodeURIComponent(name)}/events`;

/** What the events of a feed hold, by their names. */
export const feedEvents = {
  /** First, and whenever what was between is not to be had. */
  state: eventChannelMessages.subscribed
    .pick({ epoch: true, offset: true, state: true })
    .required({ state: true }),
  /** Of a reliable channel. */
  events: eventChannelMessages.events,
  /** Of a channel of which only the newest values count. */
  value: z.union([
    eventChannelMessages['activity:changed'],
    eventChannelMessages['dashboard:changed'],
  ]),
  /** The last one: the server ends the feed. */
  ended: errorAnswer,
} as const;
export type FeedEvents = {
  readonly [T in keyof typeof feedEvents]: z.infer<(typeof feedEvents)[T]>;
};
