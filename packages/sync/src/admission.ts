/**
 * Decides which updates enter the journal: tries each on the loaded document, which is ahead of the
 * committed bytes by the queued rows, and knows to whom each Yjs client id belongs.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import * as Y from 'yjs';
import type { AuthorityRules, UpdateValidation, ValidationContext } from './authority-rules.ts';
import type { CommittedReplica } from './committed-replica.ts';
import { MAX_DOCUMENT_BYTES } from './limits.ts';
import type { LoadedDocument } from './loaded-document.ts';
import type { Decision, Outcome, OutcomeQueue, Submission } from './outcome-queue.ts';
import type { LaterRows } from './stored-document.ts';
import type { Subscription } from './subscription.ts';

export interface AdmissionOptions {
  readonly rules: AuthorityRules;
  readonly committed: CommittedReplica;
  readonly loaded: LoadedDocument;
  readonly queue: OutcomeQueue;
  readonly owners: ReadonlyMap<number, string>;
  readonly subscriptions: ReadonlyMap<number, Subscription>;
}

const TOO_LARGE =
  'This document has reached the largest size that the server can store. Your change is kept on this device. Continue in a new document.';

export class Admission {
  readonly #options: AdmissionOptions;
  /** Of committed and of queued rows. */
  readonly #owners: Map<number, string>;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#owners = new Map(options.owners);
  }

  owner(client: number): string | undefined {
    const owner = this.#owners.get(client);
    if (owner !== undefined) return owner;
    for (const lent of this.#options.subscriptions.values())
      if (lent.client === client) return lent.user;
    return undefined;
  }

  /** @throws DamagedDocument when the document cannot be rebuilt after an eviction or a refusal. */
  decide(
    { subscription, cseq, user, update, at }: Submission,
    sender: Subscription,
    attempt: 'first' | 'repair',
  ): Decision {
    const { committed, loaded, queue } = this.#options;
    const { doc } = loaded;
    // Structs under the same ids would count as known, and the update would be lost silently.
    if (sender.client !== undefined && this.#isTaken(sender.client, user))
      return refused(errorOf('client-taken'));
    // Returning replicas may hold work of users who never return, so their client ids are accepted.
    const isReturn = sender.returns && cseq === sender.first;
    const owner = isReturn ? noOwner : (client: number) => this.owner(client);
    const validation = this.#validation(update, { doc, user, owner });
    if (validation.kind === 'refused') return validation;
    if (validation.kind === 'missing') {
      // The repair lacks it as well: another request would repeat endlessly.
      return attempt === 'repair' ? refused(errorOf('invalid-update')) : { kind: 'missing' };
    }
    if (!validation.hasNewContent) return { kind: 'known' };
    const bytes = committed.bytes + queue.rowBytes + update.byteLength;
    // Deletions are accepted, because they shrink a document.
    if (bytes > MAX_DOCUMENT_BYTES && validation.clients.length > 0) {
      return refused(errorOf('too-large', { detail: TOO_LARGE }));
    }
    const applied = loaded.apply(update, validation.repeats ? 'as emitted' : 'as sent');
    if (applied.kind === 'corrupted') {
      loaded.rebuild(queue.rows.map(({ row }) => row.update));
      return refused(applied.error);
    }
    const offset = committed.head + queue.rowCount + 1;
    const row = { offset, update: applied.update, user, subscription, cseq, at };
    const owned = validation.clients.filter(
      (client) => !this.#owners.has(client) && (!isReturn || client === sender.client),
    );
    for (const client of owned) this.#owners.set(client, user);
    const clocks = new Map(
      validation.clients.map((client) => [client, Y.getState(doc.store, client)]),
    );
    return { kind: 'row', row, clocks, owned };
  }

  /** Whether the queued rows are as valid after rows of `clients` as they were before (CL6). */
  isUnaffectedBy(clients: ReadonlySet<number>, owners: LaterRows['owners']): boolean {
    return this.#options.queue.rows.every(
      ({ row, clocks, owned }) =>
        owned.every((client) => (owners.get(client) ?? row.user) === row.user) &&
        [...clocks.keys()].every((client) => !clients.has(client)),
    );
  }

  adopt(owners: LaterRows['owners']): void {
    for (const [client, user] of owners) this.#owners.set(client, user);
  }

  /**
   * Frees the client ids that the queued rows claimed, unless others have them now.
   *
   * @returns those that others have.
   */
  reclaim(owners: LaterRows['owners']): ReadonlySet<number> {
    const claims = this.#options.queue.rows.flatMap(({ row, owned }) =>
      owned.map((client) => ({ client, user: row.user })),
    );
    for (const { client } of claims) this.#owners.delete(client);
    this.adopt(owners);
    return new Set(
      claims.filter(({ client, user }) => this.#isTaken(client, user)).map(({ client }) => client),
    );
  }

  /** Decides on a queued update again (CL7). `taken` are client ids that its user may have lost. */
  decideAgain({ submission, sender }: Outcome, taken: ReadonlySet<number>): Decision {
    const { user, update } = submission;
    const isTaken = (client: number) => taken.has(client) && this.#isTaken(client, user);
    if (taken.size > 0 && [...Y.parseUpdateMeta(update).to.keys()].some(isTaken))
      return refused(errorOf('client-taken'));
    return this.decide(submission, sender, 'first');
  }

  #isTaken(client: number, user: string): boolean {
    return (this.#owners.get(client) ?? user) !== user;
  }

  #validation(update: Uint8Array, context: ValidationContext): UpdateValidation {
    try {
      return this.#options.rules.validateUpdate(update, context);
    } catch {
      return refused(errorOf('invalid-update'));
    }
  }
}

function refused(error: ErrorBody) {
  return { kind: 'refused', error } as const;
}

function noOwner(): undefined {}
