/** The people one has met, as the server knows them. */
import { metPeople, type MetPerson } from '@tandem/protocol';

const SEARCH_TIMEOUT_MS = 10_000;

export interface PeopleSearchOptions {
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
}

export class PeopleSearch {
  readonly #options: PeopleSearchOptions;

  constructor(options: PeopleSearchOptions) {
    this.#options = options;
  }

  /** People who share a document with this person and in whose name each word stands. Rejects when they cannot be had now. */
  async find(search: string): Promise<readonly MetPerson[]> {
    const { base, fetch } = this.#options;
    const query = new URLSearchParams({ search });
    const signal = AbortSignal.timeout(SEARCH_TIMEOUT_MS);
    const response = await fetch(`${base}/api/people?${query.toString()}`, { signal });
    if (!response.ok) throw new Error(`no people: ${response.status}`);
    return metPeople.parse(await response.json()).people;
  }
}
