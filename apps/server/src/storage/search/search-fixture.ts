/** Documents to search, for the contracts of search. */
import { MAX_SEARCH_RESULTS } from '@tandem/protocol';
import { createDocument } from '../documents.ts';
import type { Database } from '../tables.ts';
import type { SearchIndex } from './search-index.ts';

export interface OpenedSearch {
  readonly db: Database;
  readonly index: SearchIndex;
}

export const textOf = (
  document: string,
  parts: readonly string[],
  offset: number,
  epoch = 'e1',
) => ({
  ...{ document, parts, links: [], epoch, offset },
  at: offset,
});

export async function startSearch(open: () => Promise<OpenedSearch>) {
  const { db, index } = await open();
  const put = async (
    id: string,
    { title = '', parts = [], owner = 'ada' }: { title?: string; parts?: string[]; owner?: string },
  ) => {
    await createDocument(db, { id, kind: 'page', title, owner, at: 1_000 });
    await index.update([textOf(id, parts, 1_000)]);
  };
  const find = async (search: string, user = 'ada', limit: number = MAX_SEARCH_RESULTS) =>
    (await index.search({ user, search, limit })).results.map(({ document }) => document);
  return { db, index, put, find };
}
