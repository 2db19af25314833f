/**
 * Makes roles of what was given to a person's verified addresses, when they open a document, and at no other time (IA2):
 * until they act, nobody learns from it whether the address has an account, and whose it is.
 */
import { ulid } from 'ulid';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Clock } from '../runtime/clock.ts';
import { findClaimableAround } from '../storage/invited-addresses.ts';
import type { Database } from '../storage/tables.ts';

export interface AddressClaimsOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Of the providers that the server has. */
  readonly issuers: readonly string[];
}

export class AddressClaims {
  readonly #options: AddressClaimsOptions;

  constructor(options: AddressClaimsOptions) {
    this.#options = options;
  }

  /** @returns whether there was something to claim. @throws StorageError */
  async opening(opened: string, user: string): Promise<boolean> {
    const { db, runner, clock, issuers } = this.#options;
    const query = { user, document: opened, issuers, at: clock.now() };
    const documents = await findClaimableAround(db, query);
    for (const document of documents) {
      const command = { id: ulid(), name: 'address:claim', input: { document, issuers } } as const;
      await runner.run({ user, command });
    }
    return documents.length > 0;
  }
}
