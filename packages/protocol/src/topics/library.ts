/** The library: one person's name and colour, listed documents, and reading marks. */
import * as z from 'zod/mini';
import { MAX_EXCERPT_LENGTH, MAX_LIBRARY_PAGE, MAX_TEMPLATES } from '../limits.ts';
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
import {
  inTreeOrder,
  newPosition,
  position,
  positionAtTime,
  positionBetween,
} from '../position.ts';
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

/** The number of the newest message that a person has read. */
const readUpTo = z.int().check(z.nonnegative());

export const listedDocument = z.object({
  id: documentId,
  kind: documentKind,
  title,
  role,
  /** The document in which it is on this person's list; null at the top of their tree (TR2). */
  parent: z.nullable(documentId),
  /** Among the documents beside it. */
  position,
  /** The first words of the text when it was listed; `activity` has newer ones. */
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  createdAt: instant,
  updatedAt: instant,
  chatRead: readUpTo,
  /** Absent: none of the comments. */
  commentsRead: z.optional(readUpTo),
  isNew: z.optional(z.literal(true)),
  /** Since when it is among this person's favourites. */
  favouriteAt: z.optional(instant),
  /** Which comments in it this person is notified of (NT5); absent: mentions and replies. */
  follows: z.optional(z.enum(['all', 'none'])),
  /** Others are made from it (TM1). */
  isTemplate: z.optional(z.literal(true)),
});
export type ListedDocument = z.infer<typeof listedDocument>;

export const libraryPlace = z.object({ updatedAt: instant, id: documentId });
export type LibraryPlace = z.infer<typeof libraryPlace>;

export const libraryState = z.object({
  type: z.literal('library'),
  user,
  /** Last changed first: all documents up to `next`, and some after it, such as favourites and templates. */
  documents: z.array(listedDocument),
  /** The list continues after this place; null: the list is complete. */
  next: z.nullable(libraryPlace),
});
export type LibraryState = z.infer<typeof libraryState>;

export const libraryPage = z.object({
  documents: z.array(listedDocument).check(z.maxLength(MAX_LIBRARY_PAGE)),
  next: z.nullable(libraryPlace),
});
export type LibraryPage = z.infer<typeof libraryPage>;

/** What is in one document, or at the top of the tree, in the order of positions. */
export const treePlace = z.object({ position, id: documentId });
export type TreePlace = z.infer<typeof treePlace>;

export const treePage = z.object({
  documents: z.array(listedDocument).check(z.maxLength(MAX_LIBRARY_PAGE)),
  next: z.nullable(treePlace),
});
export type TreePage = z.infer<typeof treePage>;

/** `all` comments, one's `own`: mentions and replies; or `none` of them. */
const follows = z.enum(['all', 'own', 'none']);

const libraryEvents = [
  defineEvent('document:listed', { document: listedDocument }),
  defineEvent('document:renamed', { document: documentId, title }),
  defineEvent('document:moved', {
    document: documentId,
    parent: z.nullable(documentId),
    position,
  }),
  defineEvent('document:favourited', { document: documentId, isFavourite: z.boolean() }),
  defineEvent('document:followed', { document: documentId, follows }),
  defineEvent('document:templated', { document: documentId, isTemplate: z.boolean() }),
  /** Also takes what is inside it off the list. */
  defineEvent('document:unlisted', { document: documentId }),
  defineEvent('chat:seen', { document: documentId, chatRead: readUpTo }),
  defineEvent('comments:seen', { document: documentId, commentsRead: readUpTo }),
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
    case 'document:moved':
      return isInside(state, event.parent, event.document)
        ? state
        : change(state, event.document, () => ({ parent: event.parent, position: event.position }));
    case 'document:favourited':
      return change(state, event.document, ({ favouriteAt = event.at }) => ({
        favouriteAt: event.isFavourite ? favouriteAt : undefined,
      }));
    case 'document:followed':
      return change(state, event.document, () => ({
        follows: event.follows === 'own' ? undefined : event.follows,
      }));
    case 'document:templated':
      return change(state, event.document, () => ({
        isTemplate: event.isTemplate || undefined,
      }));
    case 'document:unlisted': {
      if (!state.documents.some(({ id }) => id === event.document)) return state;
      const gone = withDescendants(state, event.document);
      return { ...state, documents: state.documents.filter(({ id }) => !gone.has(id)) };
    }
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

/**
 * Whether `document` is `ancestor` or inside it, as far as the state knows. The server refuses a move into the
 * document itself (TR4), which a prediction would show until then.
 */
function isInside(state: LibraryState, document: string | null, ancestor: string): boolean {
  const parents = new Map(state.documents.map(({ id, parent }) => [id, parent]));
  let steps = state.documents.length;
  for (let at = document; at !== null && steps-- >= 0; at = parents.get(at) ?? null)
    if (at === ancestor) return true;
  return false;
}

function withDescendants({ documents }: LibraryState, root: string): ReadonlySet<string> {
  const children = childrenOf(documents);
  const found = new Set([root]);
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child.id);
  return found;
}

