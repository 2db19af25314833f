/**
 * Delivers work without a view: work that closed tabs left on this device, and work of documents
 * that were closed here before it was confirmed.
 */
import type { Clock } from '../environment.ts';
import { isOrphaned } from '../orphans.ts';
import type { Store } from '../store/store.ts';
import type { DocumentSession } from './document-session.ts';
import type { OpenDocuments } from './open-documents.ts';

const SWEEP_INTERVAL_MS = 30_000;
const MAX_BACKGROUND_SYNCS = 3;
/** The server may take the work by now: a role is granted without a message to a closed document. */
const TRY_AGAIN_AFTER_MS = 600_000;

/** Why the server does not take work: this person may only read, or it refuses the document. */
export type HeldBack = 'view-only' | 'refused';

export interface BackgroundSyncOptions {
  readonly clock: Clock;
  readonly documents: OpenDocuments;
  readonly store: Pick<Store, 'outbox'>;
  readonly isConnected: () => boolean;
  readonly recover: () => Promise<void>;
}

export class BackgroundSync {
  readonly #options: BackgroundSyncOptions;
  readonly #running = new Set<string>();
  /** Documents whose work did not get through; tried again after a reconnect, and by time. */
  readonly #heldBack = new Map<string, { readonly reason: HeldBack; readonly at: number }>();
  #timer: unknown = null;

  constructor(options: BackgroundSyncOptions) {
    this.#options = options;
  }

  connected(): void {
    this.#heldBack.clear();
    this.#sweepAfter(0);
  }

  /** Null while the document's work is being sent, or nothing is known about it. */
  heldBack(document: string): HeldBack | null {
    const session = this.#options.documents.get(document);
    if (session !== undefined) return heldBackBy(session);
    return this.#heldBack.get(document)?.reason ?? null;
  }

  /** Releases a document; if that closes it, only after its work is delivered or cannot be. */
  release(document: string): void {
    const { documents } = this.#options;
    const session = documents.get(document);
    if (session === undefined) return;
    const isLast = documents.isHeldOnce(document);
    if (isLast && session.pending > 0) {
      if (mustStay(session)) this.#start(document);
      else this.#holdBack(session);
    }
    documents.release(document);
  }

  close(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Documents that wait with text that only this page has do not count. */
  get #delivering(): number {
    const sessions = [...this.#running].map((document) => this.#options.documents.get(document));
    return sessions.filter((session) => session !== undefined && isDelivering(session)).length;
  }

  #sweepAfter(delayMs: number): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => {
      void this.#sweep().catch(() => undefined);
      this.#sweepAfter(SWEEP_INTERVAL_MS);
    }, delayMs);
  }

  async #sweep(): Promise<void> {
    const { clock, documents, store, isConnected, recover } = this.#options;
    if (!isConnected()) return;
    const now = clock.now();
    const orphaned = new Set<string>();
    await recover();
    for (const entry of await store.outbox()) {
      if (isOrphaned(entry, now) && documents.get(entry.document)?.claims(entry) !== true)
        orphaned.add(entry.document);
    }
    for (const document of orphaned) {
      const session = documents.get(document);
      if (session !== undefined) await session.adopt(now);
      else if (this.#delivering < MAX_BACKGROUND_SYNCS && !this.#isHeldBack(document, now))
        this.#start(document);
    }
  }

  #start(document: string): void {
    if (this.#running.has(document)) return;
    this.#running.add(document);
    const { documents } = this.#options;
    const session = documents.hold(document);
    const stop = session.onChange(() => {
      if (mustStay(session)) return;
      stop();
      this.#running.delete(document);
      if (session.pending > 0) this.#holdBack(session);
      else this.#heldBack.delete(document);
      documents.release(document);
    });
  }

  #holdBack(session: DocumentSession): void {
    const reason = heldBackBy(session) ?? 'refused';
    this.#heldBack.set(session.id, { reason, at: this.#options.clock.now() });
  }

  #isHeldBack(document: string, now: number): boolean {
    const heldBack = this.#heldBack.get(document);
    return heldBack !== undefined && Math.abs(now - heldBack.at) < TRY_AGAIN_AFTER_MS;
  }
}

function mustStay(session: DocumentSession): boolean {
  return isDelivering(session) || isOnlyHere(session);
}

function isDelivering({ delivery: { kind } }: DocumentSession): boolean {
  return kind === 'saving' || kind === 'loading' || kind === 'offline';
}

/** Whether closing the session would lose work, because this device has no room for it. */
function isOnlyHere({ pending, isKept }: DocumentSession): boolean {
  return pending > 0 && !isKept;
}

function heldBackBy({ delivery }: DocumentSession): HeldBack | null {
  if (delivery.kind === 'view-only') return 'view-only';
  return delivery.kind === 'stopped' ? 'refused' : null;
}
