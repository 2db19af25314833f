/**
 * One epoch of a document in this page: the Yjs document of the editor, and its people. A reset
 * replaces it with a new one under a new Yjs client id.
 *
 * Remote updates wait for the next frame and are applied in one transaction; local updates of a
 * frame are sent as one. Readers of the document see both applied.
 */
import { MAX_MERGED_UPDATES, type Replica } from '@tandem/sync';
import * as Y from 'yjs';
import type { Environment } from '../environment.ts';
import { People, type PeopleMessage } from './people.ts';

export interface DocumentReplicaOptions {
  readonly environment: Environment;
  readonly isReady: () => boolean;
  readonly local: (update: Uint8Array) => void;
  readonly send: (message: PeopleMessage) => void;
  readonly changed: () => void;
}

const REMOTE_ORIGIN = Symbol('server');

export class DocumentReplica implements Replica {
  readonly doc = new Y.Doc();
  readonly people: People;
  readonly #options: DocumentReplicaOptions;
  #remote: Uint8Array[] = [];
  #local: Uint8Array[] = [];
  #scheduled = false;
  #destroyed = false;

  constructor(stored: readonly Uint8Array[], options: DocumentReplicaOptions) {
    this.#options = options;
    this.people = new People({
      doc: this.doc,
      clock: options.environment.clock,
      send: options.send,
      changed: options.changed,
    });
    this.#apply(stored);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE_ORIGIN) return;
      this.#local.push(update);
      this.#schedule();
      options.changed();
    });
  }

  get client(): number {
    return this.doc.clientID;
  }

  get dirty(): boolean {
    return this.#local.length > 0;
  }

  get held(): readonly Uint8Array[] {
    return this.#local;
  }

  stateVector(): Uint8Array {
    this.flush();
    return Y.encodeStateVector(this.doc);
  }

  diff(stateVector: Uint8Array): Uint8Array {
    this.flush();
    return Y.encodeStateAsUpdate(this.doc, stateVector);
  }

  receive(updates: readonly Uint8Array[]): void {
    if (updates.length === 0) return;
    for (const update of updates) this.#remote.push(update);
    this.#schedule();
  }

  flush(): void {
    const remote = this.#remote;
    this.#remote = [];
    this.#apply(remote);
    if (!this.#options.isReady()) return;
    const local = this.#local;
    this.#local = [];
    for (let at = 0; at < local.length; at += MAX_MERGED_UPDATES) {
      const updates = local.slice(at, at + MAX_MERGED_UPDATES);
      this.#options.local(
        updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates),
      );
    }
  }

  destroy(): void {
    this.#destroyed = true;
    this.people.destroy();
    this.doc.destroy();
  }

  #apply(updates: readonly Uint8Array[]): void {
    if (updates.length === 0) return;
    this.doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.doc, update, REMOTE_ORIGIN);
    }, REMOTE_ORIGIN);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.environment.frame(() => {
      this.#scheduled = false;
      if (!this.#destroyed) this.flush();
    });
  }
}
