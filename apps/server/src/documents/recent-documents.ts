/**
 * Records opened documents for users' lists. Visits are batched for a moment, since a commit for
 * each would cost more than all other work of opening a document; repeats of a recent visit are not
 * written. Visits are best effort: `kill -9` loses the pending batch.
 */
import { ulid } from 'ulid';
import type { CommandRunner } from '../commands/command-runner.ts';
import { VISITS } from '../storage/limits.ts';
import type { Log } from '../runtime/log.ts';

export interface DocumentVisit {
  readonly user: string;
  readonly document: string;
}

const SERVER = 'server';

export class RecentDocuments implements Disposable {
  readonly #runner: CommandRunner;
  readonly #log: Log;
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

  forget(visit: DocumentVisit): void {
    this.#written.delete(keyOf(visit));
  }

  clear(): void {
    this.#written.clear();
  }

  /** Submits the pending batch to the runner, which executes it before it stops. */
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
    // Before the write, so that a later `forget` removes the entry.
    for (const key of visits.keys()) this.#remember(key, at);
    this.#run([...visits.values()]).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'visits not stored'),
    );
  }

  async #run(visits: readonly DocumentVisit[]): Promise<void> {
    const command = { id: ulid(), name: 'document:visit', input: { visits } } as const;
    const answer = await this.#runner.run({ user: SERVER, command });
    if (answer.kind === 'done') return;
    // A failed write must not block reading.
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
