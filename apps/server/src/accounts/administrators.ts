/** Who may see the dashboard and change the server's settings: those named by the operator, and the first account. */
import type { Configuration } from '../configuration/configuration.ts';
import { listAdministrators } from '../storage/identities.ts';
import type { Database } from '../storage/tables.ts';
import { METRICS_READER } from './people.ts';

export class Administrators {
  readonly #db: Database;
  readonly #configured: Configuration['administrators'];
  #stored: ReadonlySet<string> = new Set();

  constructor(db: Database, configured: Configuration['administrators']) {
    this.#db = db;
    this.#configured = configured;
  }

  /** @throws StorageError */
  async refresh(): Promise<void> {
    this.#stored = new Set(await listAdministrators(this.#db));
  }

  /** By the setting, so that no command changes it. */
  isNamed(user: string): boolean {
    return this.#configured !== 'everyone' && this.#configured.includes(user);
  }

  /** Without the database, also where everyone is one. */
  hasBySetting(user: string): boolean {
    return this.#configured === 'everyone' || this.#configured.includes(user);
  }

  has(user: string): boolean {
    return user === METRICS_READER.id || this.hasBySetting(user) || this.#stored.has(user);
  }
}
