/** The people of a history, by their ids and by their Yjs client ids. */
import type { HistoryAuthors, User } from '@tandem/protocol';

export class HistoryPeople {
  readonly #people = new Map<string, User>();
  readonly #owners = new Map<number, string>();

  add(people: readonly User[]): void {
    for (const person of people) this.#people.set(person.id, person);
  }

  addAuthors({ clients, people }: Pick<HistoryAuthors, 'clients' | 'people'>): void {
    this.add(people);
    for (const [client, user] of clients) this.#owners.set(client, user);
  }

  /** Null for an account that does not exist any more. */
  find(user: string | null | undefined): User | null {
    return (user == null ? undefined : this.#people.get(user)) ?? null;
  }

  ofClient(client: number): User | null {
    return this.find(this.#owners.get(client));
  }
}
