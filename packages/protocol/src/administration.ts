/** Bodies of the HTTP API for administrators: AD1 to AD8 of the server's `accounts/README.md`. */
import * as z from 'zod/mini';
import { librarySearch } from './http.ts';
import { count, instant, user, userId } from './messages/field.ts';
import { opaqueText } from './text.ts';

const MAX_EMAIL_LENGTH = 254;
export const MAX_PEOPLE_PAGE = 50;
const MAX_LARGEST = 10;

export const PEOPLE_KINDS = ['accounts', 'administrators', 'blocked', 'guests'] as const;
export type PeopleKind = (typeof PEOPLE_KINDS)[number];
export const peopleKind = z.enum(PEOPLE_KINDS);

const administeredPerson = z.object({
  user,
  isGuest: z.boolean(),
  /** Null for guests, and for people who sign in at a provider only. */
  email: z.nullable(opaqueText(MAX_EMAIL_LENGTH)),
  /** - `setting`: by ADMINISTRATORS of the server's configuration, which nobody changes here */
  administrator: z.enum(['no', 'yes', 'setting']),
  isBlocked: z.boolean(),
  createdAt: instant,
  /** Null for a person of whom nothing tells it. */
  seenAt: z.nullable(instant),
  /** In how many browsers the person is signed in. */
  sessions: count,
  passkeys: count,
});

export type AdministeredPerson = z.infer<typeof administeredPerson>;

/** The newest accounts first. */
export const peoplePage = z.object({
  people: z.array(administeredPerson).check(z.maxLength(MAX_PEOPLE_PAGE)),
  /** After whom there may be more; null at the end. */
  next: z.nullable(userId),
});
export type PeoplePage = z.infer<typeof peoplePage>;

/** Those of the address. */
export const peopleQuery = z.strictObject({
  kind: z._default(peopleKind, 'accounts'),
  /** Parts of names and addresses. */
  search: z._default(librarySearch, ''),
  after: z.optional(userId),
});

/** One change at a time: a request with two could be refused after the first. */
export const personPatch = z.union([
  z.strictObject({ isAdministrator: z.boolean() }),
  z.strictObject({ isBlocked: z.boolean() }),
]);
export type PersonPatch = z.infer<typeof personPatch>;

/** What an administrator ends: all sessions of a person, and their passkeys, too, if somebody else may have added some. */
export const personSessionsEnd = z.strictObject({ removesPasskeys: z.boolean() });
export type PersonSessionsEnd = z.infer<typeof personSessionsEnd>;

export const serverFigures = z.object({
  people: z.object({
    accounts: count,
    administrators: count,
    blocked: count,
    guests: count,
  }),
  documents: z.object({ active: count, trashed: count }),
  files: z.object({ count, bytes: count }),
  /** Of the whole database, with its free pages. */
  databaseBytes: count,
  /** Who has uploaded the most bytes. */
  largest: z.array(z.object({ user, files: count, bytes: count })).check(z.maxLength(MAX_LARGEST)),
});
export type ServerFigures = z.infer<typeof serverFigures>;
