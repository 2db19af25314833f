/** The settings that administrators change, as this node knows them. */
import type { ServerSettings } from '@tandem/protocol/accounts';
import { FIRST_SETTINGS, readServerSettings } from '../storage/server-settings.ts';
import type { Database } from '../storage/tables.ts';

export class CurrentSettings {
  readonly #db: Database;
  #settings = FIRST_SETTINGS;

  constructor(db: Database) {
    this.#db = db;
  }

  get(): ServerSettings {
    return this.#settings;
  }

  /** @throws StorageError */
  async refresh(): Promise<void> {
    this.#settings = await readServerSettings(this.#db);
  }
}
