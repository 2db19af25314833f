/** What an event makes of a person's library. */
import type { LibraryEvent } from '../events/events.ts';
import { MAX_LISTED_DOCUMENTS } from '../limits.ts';
import type { LibraryState, ListedDocument } from './library.ts';

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

/** Last changed first, as the server lists them. */
function inOrder(documents: readonly ListedDocument[]): ListedDocument[] {
  return documents
    .toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_LISTED_DOCUMENTS);
}
