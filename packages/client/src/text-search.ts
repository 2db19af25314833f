/** Full text search over this person's documents, as known to the server (SE5), and links between them (BL2). */
import { backlinks, searchResults, type Backlinks, type SearchResults } from '@tandem/protocol';
import { fetchJson, JsonRefused, type JsonRequestOptions } from './json-requests.ts';

export class TextSearch {
  readonly #options: JsonRequestOptions;

  constructor(options: JsonRequestOptions) {
    this.#options = options;
  }

  /** The best results first. Rejects when the server does not answer, or when it is aborted: the server then ends the search, too. */
  async find(text: string, signal?: AbortSignal): Promise<SearchResults> {
    const query = new URLSearchParams({ text });
    const path = `/api/search?${query.toString()}`;
    return await fetchJson(this.#options, path, searchResults, signal);
  }

  /** The documents that link to one; none for a document that this person may not read (BL1). Rejects when the server does not answer. */
  async backlinks(document: string): Promise<Backlinks> {
    try {
      return await fetchJson(this.#options, `/api/documents/${document}/backlinks`, backlinks);
    } catch (error) {
      if (error instanceof JsonRefused && [403, 404].includes(error.status))
        return { documents: [] };
      throw error;
    }
  }
}
