/**
 * The shown members of a crowd: those with the latest activity. A member keeps a place for a while,
 * and few places change at once, so that the page stays readable and cheap.
 */
import { MAX_LISTED_MEMBERS } from '@tandem/protocol';
import { PRESENCE } from './limits.ts';

interface Actor {
  /** In milliseconds; 0 before any activity. */
  readonly actedAt: number;
}

type People<T extends Actor> = ReadonlyMap<string, T>;

export class VisibleMembers {
  readonly #shown: Set<string>;

  constructor(people: People<Actor>) {
    this.#shown = new Set(latestFirst(people).slice(0, MAX_LISTED_MEMBERS));
  }

  has(user: string): boolean {
    return this.#shown.has(user);
  }

  ordered<T extends Actor>(people: People<T>): T[] {
    const shown: T[] = [];
    for (const user of this.#shown) {
      const person = people.get(user);
      if (person !== undefined) shown.push(person);
    }
    return shown.toSorted((one, other) => other.actedAt - one.actedAt);
  }

  turn(people: People<Actor>, nowMs: number): { readonly came: string[]; readonly went: string[] } {
    const went = [...this.#shown].filter((user) => !people.has(user));
    for (const user of went) this.#shown.delete(user);
    const waiting = latestFirst(people, (user) => !this.#shown.has(user));
    const came = waiting.splice(0, MAX_LISTED_MEMBERS - this.#shown.size);
    const quietest = latestFirst(people, (user) => this.#shown.has(user)).toReversed();
    for (const [at, user] of quietest.slice(0, PRESENCE.maxReplaced).entries()) {
      const other = waiting[at];
      if (other === undefined) break;
      const actedAt = people.get(user)?.actedAt ?? 0;
      const isHeld = actedAt > 0 && nowMs - actedAt < PRESENCE.minShownMs;
      if (isHeld || (people.get(other)?.actedAt ?? 0) <= actedAt) break;
      this.#shown.delete(user);
      went.push(user);
      came.push(other);
    }
    for (const user of came) this.#shown.add(user);
    return { came, went };
  }
}

function latestFirst(
  people: People<Actor>,
  isMeant: (user: string) => boolean = () => true,
): string[] {
  const users: [string, Actor][] = [];
  for (const entry of people) if (isMeant(entry[0])) users.push(entry);
  users.sort(([, one], [, other]) => other.actedAt - one.actedAt);
  return users.map(([user]) => user);
}
