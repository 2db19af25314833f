/** Heads of journals in Postgres. */
import type { JournalHead, JournalHeads } from '../journal-heads.ts';
import type { Postgres } from './postgres.ts';

export class PostgresHeads implements JournalHeads {
  readonly #postgres: Postgres;

  /** @param postgres is closed together with this. */
  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  async read(documents: readonly string[]): Promise<readonly JournalHead[]> {
    const { rows } = await this.#postgres.query<JournalHead>({
      name: 'journal-heads',
      text: 'select document, epoch, head from journal where document = any($1)',
      values: [documents],
    });
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres[Symbol.asyncDispose]();
  }
}
