/**
 * Who has opened what, for people's lists. Visits are gathered for a moment and written together, as a commit of
 * its own for each would cost more than all else that it takes to open a document; those that are known to be
 * the same visit still are not written at all. A visit is no promise: `kill -9` loses those of the moment.
 */
import { ulid } from 'ulid';
import type { CommandRunner } from '../commands/command-runner.ts';
import { VISITS } from '../limits.ts';
import type { Log } from '../runtime/log.ts';

export interface DocumentVisit {
  readonly user: string;
  readonly document: string;
}

/** Who says the command that writes them: nobody in particular. */
const SERVER = 'server';

export class RecentDocuments implements Disposable {
  readonly #runner: CommandRunner;
  readonly #log: Log;
  /** When they were written, the oldest first. */
  readonly #written = new Map<string, number>();
  #gathered = new Map<string, DocumentVisit>();
  #timer: NodeJS.Timeout | null = null;

  constructor({ runner, log }: { readonly runner: CommandRunner; readonly log: Log }) {
    this.#runner = runner;
    this.#log = log;
  }

  note(visit: DocumentVisit): void {
    const key = keyOf(visit);
    if (Date.now() - (this.#written.get(key) ?? Number.NEGATIVE_INFINITY) < VISITS.sameVisitMs)
      return;
    this.#gathered.set(key, visit);
    if (this.#gathered.size >= VISITS.maxBatch) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), VISITS.batchDelayMs);
  }

  /** A document was taken off a list; the next visit puts it there again. */
  forget(visit: DocumentVisit): void {
    this.#written.delete(keyOf(visit));
  }

  /** Nothing is known of what is on lists. */
  clear(): void {
    this.#written.clear();
  }

  /** What is gathered goes to the runner, which carries it out before it ends. */
  [Symbol.dispose](): void {
    this.#write();
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#gathered.size === 0) return;
    const visits = this.#gathered;
    this.#gathered = new Map();
    const at = Date.now();
    // Before they are: whoever takes one off a list meanwhile is heard of later.
    for (const key of visits.keys()) this.#remember(key, at);
    this.#run([...visits.values()]).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'visits not stored'),
    );
  }

  async #run(visits: readonly DocumentVisit[]): Promise<void> {
    const command = { id: ulid(), name: 'document:visit', input: { visits } } as const;
    const answer = await this.#runner.run({ user: SERVER, command });
    if (answer.kind === 'done') return;
    // A list that cannot be written keeps nobody from reading.
    this.#log.warn({ reason: answer.error.message }, 'visits could not be noted');
    for (const visit of visits) this.forget(visit);
  }

  #remember(key: string, at: number): void {
    this.#written.delete(key);
    this.#written.set(key, at);
    if (this.#written.size <= VISITS.maxCached) return;
    for (const oldest of this.#written.keys()) {
      this.#written.delete(oldest);
      return;
    }
  }
}

function keyOf({ user, document }: DocumentVisit): string {
  return `${user} ${document}`;
}
