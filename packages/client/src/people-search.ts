/** Search among the people whom this person has met, as known to the server. */
import { metPeople, type MetPerson, type User } from '@tandem/protocol';
import type { Clock } from './environment.ts';
import { withTimeout } from './request-timeout.ts';

const SEARCH_TIMEOUT_MS = 10_000;
const MAX_REMEMBERED_PEOPLE = 200;

export interface PeopleSearchOptions {
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

export class PeopleSearch {
  readonly #options: PeopleSearchOptions;
  readonly #known = new Map<string, User>();

  constructor(options: PeopleSearchOptions) {
    this.#options = options;
  }

  async find(search: string): Promise<readonly MetPerson[]> {
    const { base, fetch, clock } = this.#options;
    const query = new URLSearchParams({ search });
    const { people } = await withTimeout({ clock, limitMs: SEARCH_TIMEOUT_MS }, async (signal) => {
      const response = await fetch(`${base}/api/people?${query.toString()}`, { signal });
      if (!response.ok) throw new Error(`no people: ${response.status}`);
      return metPeople.parse(await response.json());
    });
    for (const { user } of people) this.#remember(user);
    return people;
  }

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
