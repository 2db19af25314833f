import { foldText, searchWords, type ListedDocument } from '@tandem/protocol';

/** Whether every word of `filter` stands somewhere in the title or excerpt, as a search on the server finds it. */
export function matches(
  { title, excerpt }: Pick<ListedDocument, 'title' | 'excerpt'>,
  filter: string,
): boolean {
  const text = `${foldText(title)} ${foldText(excerpt)}`;
  return searchWords(filter).every((word) => text.includes(word));
}
