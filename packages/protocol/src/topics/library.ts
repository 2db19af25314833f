/** The library: one person's name and colour, listed documents, and reading marks. */
import { z } from 'zod';
import { MAX_EXCERPT_LENGTH, MAX_LIBRARY_PAGE } from '../limits.ts';
import {
  documentId,
  documentKind,
  instant,
  newDocumentId,
  newTitle,
  role,
  title,
  user,
} from '../messages/field.ts';
import { sentText } from '../text.ts';
import {
  ANY_ORDER,
  defineChannel,
  commandsOf,
  defineCommands,
  FIRST,
  IN_TURN,
} from './definition.ts';
import { defineEvent, profileChanged } from './event.ts';

export const listedDocument = z.object({
  id: documentId,
  kind: documentKind,
  title,
  role,
  /** The first words of the text when it was listed; `activity` has newer ones. */
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  createdAt: instant,
  updatedAt: instant,
  chatRead: z.number().int().nonnegative(),
  /** Absent: none of the comments. */
  commentsRead: z.number().int().nonnegative().optional(),
  isNew: z.literal(true).optional(),
});
export type ListedDocument = z.infer<typeof listedDocument>;

export const libraryPlace = z.object({ updatedAt: instant, id: documentId });
export type LibraryPlace = z.infer<typeof libraryPlace>;

export const libraryState = z.object({
  type: z.literal('library'),
  user,
  /** Last changed first: all documents up to `next`, and some after it. */
  documents: z.array(listedDocument),
  /** The list continues after this place; null: the list is complete. */
  next: libraryPlace.nullable(),
});
export type LibraryState = z.infer<typeof libraryState>;

export const libraryPage = z.object({
  documents: z.array(listedDocument).max(MAX_LIBRARY_PAGE),
  next: libraryPlace.nullable(),
});
export type LibraryPage = z.infer<typeof libraryPage>;

const chatRead = z.number().int().nonnegative();

const libraryEvents = [
  defineEvent('document:listed', { document: listedDocument }),
  defineEvent('document:renamed', { document: documentId, title }),
  defineEvent('document:unlisted', { document: documentId }),
  defineEvent('chat:seen', { document: documentId, chatRead }),
  defineEvent('comments:seen', { document: documentId, commentsRead: chatRead }),
] as const;
export const libraryEvent = z.discriminatedUnion('name', [profileChanged, ...libraryEvents]);
export type LibraryEvent = z.infer<typeof libraryEvent>;

export function reduceLibrary(state: LibraryState, event: LibraryEvent): LibraryState {
  switch (event.name) {
    case 'profile:changed':
      return event.user.id === state.user.id ? { ...state, user: event.user } : state;
    case 'document:listed':
      return {
        ...state,
        documents: inOrder([
          event.document,
          ...state.documents.filter(({ id }) => id !== event.document.id),
        ]),
      };
    case 'document:renamed':
      return change(state, event.document, ({ updatedAt }) => ({
        title: event.title,
        updatedAt: Math.max(updatedAt, event.at),
      }));
    case 'document:unlisted':
      return state.documents.some(({ id }) => id === event.document)
        ? { ...state, documents: state.documents.filter(({ id }) => id !== event.document) }
        : state;
    case 'chat:seen':
      return change(state, event.document, ({ chatRead }) => ({
        chatRead: Math.max(chatRead, event.chatRead),
      }));
    case 'comments:seen':
      return change(state, event.document, ({ commentsRead = 0 }) => ({
        commentsRead: Math.max(commentsRead, event.commentsRead),
      }));
  }
}

function change(
  state: LibraryState,
  id: string,
  fields: (document: ListedDocument) => Partial<ListedDocument>,
): LibraryState {
  if (!state.documents.some((document) => document.id === id)) return state;
  const documents = state.documents.map((document) =>
    document.id === id ? { ...document, ...fields(document) } : document,
  );
  return { ...state, documents: inOrder(documents) };
}

export function isBefore(one: LibraryPlace, other: LibraryPlace): boolean {
  return inListOrder(one, other) < 0;
}

export function withoutGaps<T extends LibraryPlace>(
  documents: readonly T[],
  next: LibraryPlace | null,
): readonly T[] {
  return next === null ? documents : documents.filter((place) => !isBefore(next, place));
}

