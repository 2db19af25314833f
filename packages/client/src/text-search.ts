/** Full text search over this person's documents, as known to the server (SE5). */
import { searchResults, type SearchResult } from '@tandem/protocol';
import type { Clock } from './environment.ts';
import { withTimeout } from './request-timeout.ts';

const SEARCH_TIMEOUT_MS = 10_000;

export interface TextSearchOptions {
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

export class TextSearch {
  readonly #options: TextSearchOptions;

  constructor(options: TextSearchOptions) {
    this.#options = options;
  }

  /** The best results first. Rejects when the server does not answer. */
  async find(text: string): Promise<readonly SearchResult[]> {
    const { base, fetch, clock } = this.#options;
    const query = new URLSearchParams({ text });
    return await withTimeout({ clock, limitMs: SEARCH_TIMEOUT_MS }, async (signal) => {
      const response = await fetch(`${base}/api/search?${query.toString()}`, { signal });
      if (!response.ok) throw new Error(`no results: ${response.status}`);
      return searchResults.parse(await response.json()).results;
    });
  }
}
