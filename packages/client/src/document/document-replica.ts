/**
 * One life of a document in this page: the Yjs document that the editor works on, and its people. A
 * reset throws it away and makes a new one under a new Yjs client id.
 *
 * Remote updates wait for the next frame and are applied in one transaction; local ones of a frame
 * leave as one update. Whatever reads the document from here sees both done.
 */
import { MAX_MERGED_UPDATES, type Replica } from '@tandem/sync';
import * as Y from 'yjs';
import type { Environment } from '../environment.ts';
import { People, type PeopleMessage } from './people.ts';

export interface DocumentReplicaOptions {
  readonly environment: Environment;
  /** Whether local work can leave; until then it is held. */
  readonly isReady: () => boolean;
  /** What one frame of local work produced. */
  readonly local: (update: Uint8Array) => void;
  readonly send: (message: PeopleMessage) => void;
  readonly changed: () => void;
}

/** The origin of transactions that apply what the server sent. */
const REMOTE_ORIGIN = Symbol('server');

export class DocumentReplica implements Replica {
  readonly doc = new Y.Doc();
  readonly people: People;
  readonly #options: DocumentReplicaOptions;
  #remote: Uint8Array[] = [];
  #local: Uint8Array[] = [];
  #scheduled = false;
  #destroyed = false;

  /** @param stored updates that make up the copy this device has kept. */
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

  /** Whether local work has not yet left as an update. */
  get dirty(): boolean {
    return this.#local.length > 0;
  }

  /** Local work that has not left, oldest first. */
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

  /** Shows these updates in the next frame. */
  receive(updates: readonly Uint8Array[]): void {
    if (updates.length === 0) return;
    for (const update of updates) this.#remote.push(update);
    this.#schedule();
  }

  /** Does now what waits for the next frame. */
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
