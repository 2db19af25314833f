/** A document in a list: its entry in the library, with its current activity. */
import {
  countUnread,
  type ActivityState,
  type LibraryState,
  type ListedDocument,
  foldText,
  searchWords,
} from '@tandem/protocol';

export interface ShownDocument extends ListedDocument {
  readonly unread: number;
}

/** Sorted by last change. Without `activity`, the library's last values are used. */
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

/** Whether the title or excerpt contains every word of `filter`; the same rule as the server's list. */
export function matches(
  { title, excerpt }: Pick<ListedDocument, 'title' | 'excerpt'>,
  filter: string,
): boolean {
  return hasWords(`${title} ${excerpt}`, filter);
}

export function hasWords(text: string, search: string): boolean {
  const folded = foldText(text);
  return searchWords(search).every((word) => folded.includes(word));
}
