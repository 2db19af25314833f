/** A document as lists show it: what is on the person's own list, with what goes on in it. */
import type { ActivityState, LibraryState, ListedDocument } from '@tandem/protocol';

export interface ShownDocument extends ListedDocument {
  /** Messages in its chat that this person has not seen. */
  readonly unread: number;
}

/** Last changed first. Without `activity`, as it was when the library learned of it. */
export function shownDocuments(
  { documents }: LibraryState,
  activity: ActivityState | null,
): readonly ShownDocument[] {
  return documents
    .map((document) => {
      const { excerpt, updatedAt, chatHead } = activity?.documents[document.id] ?? {
        ...document,
        chatHead: 0,
      };
      return {
        ...document,
        excerpt,
        updatedAt: Math.max(document.updatedAt, updatedAt),
        unread: Math.max(0, chatHead - document.chatRead),
      };
    })
    .toSorted((one, other) => other.updatedAt - one.updatedAt);
}
