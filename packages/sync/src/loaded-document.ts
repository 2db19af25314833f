/**
 * A document in memory: its committed and queued content. It is built from the committed bytes on
 * demand, and rebuilt after an update has damaged it, because `applyUpdate` is not atomic.
 */
import { errorOf, type ErrorBody } from '@tandem/protocol';
import * as Y from 'yjs';
import type { AuthorityRules } from './authority-rules.ts';
import { isIncomplete, type CommittedReplica } from './committed-replica.ts';

type Applied =
  | { readonly kind: 'applied'; readonly update: Uint8Array }
  | { readonly kind: 'corrupted'; readonly error: ErrorBody };

export class LoadedDocument {
  readonly #committed: CommittedReplica;
  readonly #rules: AuthorityRules;
  #doc: Y.Doc | null;
  #schema: number;

  constructor(committed: CommittedReplica, rules: AuthorityRules) {
    this.#committed = committed;
    this.#rules = rules;
    const doc = committed.build(rules);
    committed.adoptClocks(doc);
    this.#doc = doc;
    this.#schema = rules.neededSchema.ofDocument(doc);
  }

  /**
   * The highest schema version that the document has needed since it was first loaded. Queued
   * updates raise it before their commit, which is safe: it can only stop an older editor from
   * writing.
   */
  get schema(): number {
    return this.#schema;
  }

  get current(): Y.Doc | null {
    return this.#doc;
  }

  /**
   * Loads the document if it is evicted.
   *
   * @throws DamagedDocument
   */
  get doc(): Y.Doc {
    if (this.#doc === null) {
      this.#rules.onRebuild?.();
      this.#doc = this.#committed.build(this.#rules);
    }
    return this.#doc;
  }

  evict(): void {
    this.#doc?.destroy();
    this.#doc = null;
  }

  apply(update: Uint8Array, store: 'as sent' | 'as emitted'): Applied {
    const { doc } = this;
    let stored = update;
    let schema = this.#schema;
    const take = (emitted: Uint8Array) => (stored = emitted);
    // Only the first update: Yjs removes redundant formats in separate transactions.
    if (store === 'as emitted') doc.once('update', take);
    try {
      // Inside the transaction: its cleanup would hide from the check what other replicas load.
      const error = doc.transact((running) => {
        Y.applyUpdate(doc, update);
        if (isIncomplete(doc)) return errorOf('invalid-update');
        schema = Math.max(schema, this.#rules.neededSchema.ofChange(running));
        return this.#rules.check(running);
      });
      if (error !== null) return { kind: 'corrupted', error };
      this.#schema = schema;
      return { kind: 'applied', update: stored };
    } catch {
      return { kind: 'corrupted', error: errorOf('invalid-update') };
    } finally {
      doc.off('update', take);
    }
  }

  /**
   * Applies rows that other servers committed, beside the queued updates. A document that is evicted
   * stays so if the schema version that the rows need is known.
   *
   * @returns false when they cannot be applied: rebuild the document.
   */
  follow(updates: readonly Uint8Array[], schema: number | undefined): boolean {
    if (this.#doc === null && schema !== undefined) {
      this.#schema = Math.max(this.#schema, schema);
      return true;
    }
    const { doc } = this;
    try {
      return doc.transact((running) => {
        for (const update of updates) Y.applyUpdate(doc, update);
        if (isIncomplete(doc)) return false;
        const needed = schema ?? this.#rules.neededSchema.ofChange(running);
        this.#schema = Math.max(this.#schema, needed);
        return true;
      });
    } catch {
      return false;
    }
  }

  /** Goes back to the committed content. */
  restart(): void {
    this.rebuild([]);
    this.#schema = Math.max(this.#schema, this.#rules.neededSchema.ofDocument(this.doc));
  }

  /** @param queued accepted updates that are not yet committed */
  rebuild(queued: readonly Uint8Array[]): void {
    this.#rules.onRebuild?.();
    this.#doc?.destroy();
    this.#doc = this.#committed.build({ ...this.#rules, queued });
  }
}
