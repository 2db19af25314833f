/**
 * Bodies of the HTTP API. Errors are `{ error: ErrorBody }`. The session cookie authenticates a
 * request or, where cookies are unavailable, the session token in `Tandem-Token`; programs send an API token (AT3).
 *
 * | Route | Request | Answer |
 * |---|---|---|
 * | `POST /api/session` | `sessionRequest`, or nothing | `session`; creates a guest and sets the cookie when there is no session |
 * | `POST /api/session/end` | – | 204; signs out, and ends the connections of this session |
 * | `GET /api/account` | – | `account` of the session |
 * | `POST /api/account/sign-up` | `passwordSignUp` | `session`; makes an account of the guest, who keeps everything |
 * | `POST /api/account/sign-in` | `passwordSignIn` | `signedInSession`; in the place of the browser's session |
 * | `POST /api/account/password` | `passwordChange` | 204; ends all other sessions |
 * | `POST /api/account/reset` | `passwordResetRequest` | 204, whether anybody has the address; mails a link to its person |
 * | `POST /api/account/reset/finish` | `passwordReset` | 204; ends all sessions |
 * | `POST /api/account/verification` | – | 204; mails a link that confirms the account's address |
 * | `POST /api/account/verification/finish` | `addressVerification` | 204; in a session of that account only |
 * | `POST /api/account/confirm` | `passwordConfirmation` | 204; the person may change how they sign in for ten minutes |
 * | `POST /api/account/identities/remove` | `identityRemoval` | 204; ends all other sessions; never the last way to sign in |
 * | `GET /api/account/sessions` | – | `deviceSessions`: where this person is signed in |
 * | `POST /api/account/sessions/end` | `sessionEnd` | 204; ends one of them, or all others |
 * | `GET /api/account/tokens` | – | `apiTokens`: those of this person, for programs |
 * | `POST /api/account/tokens` | `apiTokenCreate` | `newApiToken`, which is shown once |
 * | `POST /api/account/tokens/end` | `apiTokenEnd` | 204 |
 * | `POST /api/account/guest` | `guestChoice` | 204; takes over what guests had who signed in to this account, or leaves it |
 * | `POST /api/account/oidc` | `oidcStart` | `oidcRedirect`; the provider leads the browser back to `/sign-in/oidc/:provider` |
 * | `GET /api/account/options` | – | `signInOptions`; needs no session |
 * | `GET /api/server` | – | `serverAdministration`; for administrators, as the next ones |
 * | `PATCH /api/server` | `serverSettingsPatch` | 204 |
 * | `POST /api/server/invitations` | – | `newInvitation` |
 * | `POST /api/server/invitations/end` | `invitationEnd` | 204 |
 * | `GET /api/me` | – | `user` of the session |
 * | `PATCH /api/me` | `profilePatch` | `user` |
 * | `GET /api/documents?after=&search=` | – | `libraryPage`: documents that this user created or opened, last changed first; optionally after a place (`<updatedAt>.<id>`) or filtered by a search |
 * | `GET /api/documents/tree?in=&after=` | – | `treePage`: what is in a document, or at the top of the tree, by position; optionally after a place (`<position>.<id>`) |
 * | `GET /api/documents/:id/path` | – | `documentPath`: the documents of the list around a document, the outermost first, and itself |
 * | `POST /api/documents` | `documentCreate` | `documentSummary`; repeating it with the same id changes nothing |
 * | `GET /api/documents/:id` | – | `documentSummary` |
 * | `PATCH /api/documents/:id` | `documentPatch` | `documentSummary` |
 * | `GET /api/documents/:id/visit` | – | `listedDocument`: the document as it is on this user's list |
 * | `DELETE /api/documents/:id/visit` | – | 204; takes the document off this user's list |
 * | `GET /api/documents/:id/chat?before=&limit=` | – | `chatPage`: the newest messages, or those before a number; 50, or up to 500 |
 * | `GET /api/documents/:id/files` | `before` | `fileList`; rule FI11 of PROTOCOL.md |
 * | `PUT /api/documents/:id/files/:file?name=&secret=` | the bytes | `storedFile`; rules FI1–FI12 of PROTOCOL.md |
 * | `GET /api/documents/:id/files/:file` | `Range` | the bytes |
 * | `DELETE /api/documents/:id/files/:file` | – | – |
 * | `POST /api/documents/:id/files/:file/copy` | – | `storedFile`; rule FI12 of PROTOCOL.md |
 * | `GET /api/documents/:id/history?before=` | – | `historyPage`: the last 50 sessions of writing, or those before an offset |
 * | `GET /api/documents/:id/history/authors?after=` | – | `historyAuthors`: whose Yjs client ids are, those after an id |
 * | `GET /api/documents/:id/history/state?offset=` | – | the document after that row, as bytes of a Yjs update |
 * | `GET /api/documents/:id/history/rows?after=&to=` | – | bytes of rows, for `decodeHistoryRows` |
 * | `GET /api/search?text=` | – | `searchResults`: the best 20 documents of this user by words of their titles and text (SE1–SE3, SE5) |
 * | `GET /api/people?search=` | – | `metPeople`: people who share a document with this user, found by name |
 * | `GET /api/notifications?before=` | – | `inboxPage`: the 50 newest notifications of this user, or those before one (NT8) |
 * | `GET /api/channels/:name/events` | `Last-Event-ID` | server-sent events, `FeedEvents` by name; rules S1–S6 of PROTOCOL.md |
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
