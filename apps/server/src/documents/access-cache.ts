/** Who may open which document. Documents of open rooms stay cached. */
import type { DocumentKind, User } from '@tandem/protocol';
import type { Engine } from '../engine/port.ts';
import { ACCESS_CACHE } from '../storage/limits.ts';
import { AsyncCache } from '../runtime/async-cache.ts';
import { createDocument } from '../storage/documents.ts';
import { findAccess } from '../storage/roles.ts';
import { standingIn, type DocumentAccess } from '../storage/standing.ts';
import type { Database } from '../storage/tables.ts';

export interface AccessCacheOptions {
  readonly db: Database;
  readonly engine: Engine;
  readonly allowAdhocDocuments: boolean;
}

const ADHOC_KIND: DocumentKind = 'data';

export class AccessCache {
  readonly #options: AccessCacheOptions;
  readonly #open = new Set<string>();
  readonly #cache: AsyncCache<DocumentAccess>;

  constructor(options: AccessCacheOptions) {
    this.#options = options;
    this.#cache = new AsyncCache({
      load: (document) => findAccess(options.db, document),
      maxEntries: ACCESS_CACHE.maxEntries,
      idleMs: ACCESS_CACHE.idleMs,
      isInUse: (document) => this.#open.has(document),
    });
  }

  /** @throws StorageError */
  async find(document: string): Promise<DocumentAccess | null> {
    return await this.#cache.fetch(document);
  }

  /**
   * A refusal is read from the database: another node may have let this user in a moment ago.
   *
   * @throws StorageError
   */
  async findFor(document: string, user: string): Promise<DocumentAccess | null> {
    const found = await this.find(document);
    if (found === null || standingIn(found, user) !== null) return found;
    const read = await findAccess(this.#options.db, document);
    if (read === null || standingIn(read, user) === null) return read;
    // Through the cache, so that a role that ends meanwhile is not missed.
    this.invalidate(document);
    return await this.find(document);
  }

  /**
   * A stock client creates the document that it names, where that is allowed.
   *
   * @throws StorageError or EngineError
   */
  async findOrCreate(document: string, { id: user }: User): Promise<DocumentAccess | null> {
    const found = await this.findFor(document, user);
    const { db, engine, allowAdhocDocuments } = this.#options;
    if (found !== null || !allowAdhocDocuments) return found;
    await engine.create({ document, kind: ADHOC_KIND, user });
    await createDocument(db, {
      id: document,
      kind: ADHOC_KIND,
      title: document,
      owner: null,
      at: Date.now(),
    });
    return await this.find(document);
  }

  onOpened(document: string): void {
    this.#open.add(document);
  }

  onClosed(document: string): void {
    this.#open.delete(document);
    this.#cache.touch(document);
  }

  invalidate(document: string): void {
    this.#cache.invalidate(document);
  }

  clear(): void {
    this.#cache.clear();
  }
}
