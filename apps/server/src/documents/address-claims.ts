/**
 * Makes roles of what was given to a person's verified addresses, when they open a document, and at no other time (IA2):
 * until they act, nobody learns from it whether the address has an account, and whose it is.
 */
import { ulid } from 'ulid';
import type { CommandRunner } from '../commands/command-runner.ts';
import { SHARING } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { within } from '../runtime/within.ts';
import { findClaimableAround } from '../storage/invited-addresses.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Database } from '../storage/tables.ts';

export interface AddressClaimsOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>;
  /** Of the providers that the server has. */
  readonly issuers: readonly string[];
}

export class AddressClaims {
  readonly #options: AddressClaimsOptions;
  /** A page that asks again while storage is held up must not begin them again. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: AddressClaimsOptions) {
    this.#options = options;
  }

  /**
   * @returns whether there was something to claim.
   * @throws StorageError, also when storage accepts nothing for a while: the claim is made once it can.
   */
  async opening(opened: string, user: string): Promise<boolean> {
    const { db, clock, issuers } = this.#options;
    const query = { user, document: opened, issuers, at: clock.now() };
    const documents = await findClaimableAround(db, query);
    const claims = documents.map((document) => this.#claim(document, user));
    await within(Promise.all(claims), { clock, ms: SHARING.claimTimeoutMs, late: notStored });
    return documents.length > 0;
  }

  #claim(document: string, user: string): Promise<void> {
    const key = `${user} ${document}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const { runner, issuers } = this.#options;
    const command = { id: ulid(), name: 'address:claim', input: { document, issuers } } as const;
    const claim = runner
      .run({ user, command })
      .then(() => undefined)
      .finally(() => this.#running.delete(key));
    this.#running.set(key, claim);
    return claim;
  }
}

function notStored(): StorageError {
  return new StorageError({
    message: 'What was given to an address could not be claimed in time.',
    retryable: true,
    damaged: false,
  });
}
