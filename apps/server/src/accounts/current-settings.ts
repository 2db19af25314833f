/** The settings that administrators change, as this node knows them. */
import type { ServerSettings } from '@tandem/protocol/accounts';
import { FIRST_SETTINGS, readServerSettings } from '../storage/server-settings.ts';
import type { Database } from '../storage/tables.ts';

export class CurrentSettings {
  readonly #db: Database;
  #settings = FIRST_SETTINGS;
  #lastRead = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  get(): ServerSettings {
    return this.#settings;
  }

  /** @throws StorageError */
  async refresh(): Promise<void> {
    const read = ++this.#lastRead;
    const settings = await readServerSettings(this.#db);
    // A read that began later knows more, also when it was faster.
    if (read === this.#lastRead) this.#settings = settings;
  }
}
