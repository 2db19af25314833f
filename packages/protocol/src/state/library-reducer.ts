/** What an event makes of a person's library. */
import type { LibraryEvent } from '../events/events.ts';
import type { LibraryPage, LibraryPlace, LibraryState, ListedDocument } from './library.ts';

/** Gives the same object back when the event changes nothing. */
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

/** Whether the first of two places stands before the other. */
export function isBefore(one: LibraryPlace, other: LibraryPlace): boolean {
  return inListOrder(one, other) < 0;
}

/** The documents that stand at or before `next`: without a gap, all that stand there. */
export function withoutGaps<T extends LibraryPlace>(
  documents: readonly T[],
  next: LibraryPlace | null,
): readonly T[] {
  return next === null ? documents : documents.filter((place) => !isBefore(next, place));
}

/** With documents that came otherwise than by events, such as those that a search found. */
export function mergeDocuments(
  state: LibraryState,
  documents: readonly ListedDocument[],
): LibraryState {
  const known = new Map(state.documents.map((document) => [document.id, document]));
  for (const document of documents) known.set(document.id, document);
  return { ...state, documents: inOrder([...known.values()]) };
}

/** With the page that follows `next`. One of another place only adds its documents. */
export function appendLibrary(
  state: LibraryState,
  after: LibraryPlace,
  page: LibraryPage,
): LibraryState {
  const merged = mergeDocuments(state, page.documents);
  const isNext = state.next?.id === after.id && state.next.updatedAt === after.updatedAt;
  return isNext ? { ...merged, next: page.next } : merged;
}

/** The first documents of the list and nothing else. */
export function trimLibrary(state: LibraryState, keep: number): LibraryState {
  const documents = withoutGaps(state.documents, state.next);
  const last = documents[keep - 1];
  if (documents.length <= keep || last === undefined)
    return { ...state, documents: [...documents] };
  const { id, updatedAt } = last;
  return { ...state, documents: documents.slice(0, keep), next: { updatedAt, id } };
}

/** Last changed first, as the server lists them. */
function inOrder(documents: readonly ListedDocument[]): ListedDocument[] {
  return documents.toSorted(inListOrder);
}

function inListOrder(a: LibraryPlace, b: LibraryPlace): number {
  if (a.id === b.id) return 0;
  return b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1);
}
