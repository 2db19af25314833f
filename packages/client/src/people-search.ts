/** Search among the people whom this person has met, as known to the server. */
import { metPeople, type MetPerson, type User } from '@tandem/protocol';
import { fetchJson, type JsonRequestOptions } from './json-requests.ts';

const MAX_REMEMBERED_PEOPLE = 200;

export class PeopleSearch {
  readonly #options: JsonRequestOptions;
  readonly #known = new Map<string, User>();

  constructor(options: JsonRequestOptions) {
    this.#options = options;
  }

  async find(search: string): Promise<readonly MetPerson[]> {
    const query = new URLSearchParams({ search });
    const path = `/api/people?${query.toString()}`;
    const { people } = await fetchJson(this.#options, path, metPeople);
    for (const { user } of people) this.remember(user);
    return people;
  }

  known(id: string): User | null {
    return this.#known.get(id) ?? null;
  }

  /** Whose name shows at once in what this device does with them. */
  remember(user: User): void {
    this.#known.delete(user.id);
    this.#known.set(user.id, user);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED_PEOPLE && oldest !== undefined)
      this.#known.delete(oldest);
  }
}
