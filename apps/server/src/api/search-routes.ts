/** Full text search over the documents of the caller. */
import { Hono } from 'hono';
import { librarySearch, MAX_SEARCH_RESULTS, type SearchResults } from '@tandem/protocol';
import { ApiError, endedBy } from '../http/api-error.ts';
import type { SearchIndex } from '../storage/search/search-index.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';

export interface SearchRoutesOptions {
  readonly index: Pick<SearchIndex, 'search'>;
  readonly signedIn: SignedInMiddleware;
}

export function searchRoutes({ index, signedIn }: SearchRoutesOptions) {
  return new Hono<ApiEnvironment>().get('/search', signedIn, async (context) => {
    const text = librarySearch.safeParse(context.req.query('text') ?? '');
    if (!text.success) throw new ApiError('bad-message', { detail: '"text" is a short text.' });
    const { id: user } = context.get('user');
    const { signal } = context.req.raw;
    const options = { user, search: text.data, limit: MAX_SEARCH_RESULTS, signal };
    const found = await index.search(options).catch(endedBy(signal));
    return context.json(found satisfies SearchResults);
  });
}