/** By parent; null has the top of the tree. */
export function childrenOf<T extends Pick<ListedDocument, 'id' | 'parent' | 'position'>>(
  documents: readonly T[],
): ReadonlyMap<string | null, readonly T[]> {
  const children = new Map<string | null, T[]>();
  for (const document of documents) {
    const siblings = children.get(document.parent);
    if (siblings === undefined) children.set(document.parent, [document]);
    else siblings.push(document);
  }
  for (const siblings of children.values()) siblings.sort(inTreeOrder);
  return children;
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
  const kept = [
    ...state.documents.filter(({ favouriteAt }) => favouriteAt !== undefined),
    ...state.documents.filter(({ isTemplate }) => isTemplate).slice(0, MAX_TEMPLATES),
  ];
  const last = documents[keep - 1];
  if (documents.length <= keep || last === undefined)
    return mergeDocuments({ ...state, documents: [...documents] }, kept);
  const { id, updatedAt } = last;
  const trimmed = { ...state, documents: documents.slice(0, keep), next: { updatedAt, id } };
  return mergeDocuments(trimmed, kept);
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

function lastPosition(state: LibraryState | null, parent: string | null, at: number): string {
  if (parent === null || state === null) return positionAtTime(at);
  const last = childrenOf(state.documents).get(parent)?.at(-1)?.position ?? null;
  return positionBetween(last, null) ?? positionAtTime(at);
}

export const libraryCommands = defineCommands(
  defineCommand({
    name: 'document:create',
    summary:
      'Creates a page that the user owns, at the top of the tree or in another document. An existing one stays as it is.',
    input: z.strictObject({
      document: newDocumentId,
      title: z.optional(newTitle),
      parent: z.optional(documentId),
      /** Without it, the last one. */
      position: z.optional(newPosition),
    }),
    order: FIRST,
    replaces: null,
    isIdempotent: true,
    predict({ input, at, state }) {
      const { document: id, title = '', parent = null } = input;
      if (state?.documents.some((listed) => listed.id === id) === true) return null;
      const document = {
        id,
        kind: 'page',
        title,
        role: 'owner',
        parent,
        position: input.position ?? lastPosition(state, parent, at),
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
    name: 'document:move',
    summary:
      'Moves the document, with what is inside it, into another document or to the top of the tree.',
    input: z.strictObject({
      document: documentId,
      parent: z.nullable(documentId),
      /** Without it, the last one; at the top, as of a new document. */
      position: z.optional(newPosition),
    }),
    order: IN_TURN,
    replaces: { key: () => 'place' },
    isIdempotent: false,
    predict: ({ input: { document, parent, position }, at, state }) => ({
      name: 'document:moved',
      document,
      parent,
      position: position ?? lastPosition(state, parent, at),
    }),
  }),
  defineCommand({
    name: 'document:favourite',
    summary: 'Puts a document among the user’s favourites, or takes it away from them.',
    input: z.strictObject({ document: documentId, isFavourite: z.boolean() }),
    order: IN_TURN,
    replaces: { key: () => 'favourite' },
    isIdempotent: false,
    predict: ({ input: { document, isFavourite } }) => ({
      name: 'document:favourited',
      document,
      isFavourite,
    }),
  }),
  defineCommand({
    name: 'document:follow',
    summary: 'Chooses which comments in a document the user is notified of.',
    input: z.strictObject({ document: documentId, follows }),
    order: IN_TURN,
    replaces: { key: () => 'follows' },
    isIdempotent: false,
    predict: ({ input: { document, follows: which } }) => ({
      name: 'document:followed',
      document,
      follows: which,
    }),
  }),
  defineCommand({
    name: 'document:template',
    summary: 'Makes the document a template, from which others are made, or an ordinary document.',
    input: z.strictObject({ document: documentId, isTemplate: z.boolean() }),
    order: IN_TURN,
    replaces: { key: () => 'template' },
    isIdempotent: false,
    predict: ({ input: { document, isTemplate } }) => ({
      name: 'document:templated',
      document,
      isTemplate,
    }),
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
    input: z.strictObject({ document: documentId, number: readUpTo }),
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
    input: z.strictObject({ document: documentId, number: readUpTo }),
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
