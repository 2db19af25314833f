/** The open documents of a page: one session each, shared by its holders. */
import type { ErrorBody } from '@tandem/protocol';
import type { NewOutboxEntry } from '../store/store.ts';
import type { DocumentSession } from './document-session.ts';

export interface OpenDocumentsOptions {
  readonly create: (id: string) => DocumentSession;
  readonly released: () => void;
}

export class OpenDocuments {
  readonly #options: OpenDocumentsOptions;
  readonly #open = new Map<string, { readonly session: DocumentSession; holders: number }>();
  readonly #leaving = new Set<DocumentSession>();

  constructor(options: OpenDocumentsOptions) {
    this.#options = options;
  }

  get sessions(): readonly DocumentSession[] {
    return [...this.#open.values()].map(({ session }) => session);
  }

  get hasPending(): boolean {
    for (const { session } of this.#open.values()) if (session.pending > 0) return true;
    return false;
  }

  /** Why the server does not store work of an open document at the moment. */
  get storageError(): ErrorBody | null {
    for (const { session } of this.#open.values()) {
      const { status } = session;
      const isWaiting =
        status.kind === 'saving' || (status.kind === 'offline' && status.cause === 'server');
      if (isWaiting && status.pending > 0 && status.error !== null) return status.error;
    }
    return null;
  }

  /** Work that the store has not confirmed, of closed documents as well. */
  get unpersisted(): NewOutboxEntry[] {
    return [...this.sessions, ...this.#leaving].flatMap(({ unpersisted }) => unpersisted);
  }

  get(id: string): DocumentSession | undefined {
    return this.#open.get(id)?.session;
  }

  isHeldOnce(id: string): boolean {
    return this.#open.get(id)?.holders === 1;
  }

  hold(id: string): DocumentSession {
    const known = this.#open.get(id);
    if (known !== undefined) {
      known.holders++;
      return known.session;
    }
    const session = this.#options.create(id);
    this.#open.set(id, { session, holders: 1 });
    return session;
  }

  release(id: string): void {
    const known = this.#open.get(id);
    if (known === undefined || --known.holders > 0) return;
    this.#open.delete(id);
    void this.#leave(known.session);
    this.#options.released();
  }

  async flush(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.flush()));
  }

  async destroy(): Promise<void> {
    const { sessions } = this;
    this.#open.clear();
    await Promise.all(sessions.map((session) => session.destroy()));
  }

  async #leave(session: DocumentSession): Promise<void> {
    this.#leaving.add(session);
    await session.destroy();
    this.#leaving.delete(session);
  }
}
