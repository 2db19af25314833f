/** A document as lists show it: what is on the person's own list, with what goes on in it. */
import {
  countUnread,
  type ActivityState,
  type LibraryState,
  type ListedDocument,
  foldText,
  searchWords,
} from '@tandem/protocol';

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
      const news = activity?.documents[document.id];
      const { excerpt, updatedAt } = news ?? document;
      return {
        ...document,
        excerpt,
        updatedAt: Math.max(document.updatedAt, updatedAt),
        unread: news === undefined ? 0 : countUnread(news, document.chatRead),
      };
    })
    .toSorted((one, other) => other.updatedAt - one.updatedAt);
}

/** Whether every word of `filter` stands somewhere in the title or excerpt, as a search on the server finds it. */
export function matches(
  { title, excerpt }: Pick<ListedDocument, 'title' | 'excerpt'>,
  filter: string,
): boolean {
  const text = `${foldText(title)} ${foldText(excerpt)}`;
  return searchWords(filter).every((word) => text.includes(word));
}