export function mergeDocuments(
  state: LibraryState,
  documents: readonly ListedDocument[],
): LibraryState {
  const known = new Map(state.documents.map((document) => [document.id, document]));
  for (const document of documents) known.set(document.id, document);
  return { ...state, documents: inOrder([...known.values()]) };
}

/** Appends the page that follows `next`. Of any other page, only adds the documents. */
export function appendLibrary(
  state: LibraryState,
  after: LibraryPlace,
  page: LibraryPage,
): LibraryState {
  const merged = mergeDocuments(state, page.documents);
  const isNext = state.next?.id === after.id && state.next.updatedAt === after.updatedAt;
  return isNext ? { ...merged, next: page.next } : merged;
}

export function trimLibrary(state: LibraryState, keep: number): LibraryState {
  const documents = withoutGaps(state.documents, state.next);
  const last = documents[keep - 1];
  if (documents.length <= keep || last === undefined)
    return { ...state, documents: [...documents] };
  const { id, updatedAt } = last;
  return { ...state, documents: documents.slice(0, keep), next: { updatedAt, id } };
}

function inOrder(documents: readonly ListedDocument[]): ListedDocument[] {
  return documents.toSorted(inListOrder);
}

function inListOrder(a: LibraryPlace, b: LibraryPlace): number {
  if (a.id === b.id) return 0;
  return b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1);
}

export const libraryChannel = defineChannel({
  type: 'library',
  of: 'person',
  state: libraryState,
  event: libraryEvent,
  reduce: reduceLibrary,
});

const defineCommand = commandsOf(libraryChannel);

export const libraryCommands = defineCommands(
  defineCommand({
    name: 'document:create',
    summary: 'Creates a page that the user owns. An existing one stays as it is.',
    input: z.strictObject({ document: newDocumentId, title: newTitle.optional() }),
    order: FIRST,
    replaces: null,
    isIdempotent: true,
    predict({ input: { document: id, title = '' }, at, state }) {
      if (state?.documents.some((listed) => listed.id === id) === true) return null;
      const document = {
        id,
        kind: 'page',
        title,
        role: 'owner',
        excerpt: '',
        createdAt: at,
        updatedAt: at,
        chatRead: 0,
      } as const;
      return { name: 'document:listed', document };
    },
  }),
  defineCommand({
    name: 'document:rename',
    summary: 'Changes the title.',
    input: z.strictObject({ document: documentId, title: newTitle }),
    order: IN_TURN,
    replaces: { key: () => 'title' },
    isIdempotent: false,
    predict: ({ input: { document, title } }) => ({ name: 'document:renamed', document, title }),
  }),
  defineCommand({
    name: 'document:unlist',
    summary: 'Takes the document off the user’s own list. Nothing changes for others.',
    input: z.strictObject({ document: documentId }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { document } }) => ({ name: 'document:unlisted', document }),
  }),
  defineCommand({
    name: 'document:trash',
    summary: 'Moves a document to its owner’s trash. It is deleted for good after 30 days.',
    input: z.strictObject({ document: documentId }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { document } }) => ({ name: 'document:unlisted', document }),
  }),
  defineCommand({
    name: 'chat:see',
    summary: 'All messages up to this number have been seen. The mark never moves back.',
    input: z.strictObject({ document: documentId, number: z.number().int().nonnegative() }),
    order: ANY_ORDER,
    replaces: { key: () => 'read', covers: (later, earlier) => earlier.number <= later.number },
    isIdempotent: true,
    isSilent: true,
    predict: ({ input: { document, number } }) => ({
      name: 'chat:seen',
      document,
      chatRead: number,
    }),
  }),
  defineCommand({
    name: 'comments:see',
    summary: 'All comments up to this number have been seen. The mark never moves back.',
    input: z.strictObject({ document: documentId, number: z.number().int().nonnegative() }),
    order: ANY_ORDER,
    replaces: { key: () => 'comments', covers: (later, earlier) => earlier.number <= later.number },
    isIdempotent: true,
    isSilent: true,
    predict: ({ input: { document, number } }) => ({
      name: 'comments:seen',
      document,
      commentsRead: number,
    }),
  }),
);
