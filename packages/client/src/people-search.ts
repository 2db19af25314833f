/** The people one has met, as the server knows them. */
import { metPeople, type MetPerson, type User } from '@tandem/protocol';

const SEARCH_TIMEOUT_MS = 10_000;
const MAX_REMEMBERED_PEOPLE = 200;

export interface PeopleSearchOptions {
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
}

export class PeopleSearch {
  readonly #options: PeopleSearchOptions;
  /** The one found last is the last. */
  readonly #known = new Map<string, User>();

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
    const { people } = metPeople.parse(await response.json());
    for (const { user } of people) this.#remember(user);
    return people;
  }

  /** Somebody who was found, so that what is done with them can be shown at once. */
  known(id: string): User | null {
    return this.#known.get(id) ?? null;
  }

  #remember(user: User): void {
    this.#known.delete(user.id);
    this.#known.set(user.id, user);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED_PEOPLE && oldest !== undefined)
      this.#known.delete(oldest);
  }
}
